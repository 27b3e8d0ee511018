import { isMainThread, threadId } from 'node:worker_threads';

import type { Addon, AddonClient } from './addon.js';
import type { Engine, EngineEntry, EngineLock, Patience } from './engine.js';
import type { LockMode } from './mode.js';

/** Cleaners of /tmp count in days; an hour's slack in the addon and this interval keep a long-held file in use. */
const FRESHEN_EVERY = 6 * 60 * 60 * 1000;
/** Locks that the addon keeps in mind for a thread which has no request for them. */
const KNOWN_LOCKS = 1024;
/** A thread that blocks comes back to JavaScript so often, or it could not be terminated. The main thread cannot be. */
const BLOCK_SLICE = isMainThread ? 3_600_000 : 50;

const MODES: Readonly<Record<LockMode, number>> = { exclusive: 0, shared: 1 };
const PATIENCES: Readonly<Record<Patience, number>> = { wait: 0, block: 1, leave: 2 };
const LONGEST_BUDGET = 2 ** 32 - 1;

/**
 * The engine of Linux: the queue lives in the addon's static memory, so every worker thread of the process shares it,
 * and the waiting for other processes is done by the addon's own threads.
 *
 * A queued request keeps its thread's event loop alive, as pending I/O does; a held grant does not.
 */
export class NativeEngine implements Engine {
  readonly name = 'native';
  readonly client: AddonClient;
  readonly queued = new Map<number, (error?: Error) => void>();
  readonly #addon: Addon;
  readonly #byFile = new Map<string, NativeLock>();
  /** The locks with a handle of the addon, those of longest standing first. */
  readonly #known = new Set<NativeLock>();

  constructor(addon: Addon) {
    this.#addon = addon;
    this.client = addon.open(threadId, (request, error) => {
      this.settle(request, error);
    });
    setInterval(() => {
      this.client.freshen();
    }, FRESHEN_EVERY).unref();
  }

  lock(file: string, name: string): NativeLock {
    let lock = this.#byFile.get(file);
    if (lock === undefined) {
      lock = new NativeLock(this, file, name);
      this.#byFile.set(file, lock);
    }
    return lock;
  }

  query(file?: string): readonly EngineEntry[] {
    return file === undefined ? this.#addon.query() : this.#addon.query(file);
  }

  checkDirectory(directory: string): void {
    this.#addon.checkDirectory(directory);
  }

  settle(request: number, error?: Error): void {
    const settled = this.queued.get(request);
    this.queued.delete(request);
    settled?.(error);
  }

  /** A new handle for a lock; the oldest that is not in use makes room. */
  introduce(lock: NativeLock): number {
    for (const other of this.#known) {
      if (this.#known.size < KNOWN_LOCKS) break;
      if (!this.client.close(other.handle)) continue;
      other.handle = -1;
      this.#known.delete(other);
      if (this.#byFile.get(other.file) === other) this.#byFile.delete(other.file);
    }
    this.#known.add(lock);
    return this.client.lock(lock.file, lock.name);
  }
}

class NativeLock implements EngineLock {
  /** The addon's number for it; -1 while it has none. */
  handle = -1;
  readonly #engine: NativeEngine;
  readonly #client: AddonClient;

  constructor(
    engine: NativeEngine,
    readonly file: string,
    readonly name: string,
  ) {
    this.#engine = engine;
    this.#client = engine.client;
  }

  acquire(mode: LockMode, patience: Patience, handover: number): number | 'held' | 'queued' {
    if (this.handle < 0) this.handle = this.#engine.introduce(this);
    const budget = Math.min(handover * 1000, LONGEST_BUDGET);
    return this.#client.acquire(this.handle, MODES[mode], PATIENCES[patience], budget);
  }

  whenSettled(request: number, settled: (error?: Error) => void): void {
    this.#engine.queued.set(request, settled);
  }

  block(request: number, limit: number): boolean {
    const end = performance.now() + limit;
    for (;;) {
      const left = end - performance.now();
      if (this.#client.waitSync(request, Math.max(0, Math.min(left, BLOCK_SLICE)))) return true;
      if (left > 0) continue;
      this.#pass(this.#client.cancelSync(request));
      return false;
    }
  }

  withdraw(request: number): boolean {
    const next = this.#client.cancel(request);
    if (next < 0) return false;
    this.#engine.queued.delete(request);
    this.#pass(next);
    return true;
  }

  release(request: number): void {
    this.#pass(this.#client.release(request));
  }

  raiseToken(request: number): bigint {
    return this.#client.token(request);
  }

  isLost(request: number): boolean {
    return this.#client.lost(request);
  }

  /** The request of this thread to which the lock has passed, if any. */
  #pass(next: number): void {
    if (next > 0) this.#engine.settle(next);
  }
}
