import type { FromPanel, ToPanel } from '../src/scenario/messages.js';
import type { ScenarioView } from '../src/scenario/view.js';
import { chart } from './chart.js';
import { byId, element } from './dom.js';
import { table } from './table.js';
import { workGrid } from './work.js';
import { experimentOf, statusOf } from './words.js';

/** What VS Code gives to the script of a webview. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromPanel): void;
  /** Kept while the window lives, and over its reload. */
  setState(state: ScenarioView): void;
};

const vscode = acquireVsCodeApi();

for (const button of ['run', 'cancel', 'copy'] as const) {
  byId(button).addEventListener('click', () => {
    vscode.postMessage({ kind: button });
  });
}

window.addEventListener('message', ({ data }: MessageEvent<ToPanel>) => {
  vscode.setState(data.view);
  show(data.view);
});

vscode.postMessage({ kind: 'ready' });

function show(view: ScenarioView): void {
  const running = view.phase === 'running';
  document.body.dataset.phase = view.phase;
  say('experiment', experimentOf(view));
  say('status', statusOf(view));
  byId('run').hidden = running;
  byId('cancel').hidden = !running;
  byId('copy').toggleAttribute('disabled', !view.locks.some(({ result }) => result !== undefined));
  byId('results').replaceChildren(...resultsOf(view));
}

function resultsOf({ locks }: ScenarioView): Node[] {
  if (locks.length === 0) return [];
  const grids = locks.flatMap(workGrid);
  const work = [
    element('h2', {}, 'Who did the work'),
    element(
      'p',
      {},
      'Updates that each thread of each process finished. Only work that reaches all of them tests a lock.',
    ),
    element('div', { class: 'grids' }, ...grids),
  ];
  return [chart(locks), table(locks), ...(grids.length === 0 ? [] : work)];
}

/** Sets the text only where it differs: a status that is set again is read out again. */
function say(id: string, text: string): void {
  const target = byId(id);
  if (target.textContent !== text) target.textContent = text;
}
