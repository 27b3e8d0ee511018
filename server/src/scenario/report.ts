import type { Dimension } from '../model/dimensions.js';
import type { LockId } from './locks.js';

/** What the experiment found; the JSON of `lockkit scenario --format json`. */
export interface ScenarioReport {
  readonly processes: number;
  /** In each process. */
  readonly threads: number;
  /** In each thread. */
  readonly tasks: number;
  /** Updates by each task. */
  readonly iterations: number;
  /** Milliseconds between a task's read and its write. */
  readonly windowMs: number;
  readonly store: StoreKind;
  /** One for each lock, in the order in which they ran. */
  readonly results: readonly LockResult[];
}

export type StoreKind = 'file' | 'redis';

export interface LockResult {
  readonly lock: LockId;
  readonly title: string;
  /** The dimensions along which the lock excludes. */
  readonly span: readonly Dimension[];
  /** The dimensions of this experiment that the span lacks. */
  readonly missing: readonly Dimension[];
  /** Updates that all tasks were to make. */
  readonly expected: number;
  /** The counter when the work ended. */
  readonly counted: number;
  /** Updates that were made and are not in the counter: `expected − counted`, unless the lock got stuck. */
  readonly lost: number;
  /** From the first write to the end of the last update; of a stuck lock, from the start to the last update. */
  readonly seconds: number;
  /** Finished updates in a second. */
  readonly opsPerSecond: number;
  /** The work ended because no task got on any more; `expected` was not reached. */
  readonly stuck: boolean;
  /** Why the lock lost, or held, for people: a sentence or two without a capital, to stand after the lock's name. */
  readonly explanation: string;
  /** One for each thread. */
  readonly workers: readonly WorkerShare[];
}

/** What one thread did. */
export interface WorkerShare {
  /** 1 to `processes`. */
  readonly process: number;
  /** 1 to `threads`. */
  readonly thread: number;
  /** Updates that its tasks finished. */
  readonly done: number;
}

export type ScenarioEvent = LockStarted | Progress | LockFinished;

export interface LockStarted {
  readonly kind: 'lock-started';
  readonly lock: LockId;
  readonly title: string;
  readonly span: readonly Dimension[];
  readonly expected: number;
  /** 1 for the first of `of` locks. */
  readonly number: number;
  readonly of: number;
  /** Process ids of the forked processes, in the order of their numbers. */
  readonly pids: readonly number[];
}

export interface Progress {
  readonly kind: 'progress';
  readonly lock: LockId;
  readonly done: number;
  readonly expected: number;
}

export interface LockFinished {
  readonly kind: 'lock-finished';
  readonly lock: LockId;
  readonly result: LockResult;
}
