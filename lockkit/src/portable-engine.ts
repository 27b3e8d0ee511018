import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';

import type { Engine, EngineEntry } from './engine.js';
import { LockEngineError } from './errors.js';
import { type FsExt, isBusy, PortableLock } from './portable-lock.js';

const FRESHEN_EVERY = 6 * 60 * 60 * 1000;

/**
 * The engine for systems without the addon: a FIFO queue among the tasks of the main thread, and a non-blocking flock
 * that is tried again after a short, growing pause while another process holds the lock. Exclusive like the native
 * engine and with it, on the same files; between processes it is not fair.
 */
export class PortableEngine implements Engine {
  readonly name = 'fs-ext';
  readonly #fsExt: FsExt;
  readonly #locks = new Map<string, PortableLock>();

  constructor(fsExt: FsExt) {
    this.#fsExt = fsExt;
    setInterval(() => {
      for (const lock of this.#locks.values()) lock.freshen();
    }, FRESHEN_EVERY).unref();
  }

  lock(file: string, name: string): PortableLock {
    return (
      this.#locks.get(file) ??
      new PortableLock(this.#fsExt, file, name, (lock, isIdle) => {
        // One that is idle is forgotten; whoever refers to it may use it again.
        if (isIdle) this.#locks.delete(file);
        else this.#locks.set(file, lock);
      })
    );
  }

  query(file?: string): readonly EngineEntry[] {
    const asked = file === undefined ? [...this.#locks.values()] : [this.#locks.get(file)];
    return asked.flatMap((lock) => lock?.entries() ?? []);
  }

  checkDirectory(directory: string): void {
    const scratch = mkdtempSync(path.join(directory, '.check-'));
    const file = path.join(scratch, 'file');
    const [first, second] = [openSync(file, 'w'), openSync(file, 'r')];
    try {
      this.#fsExt.flockSync(first, 'exnb');
      this.#fsExt.flockSync(second, 'exnb');
    } catch (error) {
      if (isBusy(error)) return;
      throw error;
    } finally {
      closeSync(first);
      closeSync(second);
      rmSync(scratch, { recursive: true, force: true });
    }
    throw Object.assign(new Error('ENOLCK: the second of two open files got the lock as well'), {
      code: 'ENOLCK',
    });
  }
}

/** fs-ext in a worker thread aborts the process in its asynchronous calls, and crashes it when loaded again. */
export function refuseWorkerThread(): void {
  if (isMainThread) return;
  throw new LockEngineError(
    `The portable lock engine cannot run in worker thread ${threadId}: fs-ext keeps handles of the main thread in ` +
      "static memory, and crashes the process when a worker loads it again. Build Lockkit's addon " +
      '(npm rebuild lockkit, it needs a C compiler), or lock in the main thread.',
  );
}
