import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { ScenarioError } from './errors.js';

const STARTUP_MS = 60_000;
/** For a service to end by the signal that it should end by. */
const PATIENCE_MS = 3_000;

/** Whether a program is there, and succeeds. */
export function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** A process that is gone when this one is, whatever happens. */
export class Service {
  #child: ChildProcess;
  #gone = false;

  constructor(
    private readonly name: string,
    command: readonly [program: string, ...args: string[]],
    private readonly log: string,
    environment: NodeJS.ProcessEnv = {},
  ) {
    const [program, ...args] = whileWeLive(command);
    this.#child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...environment } });
    this.#child.once('exit', () => (this.#gone = true));
    this.#child.once('error', () => (this.#gone = true));
  }

  /** @throws ScenarioError when the service ends or does not come up; the signal's reason when it aborts */
  async until(isUp: () => Promise<boolean>, signal: AbortSignal | undefined): Promise<void> {
    const end = Date.now() + STARTUP_MS;
    while (!(await isUp())) {
      signal?.throwIfAborted();
      if (this.#gone || Date.now() > end) {
        const why = existsSync(this.log)
          ? readFileSync(this.log, 'utf8').trim().split('\n').slice(-5).join('\n')
          : '';
        throw new ScenarioError(`${this.name} did not start${why === '' ? '.' : `. It says:\n${why}`}`);
      }
      await sleep(20);
    }
  }

  /** Ends it by the given signal, and by SIGKILL if that is not enough. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#gone) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    this.#child.kill(signal);
    await gone;
    clearTimeout(patience);
  }
}

/** With util-linux's setpriv the kernel ends the service when this process dies. */
export function whileWeLive(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return process.platform === 'linux' && runs('setpriv', ['--version'])
    ? ['setpriv', '--pdeathsig', 'KILL', ...command]
    : command;
}
