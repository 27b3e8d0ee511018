// @ts-check
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither false nor undefined.
 *
 * @template T
 * @param {string} what the effect waited for, for the error
 * @param {() => T | Promise<T>} ask
 * @param {number} [timeout] in milliseconds
 * @returns {Promise<Exclude<T, false | undefined>>}
 */
export async function until(what, ask, timeout = 60_000) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined)
      return /** @type {Exclude<T, false | undefined>} */ (answer);
    if (Date.now() > deadline) throw new Error(`waited ${timeout / 1000} s in vain: ${what}`);
    await delay(50);
  }
}
