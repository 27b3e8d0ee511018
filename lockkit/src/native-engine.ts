import type { Addon, AddonClient } from './addon.js';
import type { Engine, EngineOptions, EngineRequest } from './engine.js';

/** Cleaners of /tmp count in days; an hour's slack in the addon and this interval keep a long-held file in use. */
const FRESHEN_EVERY = 6 * 60 * 60 * 1000;

/**
 * The engine of Linux: the queue lives in the addon's static memory, so every worker thread of the process shares it,
 * and the waiting for other processes is done by the addon's own thread.
 *
 * A queued request keeps its thread's event loop alive, as pending I/O does; a held grant does not.
 */
export class NativeEngine implements Engine {
  readonly name = 'native';
  readonly #client: AddonClient;
  readonly #queued = new Map<number, NativeRequest>();

  constructor(addon: Addon) {
    this.#client = addon.open((id, error) => {
      this.settle(id, error);
    });
    setInterval(() => {
      addon.freshen();
    }, FRESHEN_EVERY).unref();
  }

  request(file: string, options: EngineOptions, settled: (error?: Error) => void): EngineRequest | undefined {
    const answer = this.#client.acquire(file, options.ifAvailable, options.handover);
    if (answer === 0) return undefined;
    const request = new NativeRequest(this, this.#client, Math.abs(answer), answer > 0, settled);
    if (answer < 0) this.#queued.set(-answer, request);
    return request;
  }

  settle(id: number, error?: Error): void {
    const request = this.#queued.get(id);
    this.#queued.delete(id);
    request?.settled(error);
  }

  forget(id: number): void {
    this.#queued.delete(id);
  }
}

class NativeRequest implements EngineRequest {
  readonly #engine: NativeEngine;
  readonly #client: AddonClient;
  readonly #id: number;

  constructor(
    engine: NativeEngine,
    client: AddonClient,
    id: number,
    readonly granted: boolean,
    readonly settled: (error?: Error) => void,
  ) {
    this.#engine = engine;
    this.#client = client;
    this.#id = id;
  }

  withdraw(): boolean {
    const next = this.#client.cancel(this.#id);
    if (next < 0) return false;
    this.#engine.forget(this.#id);
    if (next > 0) this.#engine.settle(next);
    return true;
  }

  release(): void {
    const next = this.#client.release(this.#id);
    if (next > 0) this.#engine.settle(next);
  }

  raiseToken(): bigint {
    return this.#client.token(this.#id);
  }
}
