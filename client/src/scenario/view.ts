import type { RunScenarioParams, ScenarioEvent, ScenarioReport } from '@lockkit/server/protocol';

/** What the panel shows: the experiment as far as it has come. Survives hiding the panel and reloading the window as JSON. */
export interface ScenarioView extends Omit<ScenarioReport, 'results'> {
  readonly phase: 'running' | 'finished' | 'cancelled' | 'failed';
  /** Why it failed, for people. */
  readonly reason?: string;
  /** How many locks the experiment measures; 0 until the first has started. */
  readonly lockCount: number;
  /** Those that have started, in their order. */
  readonly locks: readonly LockView[];
}

export interface LockView {
  readonly lock: LockResult['lock'];
  readonly title: string;
  readonly span: LockResult['span'];
  readonly expected: number;
  /** Updates finished so far. */
  readonly done: number;
  /** Absent until the lock's turn is over. */
  readonly result?: LockResult;
}

export type LockResult = ScenarioReport['results'][number];

/** The size of an experiment with nothing left out. */
export type Size = Required<
  Pick<RunScenarioParams, 'processes' | 'threads' | 'tasks' | 'iterations' | 'windowMs'>
>;

/** An experiment of which nothing has been heard yet. */
export function started(
  size: { readonly [K in keyof Size]: number },
  store: ScenarioReport['store'],
): ScenarioView {
  const { processes, threads, tasks, iterations, windowMs } = size;
  return {
    phase: 'running',
    processes,
    threads,
    tasks,
    iterations,
    windowMs,
    store,
    lockCount: 0,
    locks: [],
  };
}

/** The view after one more step of the experiment. */
export function advanced(view: ScenarioView, event: ScenarioEvent): ScenarioView {
  switch (event.kind) {
    case 'lock-started': {
      const { lock, title, span, expected, of } = event;
      return { ...view, lockCount: of, locks: [...view.locks, { lock, title, span, expected, done: 0 }] };
    }
    case 'progress':
      return changed(view, event.lock, { done: event.done });
    case 'lock-finished':
      return changed(view, event.lock, { result: event.result });
  }
}

function changed(view: ScenarioView, lock: LockView['lock'], change: Partial<LockView>): ScenarioView {
  return { ...view, locks: view.locks.map((row) => (row.lock === lock ? { ...row, ...change } : row)) };
}

/** How much of the experiment is done, 0 to 1; each lock is an equal part. */
export function shareDone(view: ScenarioView): number {
  if (view.lockCount === 0) return 0;
  const parts = view.locks.map(({ result, done, expected }) => (result === undefined ? done / expected : 1));
  return parts.reduce((sum, part) => sum + part, 0) / view.lockCount;
}

/** What has been measured, as the command line reports it. */
export function reportOf(view: ScenarioView): ScenarioReport {
  const { processes, threads, tasks, iterations, windowMs, store, locks } = view;
  const results = locks.flatMap(({ result }) => (result === undefined ? [] : [result]));
  return { processes, threads, tasks, iterations, windowMs, store, results };
}
