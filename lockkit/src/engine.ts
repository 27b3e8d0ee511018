/**
 * What takes file locks for {@link CombinedLock}. An engine keeps one FIFO queue per lock file and answers each request
 * exactly once.
 */
export interface Engine {
  readonly name: 'native' | 'fs-ext';

  /**
   * Asks for the lock on a file.
   *
   * @param file absolute path of the lock file; its directory has been checked
   * @param options.ifAvailable answer `undefined` instead of queueing when the lock is not free
   * @param options.handover milliseconds for which the process may pass the lock on among its own queue before other
   *   processes get a turn
   * @param settled called later, once, for a request that was queued and not withdrawn: without an error it holds now
   */
  request(file: string, options: EngineOptions, settled: (error?: Error) => void): EngineRequest | undefined;
}

export interface EngineOptions {
  readonly ifAvailable: boolean;
  readonly handover: number;
}

export interface EngineRequest {
  /** Whether the lock was free and the request holds it from the start; otherwise it is queued. */
  readonly granted: boolean;
  /** Takes a request back that has not been settled. Returns false when it has. */
  withdraw(): boolean;
  /** Frees the lock. Called once. */
  release(): void;
  /** Raises the fencing token in the file. The request holds the lock. */
  raiseToken(): bigint;
}
