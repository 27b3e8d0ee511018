import type { GuardContext } from './guards.js';
import type { LockId } from './locks.js';
import type { OpeningFiles } from './opening.js';
import type { StoreAddress } from './stores/store.js';

/** What a forked process is to do. */
export interface Assignment {
  /** 1 for the first process. */
  readonly process: number;
  readonly processes: number;
  readonly threads: number;
  readonly tasks: number;
  readonly iterations: number;
  readonly windowMs: number;
  readonly lock: LockId;
  /** A lock name of this run's own. */
  readonly lockName: string;
  readonly lockFile: string;
  readonly opening: OpeningFiles;
  readonly store: StoreAddress;
  /** The file that threads start from. */
  readonly threadEntry: string;
  /** To be removed by a process that has lost its parent. */
  readonly directory: string;
}

export type ToProcess =
  | { readonly kind: 'prepare'; readonly assignment: Assignment }
  | { readonly kind: 'start' }
  | { readonly kind: 'leave' };

export type FromProcess =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly done: readonly number[] }
  | { readonly kind: 'finished'; readonly threads: readonly ThreadRecord[] }
  | { readonly kind: 'failed'; readonly thread: number | undefined; readonly message: string };

/** What a thread has to say for itself. */
export interface ThreadRecord {
  /** 1 for the first thread. */
  readonly thread: number;
  /** Updates that its tasks finished. */
  readonly done: number;
  /** When its first update was written, and when its last one was finished; on the monotonic clock, milliseconds. */
  readonly began: number;
  readonly ended: number;
}

export interface ThreadData {
  /** 1 for the first thread. */
  readonly thread: number;
  readonly assignment: Assignment;
  readonly guard: GuardContext;
  /** Int32 slots, one a thread, for finished updates. */
  readonly done: SharedArrayBuffer;
}

export interface ToThread {
  readonly kind: 'start';
}

export type FromThread =
  { readonly kind: 'ready' } | { readonly kind: 'finished'; readonly began: number; readonly ended: number };
