import { type ChildProcess, fork } from 'node:child_process';

import { ScenarioError } from './errors.js';
import type { Assignment, FromProcess, ThreadRecord, ToProcess } from './messages.js';

/** Characters of a process's stderr that are kept for the case that it fails. */
const STDERR_KEPT = 8192;
const STDERR_LINES_SHOWN = 30;

export interface MemberListener {
  onReady(): void;
  /** Finished updates of each thread. */
  onProgress(done: readonly number[]): void;
  onFinished(threads: readonly ThreadRecord[]): void;
  onFailed(error: ScenarioError): void;
}

/** One forked process, as the parent sees it. */
export class Member {
  readonly #child: ChildProcess;
  readonly #assignment: Assignment;
  readonly #listener: MemberListener;
  readonly #ended: Promise<unknown>;
  #stderr = '';
  #isOver = false;

  constructor(entry: string, assignment: Assignment, lockDirectory: string, listener: MemberListener) {
    this.#assignment = assignment;
    this.#listener = listener;
    this.#child = fork(entry, [], {
      execPath: process.execPath,
      // The parent's own arguments may hold --inspect, on whose port two processes cannot listen.
      execArgv: [],
      env: environment(lockDirectory),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#child.on('message', (message: FromProcess) => {
      this.#hear(message);
    });
    this.#child.on('error', (error) => {
      this.#fail(`could not be started: ${error.message}`);
    });
    // `close` comes after the last of stderr; it does not come when the process could not be started.
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', resolve);
      if (this.#child.pid === undefined) resolve(undefined);
    });
    this.#child.on('close', (code, signal) => {
      this.#fail(signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`);
    });
    this.#say({ kind: 'prepare', assignment });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  start(): void {
    this.#say({ kind: 'start' });
  }

  /** Lets the process go; its work is done. */
  async leave(): Promise<void> {
    this.#isOver = true;
    this.#say({ kind: 'leave' });
    await this.#ended;
  }

  /** Ends the process now, whatever it does. */
  async kill(): Promise<void> {
    this.#isOver = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #say(message: ToProcess): void {
    if (!this.#child.connected) return;
    this.#child.send(message, () => {
      // A process that cannot be spoken to has ended, or is about to; `close` tells how.
    });
  }

  #hear(message: FromProcess): void {
    switch (message.kind) {
      case 'ready':
        this.#listener.onReady();
        break;
      case 'progress':
        this.#listener.onProgress(message.done);
        break;
      case 'finished':
        this.#listener.onFinished(message.threads);
        break;
      case 'failed':
        this.#fail(`failed in thread ${message.thread}: ${message.message}`);
    }
  }

  #fail(what: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { process: number, processes, lock } = this.#assignment;
    const lines = this.#stderr.trimEnd().split('\n').slice(-STDERR_LINES_SHOWN);
    const lastWords = lines.join('\n') === '' ? '' : ` Its last words:\n${lines.join('\n')}`;
    this.#listener.onFailed(
      new ScenarioError(
        `Process ${number} of ${processes} (pid ${this.pid}) ${what}, while the scenario ran lock "${lock}". ` +
          `The scenario was stopped.${lastWords}`,
      ),
    );
  }
}

/** The parent's environment (with ELECTRON_RUN_AS_NODE where it has that) without what makes a debugger attach. */
function environment(lockDirectory: string): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, LOCKKIT_DIR: lockDirectory };
  delete environment.VSCODE_INSPECTOR_OPTIONS;
  const options = environment.NODE_OPTIONS?.replaceAll(/--inspect\S*/g, '').trim();
  if (options !== undefined) environment.NODE_OPTIONS = options;
  if (process.versions.electron !== undefined) environment.ELECTRON_RUN_AS_NODE = '1';
  return environment;
}
