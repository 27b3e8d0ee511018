import { closeSync, openSync, readSync, writeSync } from 'node:fs';

import { ScenarioError } from '../errors.js';
import type { Store } from './store.js';

/**
 * The counter's width in the file. Eight bytes at the start of a page are copied by one instruction, and even a torn copy
 * would be digits: a wrong lock shows as lost updates, never as a file that cannot be read.
 */
const DIGITS = 8;

/** The largest count that the file holds. */
export const LARGEST_COUNT = 10 ** DIGITS - 1;

/** The counter as text in a file, read and written at one place through one descriptor. */
export class FileStore implements Store {
  readonly #file: string;
  readonly #descriptor: number;
  readonly #buffer = Buffer.alloc(DIGITS);

  /** @throws a system error when the file is not there */
  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openSync(file, 'r+');
  }

  read(): number {
    const length = readSync(this.#descriptor, this.#buffer, 0, DIGITS, 0);
    const text = this.#buffer.toString('latin1', 0, length);
    if (!/^\d{8}$/.test(text)) {
      throw new ScenarioError(
        `The counter file ${this.#file} holds ${JSON.stringify(text)} instead of eight digits: something else writes to it.`,
      );
    }
    return Number(text);
  }

  write(value: number): void {
    writeSync(this.#descriptor, digits(value), 0, 'latin1');
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** A count as the file has it. */
export function digits(value: number): string {
  return String(value).padStart(DIGITS, '0');
}
