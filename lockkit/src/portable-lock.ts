import { closeSync, constants, fchmodSync, fstatSync, futimesSync, lstatSync, openSync } from 'node:fs';
import { readSync, writeSync } from 'node:fs';

import type { EngineEntry, EngineLock, Patience } from './engine.js';
import { LockEngineError } from './errors.js';
import type { LockMode } from './mode.js';

/** The part of fs-ext that is used. Its asynchronous flock is not: it would wait on libuv's thread pool. */
export interface FsExt {
  flockSync(fd: number, operation: 'exnb' | 'shnb' | 'un'): void;
}

const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 20;
/** Cleaners of /tmp count in days. */
const FRESH_FOR = 60 * 60 * 1000;
const TOKEN_AT = 8;

interface Waiting {
  readonly request: number;
  readonly mode: LockMode;
  readonly handover: number;
  settled?: (error?: Error) => void;
}

let lastRequest = 0;
/** To sleep on. */
const nothing = new Int32Array(new SharedArrayBuffer(4));

/** One lock file of {@link PortableEngine}. */
export class PortableLock implements EngineLock {
  readonly #fsExt: FsExt;
  readonly file: string;
  readonly #name: string;
  readonly #report: (lock: PortableLock, isIdle: boolean) => void;
  readonly #queue: Waiting[] = [];
  readonly #holders = new Set<number>();
  #mode: LockMode = 'exclusive';
  #fd: number | undefined;
  #takenAt = 0;
  #freshenedAt = 0;
  #pause = FIRST_PAUSE;
  #timer: NodeJS.Timeout | undefined;

  /** @param report called when the lock comes into use, and when it is not in use any more */
  constructor(
    fsExt: FsExt,
    file: string,
    name: string,
    report: (lock: PortableLock, isIdle: boolean) => void,
  ) {
    this.#fsExt = fsExt;
    this.file = file;
    this.#name = name;
    this.#report = report;
  }

  acquire(mode: LockMode, patience: Patience, handover: number): number | 'held' | 'queued' {
    const isFree = this.#holders.size === 0 && this.#queue.length === 0;
    if (isFree) this.#report(this, false);
    if (isFree ? this.#takeOrRest(mode) : this.#mayJoin(mode, handover)) {
      this.#holders.add(++lastRequest);
      return lastRequest;
    }
    if (patience === 'leave') {
      this.#rest();
      return 0;
    }
    // Whoever holds or queues here is a task of this thread.
    if (patience === 'block' && !isFree) return this.#holders.size > 0 ? 'held' : 'queued';
    this.#queue.push({ request: ++lastRequest, mode, handover });
    if (patience === 'wait' && isFree) this.#tryLater();
    return -lastRequest;
  }

  whenSettled(request: number, settled: (error?: Error) => void): void {
    const waiting = this.#queue.find((one) => one.request === request);
    if (waiting !== undefined) waiting.settled = settled;
  }

