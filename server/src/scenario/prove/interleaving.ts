/** Both executions in one process: A runs to where it is held; then B, to its end or to where it is held or waits; then A goes on. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { Execution } from './trace.js';
import { say } from './words.js';

/** Milliseconds without any sign of life after which an execution counts as waiting for the one that is held. */
const QUIET_MS = 400;

export class Interleaving {
  #lastSign = performance.now();
  readonly #releases: (() => void)[] = [];
  #wake: () => void = () => undefined;

  onSign(): void {
    this.#lastSign = performance.now();
  }

  /** An execution is held. */
  onHeld(release: () => void): void {
    this.#releases.push(release);
    this.#wake();
  }

  /** For an execution that waits in the same thread. */
  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.onHeld(resolve);
    });
  }

  /** @param start lets an execution begin; its promise is settled at its end */
  async run(executions: readonly Execution[], start: (execution: Execution) => Promise<void>): Promise<void> {
    const running: Promise<void>[] = [];
    for (const execution of executions) {
      const isHeld = new Promise<'held'>((resolve) => {
        this.#wake = () => {
          resolve('held');
        };
      });
      const end = start(execution);
      running.push(end);
      if ((await Promise.race([end, isHeld, this.#quiet()])) === 'quiet') say({ kind: 'blocked', execution });
    }
    for (const release of this.#releases) {
      release();
      await Promise.race([Promise.all(running), this.#quiet()]);
    }
    await Promise.all(running);
  }

  async #quiet(): Promise<'quiet'> {
    this.onSign();
    while (performance.now() - this.#lastSign < QUIET_MS) await sleep(QUIET_MS / 8);
    return 'quiet';
  }
}
