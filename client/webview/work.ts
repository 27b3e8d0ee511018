import type { LockView } from '../src/scenario/view.js';
import { element } from './dom.js';
import { written } from './words.js';

/** Who did the work under a lock: a row a process, a column a thread. A wrong lock passes if the work stays in one of them. */
export function workGrid({ title, result }: LockView): HTMLElement[] {
  if (result === undefined) return [];
  const processes = distinct(result.workers.map(({ process }) => process));
  const threads = distinct(result.workers.map(({ thread }) => thread));
  const done = new Map(result.workers.map((worker) => [`${worker.process}/${worker.thread}`, worker.done]));
  const most = Math.max(1, ...done.values());
  return [
    element(
      'table',
      { class: 'work' },
      element('caption', {}, title),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('td', {}),
          ...threads.map((thread) => element('th', { scope: 'col' }, `thread ${thread}`)),
        ),
      ),
      element(
        'tbody',
        {},
        ...processes.map((process) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, `process ${process}`),
            ...threads.map((thread) => cell(done.get(`${process}/${thread}`) ?? 0, most)),
          ),
        ),
      ),
    ),
  ];
}

function cell(done: number, most: number): HTMLElement {
  const shade = done === 0 ? 0 : Math.max(1, Math.round((done / most) * 4));
  return element('td', { class: `number shade-${shade}` }, written(done));
}

function distinct(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((left, right) => left - right);
}
