import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Milliseconds for which the first window stays open once every thread has asked for the lock and none has got in: the
 * time in which a lock that lets a second one in would have done so.
 */
const GRACE_MS = 250;
const POLL_MS = 1;

/** Two files whose lengths count events across processes: bytes appended are never lost. */
export interface OpeningFiles {
  /** One byte for each thread that has asked for the lock. */
  readonly asked: string;
  /** One byte for each task that has read the counter in its first critical section. */
  readonly entered: string;
}

/**
 * The first read-modify-write of each task stays open until all threads are at the lock, and until a second task has
 * read too, or the lock has kept all others out. So the threads certainly overlap, and a lock that does not exclude them
 * certainly loses: the final count is the length of a chain of updates of which each read what the one before wrote, and
 * two updates whose windows overlap cannot both be in it.
 */
export class Opening {
  readonly #asked: number;
  readonly #entered: number;
  #hasAsked = false;
  /** When the first task of this thread went on; milliseconds of the system's monotonic clock. */
  over: number | undefined;

  constructor(
    files: OpeningFiles,
    private readonly size: { readonly threads: number; readonly tasks: number },
  ) {
    this.#asked = openSync(files.asked, 'a');
    this.#entered = openSync(files.entered, 'a');
  }

  /** To be called before the lock is asked for. */
  ask(): void {
    if (this.#hasAsked) return;
    this.#hasAsked = true;
    writeSync(this.#asked, '.');
  }

  /** To be awaited between the read and the write of a task's first update. */
  async hold(): Promise<void> {
    writeSync(this.#entered, '.');
    while (fstatSync(this.#asked).size < this.size.threads) await sleep(POLL_MS);
    if (this.size.tasks > 1) {
      const until = performance.now() + GRACE_MS;
      while (fstatSync(this.#entered).size < 2 && performance.now() < until) await sleep(POLL_MS);
    }
    this.over ??= monotonicMs();
  }

  close(): void {
    closeSync(this.#asked);
    closeSync(this.#entered);
  }
}

/** Milliseconds of the system's monotonic clock, which all processes share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
