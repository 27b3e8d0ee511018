import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import type { flockSync } from 'lockkit/flock';

import type { LockId } from './locks.js';

type Flock = typeof flockSync;

/** One thread's way of running the critical section under a lock. */
export type Guard = (section: () => Promise<void>) => Promise<void>;

export interface GuardContext {
  /** A file for the locks that need one. */
  readonly lockFile: string;
  /** That file, opened once by the process for all of its threads. */
  readonly sharedDescriptor: number;
  /** A lock name of this run's own. */
  readonly name: string;
}

/** Milliseconds between two tries of a lock that does not wait. */
const RETRY_MS = 1;

/**
 * The guard of one thread; its tasks share it. A lock's library is loaded only for the lock that needs it: it is loaded
 * once in each thread, all at the same time.
 */
export async function guardOf(lock: LockId, context: GuardContext): Promise<Guard> {
  switch (lock) {
    case 'none':
      return (section) => section();
    case 'async-mutex': {
      const { Mutex } = await import('async-mutex');
      const mutex = new Mutex();
      return (section) => mutex.runExclusive(section);
    }
    case 'flock-shared':
      return flockShared(await loadFlock(), context.sharedDescriptor);
    case 'flock-field':
      return flockField(new FLock(await loadFlock(), context.lockFile));
    case 'flock-own':
      return flockOwn(await loadFlock(), context.lockFile);
    case 'combined': {
      const { CombinedLock } = await import('lockkit');
      const lock = new CombinedLock(context.name);
      return (section) => lock.request(section);
    }
  }
}

async function loadFlock(): Promise<Flock> {
  return (await import('lockkit/flock')).flockSync;
}

function flockShared(flock: Flock, descriptor: number): Guard {
  return async (section) => {
    flock(descriptor, 'ex');
    await section().finally(() => {
      flock(descriptor, 'un');
    });
  };
}

function flockField(lock: FLock): Guard {
  return async (section) => {
    lock.acquire();
    await section().finally(() => {
      lock.release();
    });
  };
}

/** The file lock with its descriptor in a field, as it is often written. */
class FLock {
  #descriptor = -1;

  constructor(
    private readonly flock: Flock,
    private readonly file: string,
  ) {}

  acquire(): void {
    this.#descriptor = openSync(this.file, 'r+');
    this.flock(this.#descriptor, 'ex');
  }

  release(): void {
    closeSync(this.#descriptor);
  }
}

function flockOwn(flock: Flock, file: string): Guard {
  return async (section) => {
    const descriptor = openSync(file, 'r+');
    try {
      while (!tryFlock(flock, descriptor)) await sleep(RETRY_MS);
      await section();
    } finally {
      closeSync(descriptor);
    }
  };
}

function tryFlock(flock: Flock, descriptor: number): boolean {
  try {
    flock(descriptor, 'exnb');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return false;
    throw error;
  }
}
