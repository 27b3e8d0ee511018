import { Uri, ViewColumn, type WebviewPanel, window } from 'vscode';

import type { FromPanel, ToPanel } from './messages.js';
import { pageOf } from './page.js';
import type { ScenarioView } from './view.js';

export interface PanelListener {
  onButton(button: Exclude<FromPanel['kind'], 'ready'>): void;
  onClose(): void;
}

/** The panel "Lockkit: Scenario". Its page is thrown away while it is hidden, and asks for the view when it is back. */
export class ScenarioPanel {
  static readonly viewType = 'lockkit.scenario';

  readonly #panel: WebviewPanel;
  #view: ScenarioView;
  #ready = false;

  /** Opens a new panel beside nothing: in the active column, without taking the focus from the editor. */
  static open(extension: Uri, view: ScenarioView, listener: PanelListener): ScenarioPanel {
    const panel = window.createWebviewPanel(ScenarioPanel.viewType, 'Lockkit: Scenario', {
      viewColumn: ViewColumn.Active,
      preserveFocus: true,
    });
    return new ScenarioPanel(panel, extension, view, listener);
  }

  /** @param panel a new one, or one that VS Code has kept over a reload of the window */
  constructor(panel: WebviewPanel, extension: Uri, view: ScenarioView, listener: PanelListener) {
    this.#panel = panel;
    this.#view = view;
    const { webview } = panel;
    const dist = Uri.joinPath(extension, 'dist');
    panel.iconPath = Uri.joinPath(extension, 'client/media/icon.svg');
    panel.onDidDispose(() => {
      listener.onClose();
    });
    panel.onDidChangeViewState(() => {
      this.#ready &&= panel.visible;
    });
    webview.onDidReceiveMessage(({ kind }: FromPanel) => {
      if (kind === 'ready') {
        this.#ready = true;
        this.#post();
      } else {
        listener.onButton(kind);
      }
    });
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    webview.html = pageOf({
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(Uri.joinPath(dist, 'scenario-panel.js')).toString(),
      style: webview.asWebviewUri(Uri.joinPath(dist, 'scenario-panel.css')).toString(),
    });
  }

  show(view: ScenarioView): void {
    this.#view = view;
    this.#post();
  }

  reveal(): void {
    this.#panel.reveal(undefined, true);
  }

  dispose(): void {
    this.#panel.dispose();
  }

  #post(): void {
    if (!this.#ready) return;
    void this.#panel.webview.postMessage({ kind: 'show', view: this.#view } satisfies ToPanel);
  }
}
