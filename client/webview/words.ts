import type { LockView, ScenarioView } from '../src/scenario/view.js';

const numbers = new Intl.NumberFormat('en-US');

/** `1600` → `1,600` */
export function written(count: number): string {
  return numbers.format(count);
}

/** `1 process`, `4 processes` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${written(count)} ${count === 1 ? one : many}`;
}

export function spanOf({ span }: LockView): string {
  return span.length === 0 ? 'nothing' : span.join(', ');
}

/** What is measured, in a sentence. */
export function experimentOf(view: ScenarioView): string {
  const { processes, threads, tasks, iterations, windowMs, store } = view;
  const updates = processes * threads * tasks * iterations;
  return (
    `${counted(processes, 'process', 'processes')} × ${counted(threads, 'thread')} × ${counted(tasks, 'async task')}, ` +
    `${counted(iterations, 'update')} each: ${counted(updates, 'update')} of one counter in ` +
    `${store === 'file' ? 'a file' : 'Redis'}, ${written(windowMs)} ms between read and write.`
  );
}

/** How far it has come. Changes only when something worth hearing happens, since screen readers read it out. */
export function statusOf(view: ScenarioView): string {
  const finished = view.locks.filter(({ result }) => result !== undefined).length;
  switch (view.phase) {
    case 'running': {
      const current = view.locks.at(-1);
      if (current === undefined) return 'Starting processes and threads.';
      return `Running: lock ${view.locks.length} of ${view.lockCount}, ${current.title}.`;
    }
    case 'finished':
      return `Finished: ${counted(finished, 'lock')} measured.`;
    case 'cancelled':
      return finished === 0
        ? 'Cancelled before a lock was measured.'
        : `Cancelled. ${counted(finished, 'lock')} measured before that.`;
    case 'failed':
      return `Failed. ${view.reason ?? ''}`;
  }
}
