import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { threadId, isMainThread } from 'node:worker_threads';

import type { Engine, EngineOptions, EngineRequest } from './engine.js';
import { LockEngineError } from './errors.js';

/** The part of fs-ext that is used. Its asynchronous flock is not: it would wait on libuv's thread pool. */
export interface FsExt {
  flockSync(fd: number, operation: 'exnb' | 'un'): void;
}

const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 20;
/** Cleaners of /tmp count in days. */
const FRESH_FOR = 60 * 60 * 1000;
const FRESHEN_EVERY = 6 * FRESH_FOR;
const TOKEN_AT = 8;

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

  request(file: string, options: EngineOptions, settled: (error?: Error) => void): EngineRequest | undefined {
    let lock = this.#locks.get(file);
    if (lock === undefined) {
      lock = new PortableLock(file, this.#fsExt, () => this.#locks.delete(file));
      this.#locks.set(file, lock);
    }
    return lock.request(options, settled);
  }
}

/** fs-ext in a worker thread aborts the process in its asynchronous calls, and crashes it when loaded again. */
export function refuseWorkerThread(): void {
  if (isMainThread) return;
  throw new LockEngineError(
    `The portable lock engine cannot run in worker thread ${threadId}: fs-ext keeps handles of the main thread in ` +
      "static memory, and crashes the process when a worker loads it again. Build Lockkit's addon " +
      '(npm run build:native, it needs a C compiler), or lock in the main thread.',
  );
}

class PortableLock {
  readonly #file: string;
  readonly #fsExt: FsExt;
  readonly #idle: () => void;
  readonly #queue: PortableRequest[] = [];
  #holder: PortableRequest | undefined;
  #fd: number | undefined;
  #takenAt = 0;
  #handover = 0;
  #freshenedAt = 0;
  #pause = FIRST_PAUSE;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string, fsExt: FsExt, idle: () => void) {
    this.#file = file;
    this.#fsExt = fsExt;
    this.#idle = idle;
  }

  request(options: EngineOptions, settled: (error?: Error) => void): PortableRequest | undefined {
    const free = this.#holder === undefined && this.#queue.length === 0;
    const taken = free && this.#takeOrRest(options.handover);
    if (!taken && options.ifAvailable) {
      this.#rest();
      return undefined;
    }
    const request = new PortableRequest(this, taken, options.handover, settled);
    if (taken) {
      this.#holder = request;
    } else {
      this.#queue.push(request);
      if (free) this.#tryLater();
    }
    return request;
  }

  withdraw(request: PortableRequest): boolean {
    const at = this.#queue.indexOf(request);
    if (at < 0) return false;
    this.#queue.splice(at, 1);
    this.#rest();
    return true;
  }

  release(request: PortableRequest): void {
    if (this.#holder !== request) return;
    this.#holder = undefined;
    if (this.#queue.length > 0 && performance.now() - this.#takenAt < this.#handover) {
      this.#grant();
      return;
    }
    this.#fsExt.flockSync(this.#descriptor(), 'un');
    if (this.#queue.length > 0) this.#tryLater();
    else this.#rest();
  }

  raiseToken(): bigint {
    const fd = this.#descriptor();
    const bytes = Buffer.alloc(8);
    readSync(fd, bytes, 0, bytes.length, TOKEN_AT);
    const token = bytes.readBigUInt64LE() + 1n;
    bytes.writeBigUInt64LE(token);
    writeSync(fd, bytes, 0, bytes.length, TOKEN_AT);
    return token;
  }

  /** Sets the file's times to now, at most once an hour. */
  freshen(): void {
    const now = Date.now();
    if (this.#fd === undefined || now - this.#freshenedAt < FRESH_FOR) return;
    futimesSync(this.#fd, now / 1000, now / 1000);
    this.#freshenedAt = now;
  }

  #grant(): void {
    const request = this.#queue.shift();
    this.#holder = request;
    request?.settled();
  }

  #tryLater(): void {
    const pause = this.#pause * (0.5 + Math.random());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tryNow();
    }, pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #tryNow(): void {
    const handover = this.#queue[0]?.handover ?? 0;
    try {
      if (this.#take(handover)) this.#grant();
      else this.#tryLater();
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      for (const request of this.#queue.splice(0)) request.settled(failure);
      this.#rest();
    }
  }

  #takeOrRest(handover: number): boolean {
    try {
      return this.#take(handover);
    } catch (error) {
      this.#rest();
      throw error;
    }
  }

  /** One non-blocking attempt; the path must still lead to the file that was locked. */
  #take(handover: number): boolean {
    const fd = this.#descriptor();
    try {
      this.#fsExt.flockSync(fd, 'exnb');
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
    if (!this.#stillThere(fd)) {
      this.#close();
      return false;
    }
    this.#takenAt = performance.now();
    this.#handover = handover;
    this.#pause = FIRST_PAUSE;
    this.freshen();
    return true;
  }

  #stillThere(fd: number): boolean {
    const locked = fstatSync(fd);
    const named = lstatSync(this.#file, { throwIfNoEntry: false });
    return named?.ino === locked.ino && named.dev === locked.dev;
  }

  #descriptor(): number {
    if (this.#fd !== undefined) return this.#fd;
    const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
    // Node opens every file with O_CLOEXEC.
    const fd = openSync(this.#file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    const status = fstatSync(fd);
    if (!status.isFile() || status.uid !== process.geteuid?.()) {
      closeSync(fd);
      throw new LockEngineError(`Lock file ${this.#file} is not a regular file of this user; remove it.`);
    }
    this.#fd = fd;
    return fd;
  }

  /** A lock that nobody holds or waits for keeps neither descriptor nor timer. */
  #rest(): void {
    if (this.#holder !== undefined || this.#queue.length > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pause = FIRST_PAUSE;
    this.#close();
    this.#idle();
  }

  #close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'EAGAIN' || code === 'EWOULDBLOCK';
}

class PortableRequest implements EngineRequest {
  readonly #lock: PortableLock;

  constructor(
    lock: PortableLock,
    readonly granted: boolean,
    readonly handover: number,
    readonly settled: (error?: Error) => void,
  ) {
    this.#lock = lock;
  }

  withdraw(): boolean {
    return this.#lock.withdraw(this);
  }

  release(): void {
    this.#lock.release(this);
  }

  raiseToken(): bigint {
    return this.#lock.raiseToken();
  }
}
