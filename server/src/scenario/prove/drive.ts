/** Starts a process that runs the function, and hears what it tells. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { whileWeLive } from '../service.js';
import type { Command } from './language.js';
import { FROM_PROVER, type FromDriver, TO_PROVER } from './messages.js';

/** Messages of one process that are heard at most: a function that never ends tells no more after a while. */
const MOST_MESSAGES = 50_000;
const LONGEST_OUTPUT = 4_000;

export class Driven {
  readonly #child: ChildProcess;
  readonly #messages: FromDriver[] = [];
  readonly #read: { next: number } = { next: 0 };
  #output = '';
  #wake: () => void = () => undefined;
  #gone = false;

  constructor({ program, args, environment }: Command, directory: string, more: NodeJS.ProcessEnv) {
    const [command, ...rest] = whileWeLive([program, ...args]);
    this.#child = spawn(command, rest, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...more, ...environment },
      // A group of its own, so that what the function has started ends with it.
      detached: true,
    });
    this.#child.once('error', () => {
      this.#end();
    });
    createInterface({ input: this.#child.stdio[TO_PROVER] as Readable }).on('line', (line) => {
      if (this.#messages.length >= MOST_MESSAGES) this.kill();
      else this.#messages.push(JSON.parse(line) as FromDriver);
      this.#wake();
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#output = (this.#output + chunk).slice(-LONGEST_OUTPUT);
      });
    }
    // A process that ended does not read what is still written to it.
    this.#child.stdio[FROM_PROVER]?.on('error', () => undefined);
    this.#child.once('close', () => {
      this.#end();
    });
  }

  /** The last of what it printed. */
  get output(): string {
    return this.#output;
  }

  /** Lets it go on from where it waits. */
  go(): void {
    (this.#child.stdio[FROM_PROVER] as Writable).write('\n');
  }

  /** What it tells next; undefined at its end, `quiet` when it has told nothing for so long. */
  async next(quietMs: number): Promise<FromDriver | 'quiet' | undefined> {
    for (;;) {
      const message = this.#messages[this.#read.next];
      if (message !== undefined) {
        this.#read.next++;
        return message;
      }
      if (this.#gone) return undefined;
      const isQuiet = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => {
          resolve(true);
        }, quietMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (isQuiet) return 'quiet';
    }
  }

  /** Ends it and all that it has started, at once. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended, and so has what it started.
    }
  }

  #end(): void {
    this.#gone = true;
    this.#wake();
  }
}