  block(request: number, limit: number): boolean {
    const end = performance.now() + limit;
    const mode = this.#queue[0]?.mode ?? 'exclusive';
    try {
      for (;;) {
        if (this.#take(mode)) {
          this.#queue.shift();
          this.#holders.add(request);
          return true;
        }
        const left = end - performance.now();
        if (left <= 0) break;
        Atomics.wait(nothing, 0, 0, Math.min(left, this.#nextPause()));
      }
    } catch (error) {
      this.withdraw(request);
      throw error;
    }
    this.withdraw(request);
    return false;
  }

  withdraw(request: number): boolean {
    const at = this.#queue.findIndex((one) => one.request === request);
    if (at < 0) return false;
    this.#queue.splice(at, 1);
    const head = this.#queue[0];
    if (head !== undefined && this.#holders.size > 0 && this.#mayShare(head.mode, head.handover))
      this.#grant();
    this.#rest();
    return true;
  }

  release(request: number): void {
    if (!this.#holders.delete(request) || this.#holders.size > 0) return;
    const head = this.#queue[0];
    if (head !== undefined && performance.now() - this.#takenAt < head.handover && this.#change(head.mode)) {
      this.#grant();
      return;
    }
    try {
      this.#fsExt.flockSync(this.#descriptor(), 'un');
    } catch (error) {
      this.#fd = undefined; // not ours any more: whoever closed it may have opened another file under its number
      throw error;
    } finally {
      if (this.#queue.length > 0) this.#tryLater();
      else this.#rest();
    }
  }

  raiseToken(): bigint {
    if (this.#mode === 'shared') {
      throw new LockEngineError(
        `Readers have no fencing token here: to raise it among readers takes byte locks, which fs-ext does not have. ` +
          'Take the lock alone, or build Lockkit\'s addon ("npm rebuild lockkit", needs a C compiler).',
      );
    }
    const fd = this.#descriptor();
    const bytes = Buffer.alloc(8);
    readSync(fd, bytes, 0, bytes.length, TOKEN_AT);
    const token = bytes.readBigUInt64LE() + 1n;
    bytes.writeBigUInt64LE(token);
    writeSync(fd, bytes, 0, bytes.length, TOKEN_AT);
    return token;
  }

  isLost(): boolean {
    return this.#fd === undefined || !this.#isInPlace(this.#fd);
  }

  entries(): readonly EngineEntry[] {
    const entry = (mode: LockMode, held: boolean) => ({ name: this.#name, mode, held, thread: 0 });
    return [
      ...Array.from(this.#holders, () => entry(this.#mode, true)),
      ...this.#queue.map(({ mode }) => entry(mode, false)),
    ];
  }

  /** Sets the file's times to now, at most once an hour. */
  freshen(): void {
    const now = Date.now();
    if (this.#fd === undefined || now - this.#freshenedAt < FRESH_FOR) return;
    futimesSync(this.#fd, now / 1000, now / 1000);
    this.#freshenedAt = now;
  }

  #mayJoin(mode: LockMode, handover: number): boolean {
    return this.#holders.size > 0 && this.#queue.length === 0 && this.#mayShare(mode, handover);
  }

  #mayShare(mode: LockMode, handover: number): boolean {
    return mode === 'shared' && this.#mode === 'shared' && performance.now() - this.#takenAt < handover;
  }

  /** Gives the lock, which is held in the mode of the queue's head, to the head and to the readers next to it. */
  #grant(): void {
    do {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#holders.add(next.request);
      next.settled?.();
    } while (this.#mode === 'shared' && this.#queue[0]?.mode === 'shared');
  }

  #nextPause(): number {
    const pause = this.#pause * (0.5 + Math.random());
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
    return pause;
  }

  #tryLater(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tryNow();
    }, this.#nextPause());
  }

  #tryNow(): void {
    try {
      if (this.#take(this.#queue[0]?.mode ?? 'exclusive')) this.#grant();
      else this.#tryLater();
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const { settled } of this.#queue.splice(0)) settled?.(failure);
      this.#rest();
    }
  }

  #takeOrRest(mode: LockMode): boolean {
    try {
      return this.#take(mode);
    } catch (error) {
      this.#rest();
      throw error;
    }
  }

  /** One non-blocking attempt; the path must still lead to the file that was locked. */
  #take(mode: LockMode): boolean {
    const fd = this.#descriptor();
    if (!this.#change(mode)) return false;
    if (!this.#isInPlace(fd)) {
      this.#close();
      return false;
    }
    this.#takenAt = performance.now();
    this.#pause = FIRST_PAUSE;
    this.freshen();
    return true;
  }

  /** Takes the lock in a mode, also from the other one; where it is not to be had in that, it is not held any more. */
  #change(mode: LockMode): boolean {
    try {
      this.#fsExt.flockSync(this.#descriptor(), mode === 'exclusive' ? 'exnb' : 'shnb');
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
    this.#mode = mode;
    return true;
  }

  #isInPlace(fd: number): boolean {
    const locked = fstatSync(fd);
    const named = lstatSync(this.file, { throwIfNoEntry: false });
    return named?.ino === locked.ino && named.dev === locked.dev;
  }

  #descriptor(): number {
    if (this.#fd !== undefined) return this.#fd;
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
    // Node opens every file with O_CLOEXEC.
    const fd = openSync(this.file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    const { mode, nlink, uid } = fstatSync(fd);
    const refusal =
      (mode & constants.S_IFMT) !== constants.S_IFREG
        ? 'EINVAL'
        : uid !== process.geteuid?.()
          ? 'EPERM'
          : nlink > 1
            ? 'EMLINK'
            : undefined;
    if (refusal !== undefined) {
      closeSync(fd);
      throw Object.assign(new Error(`${refusal}: ${this.file}`), { code: refusal });
    }
    // Made by something else, such as flock(1): whoever can open it can hold the lock.
    if ((mode & 0o077) !== 0) fchmodSync(fd, 0o600);
    this.#fd = fd;
    return fd;
  }

  /** A lock that nobody holds or waits for keeps neither descriptor nor timer. */
  #rest(): void {
    if (this.#holders.size > 0 || this.#queue.length > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pause = FIRST_PAUSE;
    this.#close();
    this.#report(this, true);
  }

  #close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

export function isBusy(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'EAGAIN' || code === 'EWOULDBLOCK';
}
