import { findEntries } from './entries.js';
import { expectedOf, planOf, type ScenarioOptions } from './options.js';
import type { LockResult, ScenarioEvent, ScenarioReport } from './report.js';
import { runLock } from './run-lock.js';

export { ScenarioError } from './errors.js';
export { formatScenario, type ScenarioFormat } from './format.js';
export { DEFAULT_LOCKS, LOCKS, type LockDescription, type LockId } from './locks.js';
export type { ScenarioOptions } from './options.js';
export type {
  LockFinished,
  LockResult,
  LockStarted,
  Progress,
  ScenarioEvent,
  ScenarioReport,
  StoreKind,
  WorkerShare,
} from './report.js';

/**
 * Measures locks on one experiment: processes × worker threads × async tasks, all real, each adding one to a counter
 * again and again: lock, read, wait, write, unlock. One lock after the other; what a lock does not exclude is lost.
 *
 * @param onEvent progress, for people who wait
 * @param signal ends all processes and removes what they made
 * @throws ScenarioError when an option is wrong, a process or thread fails, or the work did not reach all of them;
 *   the signal's reason when it aborts
 */
export async function runScenario(
  options: ScenarioOptions,
  onEvent: (event: ScenarioEvent) => void = () => undefined,
  signal?: AbortSignal,
): Promise<ScenarioReport> {
  const plan = planOf(options);
  const entries = findEntries(options.entryDirectory);
  const expected = expectedOf(plan);
  const results: LockResult[] = [];
  for (const lock of plan.locks) {
    signal?.throwIfAborted();
    const listener = {
      onStart: (pids: readonly number[]) => {
        const { id, title, span } = lock;
        const place = { number: results.length + 1, of: plan.locks.length };
        onEvent({ kind: 'lock-started', lock: id, title, span, expected, ...place, pids });
      },
      onProgress: (done: number) => {
        onEvent({ kind: 'progress', lock: lock.id, done, expected });
      },
    };
    const result = await runLock(plan, lock, entries, listener, signal);
    results.push(result);
    onEvent({ kind: 'lock-finished', lock: lock.id, result });
  }
  const { processes, threads, tasks, iterations, windowMs } = plan;
  const store = plan.redisUrl === undefined ? 'file' : 'redis';
  return { processes, threads, tasks, iterations, windowMs, store, results };
}
