import type { ScenarioEvent } from '@lockkit/server/protocol';
import {
  type CancellationToken,
  CancellationTokenSource,
  type Disposable,
  env,
  type LogOutputChannel,
  type Progress,
  ProgressLocation,
  type Uri,
  type WebviewPanel,
  type WebviewPanelSerializer,
  window,
} from 'vscode';

import type { Server } from '../server.js';
import { type PanelListener, ScenarioPanel } from './panel.js';
import { type ScenarioSettings, scenarioSettings } from './settings.js';
import { advanced, reportOf, type ScenarioView, shareDone, started } from './view.js';

const COPIED_FOR_MS = 3000;

/** Runs the experiment, one at a time, and shows it in the panel and in a notification. */
export class ScenarioRunner implements Disposable, WebviewPanelSerializer<ScenarioView> {
  readonly #server: Server;
  readonly #log: LogOutputChannel;
  readonly #extension: Uri;
  #panel: ScenarioPanel | undefined;
  #view: ScenarioView | undefined;
  #running: CancellationTokenSource | undefined;

  constructor(server: Server, log: LogOutputChannel, extension: Uri) {
    this.#server = server;
    this.#log = log;
    this.#extension = extension;
  }

  /** Runs the experiment as the settings say, or shows the one that is running. Resolves when it is over. */
  async run(): Promise<void> {
    if (this.#running !== undefined && this.#view !== undefined) {
      this.#open(this.#view);
      return;
    }
    const settings = scenarioSettings();
    const source = (this.#running = new CancellationTokenSource());
    const view = started(settings, settings.redisUrl === undefined ? 'file' : 'redis');
    this.#show(view);
    this.#open(view);
    try {
      await window.withProgress(
        { location: ProgressLocation.Notification, title: 'Lockkit: Scenario', cancellable: true },
        (progress, token) => {
          token.onCancellationRequested(() => {
            source.cancel();
          });
          return this.#experiment(settings, view, progress, source.token);
        },
      );
    } finally {
      source.dispose();
      this.#running = undefined;
    }
  }

  /** Takes over a panel that was open when the window was reloaded; an experiment that ran then has ended with it. */
  deserializeWebviewPanel(panel: WebviewPanel, state: ScenarioView | undefined): Promise<void> {
    const view = this.#view ?? state;
    if (view === undefined || this.#panel !== undefined) {
      panel.dispose();
      return Promise.resolve();
    }
    const interrupted = view.phase === 'running' && this.#running === undefined;
    this.#view = interrupted
      ? { ...view, phase: 'failed', reason: 'The window was reloaded before the experiment was over.' }
      : view;
    this.#panel = new ScenarioPanel(panel, this.#extension, this.#view, this.#listener);
    return Promise.resolve();
  }

  dispose(): void {
    this.#running?.cancel();
    this.#panel?.dispose();
  }

  async #experiment(
    settings: ScenarioSettings,
    beginning: ScenarioView,
    progress: Progress<{ message: string; increment: number }>,
    token: CancellationToken,
  ): Promise<void> {
    let view = beginning;
    progress.report({ message: messageOf(view), increment: 0 });
    const onEvent = (event: ScenarioEvent) => {
      const before = shareDone(view);
      view = advanced(view, event);
      this.#show(view);
      progress.report({ message: messageOf(view), increment: 100 * (shareDone(view) - before) });
    };
    try {
      await this.#server.runScenario(settings, onEvent, token);
      this.#show({ ...view, phase: 'finished' });
    } catch (error) {
      if (token.isCancellationRequested) {
        this.#show({ ...view, phase: 'cancelled' });
        return;
      }
      const reason = error instanceof Error ? error.message : String(error);
      this.#show({ ...view, phase: 'failed', reason });
      this.#tellFailure(reason);
    }
  }

  #tellFailure(reason: string): void {
    this.#log.error(`The scenario failed. ${reason}`);
    void window.showErrorMessage(`Lockkit: the scenario failed. ${reason}`, 'Show Log').then((choice) => {
      if (choice !== undefined) this.#log.show();
    });
  }

  #show(view: ScenarioView): void {
    this.#view = view;
    this.#panel?.show(view);
  }

  async #copy(): Promise<void> {
    if (this.#view === undefined) return;
    await env.clipboard.writeText(`${JSON.stringify(reportOf(this.#view), null, 2)}\n`);
    window.setStatusBarMessage('Lockkit: copied the report as JSON.', COPIED_FOR_MS);
  }

  #open(view: ScenarioView): void {
    this.#panel ??= ScenarioPanel.open(this.#extension, view, this.#listener);
    this.#panel.reveal();
  }

  readonly #listener: PanelListener = {
    onButton: (button) => {
      switch (button) {
        case 'run':
          void this.run();
          break;
        case 'cancel':
          this.#running?.cancel();
          break;
        case 'copy':
          void this.#copy();
          break;
      }
    },
    onClose: () => {
      this.#panel = undefined;
    },
  };
}

/** What runs now: `2 of 4, CombinedLock: 120 of 800 updates`. */
function messageOf({ locks, lockCount }: ScenarioView): string {
  const current = locks.at(-1);
  if (current === undefined) return 'starting processes and threads';
  return `${locks.length} of ${lockCount}, ${current.title}: ${current.done} of ${current.expected} updates`;
}
