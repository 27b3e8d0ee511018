import type { ScenarioView } from './view.js';

/** What the extension tells the panel. */
export interface ToPanel {
  readonly kind: 'show';
  readonly view: ScenarioView;
}

/** What the panel tells the extension: it can show something now, or a button was pressed. */
export interface FromPanel {
  readonly kind: 'ready' | 'run' | 'cancel' | 'copy';
}
