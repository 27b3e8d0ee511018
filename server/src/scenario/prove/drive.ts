/** Starts a process that runs the function, and hears what it tells. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { ScenarioError } from '../errors.js';
import { type DriverJob, FROM_PROVER, type FromDriver, TO_PROVER } from './messages.js';

export class Driven {
  readonly #child: ChildProcess;
  readonly #messages: FromDriver[] = [];
  readonly #read: { next: number } = { next: 0 };
  #output = '';
  #wake: () => void = () => undefined;
  #gone = false;

  constructor(job: DriverJob, directory: string, environment: NodeJS.ProcessEnv) {
    const { driver, hook } = entries();
    const register = `data:text/javascript,import{register}from'node:module';register(${JSON.stringify(pathToFileURL(hook).href)})`;
    this.#child = spawn(process.execPath, ['--import', register, driver], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment, LOCKKIT_PROVE: JSON.stringify(job) },
    });
    createInterface({ input: this.#child.stdio[TO_PROVER] as Readable }).on('line', (line) => {
      this.#messages.push(JSON.parse(line) as FromDriver);
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
      this.#gone = true;
      this.#wake();
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

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

const LONGEST_OUTPUT = 4_000;

/** As the compiler lays them, and as a bundle does. */
const NAMES = [
  ['driver.js', 'resolve-hook.js'],
  ['prove-driver.cjs', 'prove-resolve-hook.mjs'],
] as const;

function entries(): { readonly driver: string; readonly hook: string } {
  const { url } = import.meta as { url?: string };
  const here = path.dirname(url === undefined ? __filename : fileURLToPath(url));
  for (const directory of [here, path.resolve(here, '../../../dist/scenario/prove')]) {
    for (const [driver, hook] of NAMES) {
      const found = { driver: path.join(directory, driver), hook: path.join(directory, hook) };
      if (existsSync(found.driver) && existsSync(found.hook)) return found;
    }
  }
  throw new ScenarioError(
    `The prover's driver is missing beside ${here}. In a checkout, run npm run build:ts.`,
  );
}
