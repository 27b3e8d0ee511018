import type { LockMode } from './mode.js';

/** Takes file locks for {@link CombinedLock}: one FIFO queue per lock file. */
export interface Engine {
  readonly name: 'native' | 'fs-ext';

  /**
   * The lock of a file. Cheap to ask for again.
   *
   * @param file absolute path; its directory has been checked
   * @param name the lock's name, for {@link query}
   */
  lock(file: string, name: string): EngineLock;

  /** Every request that the engine knows, by lock in the order of its queue; of one file, or of all. */
  query(file?: string): readonly EngineEntry[];

  /**
   * Whether files in this directory can be locked.
   *
   * @throws a system error: ENOLCK where a second open file is not excluded; EDEADLK where flock and byte locks are one
   */
  checkDirectory(directory: string): void;
}

/** What a request does while the lock is not free: queue, block the thread, or leave. */
export type Patience = 'wait' | 'block' | 'leave';

/**
 * One lock file, as one thread sees it. Requests are whole numbers above 0, unique in the thread: no object is made for
 * a lock that is free.
 */
export interface EngineLock {
  /** Absolute path of the lock file. */
  readonly file: string;

  /**
   * Asks for the lock.
   *
   * @param handover milliseconds for which the process may pass the lock on among its own queue before others get a turn
   * @returns the request, which holds the lock; minus the request, which queues; or 0: not free, and it leaves. With
   *   'block', what of the same thread is in the way, where the wait could not end.
   * @throws a system error of the lock file
   */
  acquire(mode: LockMode, patience: Patience, handover: number): number | 'held' | 'queued';

  /** For a request that queues: called later, once, unless it is withdrawn. Without an error it holds the lock then. */
  whenSettled(request: number, settled: (error?: Error) => void): void;

  /**
   * Blocks the thread for a request of 'block' that queues.
   *
   * @param limit milliseconds; Infinity is one
   * @returns whether it holds the lock now; if not, it has left the queue
   * @throws a system error of the lock file
   */
  block(request: number, limit: number): boolean;

  /** Takes a request back that has not been settled. Returns false when it has. */
  withdraw(request: number): boolean;

  /**
   * Frees the lock. Called once.
   *
   * @throws a system error; the request holds nothing any more all the same
   */
  release(request: number): void;

  /**
   * Raises the fencing token in the file. The request holds the lock.
   *
   * @throws a system error; LockEngineError where the engine cannot do it for readers
   */
  raiseToken(request: number): bigint;

  /** Whether the file of a request that holds is not at its path any more, so that others may hold it too. */
  isLost(request: number): boolean;
}

export interface EngineEntry {
  readonly name: string;
  readonly mode: LockMode;
  /** Otherwise it queues. */
  readonly held: boolean;
  /** `threadId` of its thread. */
  readonly thread: number;
}
