import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const PROGRAM = fileURLToPath(new URL('../programs/peer.mjs', import.meta.url));

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly name: string; readonly code?: string; readonly message: string };
}

/** An error that a peer met; the name and code are the peer's. */
export class PeerError extends Error {
  readonly code: string | undefined;
  constructor(error: NonNullable<Answer['error']>) {
    super(error.message);
    this.name = error.name;
    this.code = error.code;
  }
}

/** A real process or worker thread that runs programs/peer.mjs. */
export abstract class Peer implements AsyncDisposable {
  #last = 0;
  readonly #calls = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  /** Sends a command of programs/peer.mjs and resolves with its answer. */
  call(command: string, request: Record<string, unknown> = {}): Promise<unknown> {
    const id = ++this.#last;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
    });
    this.send({ id, command, ...request });
    return answer;
  }

  protected answered({ id, value, error }: Answer): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new PeerError(error));
  }

  protected crashed(reason: string): void {
    for (const call of this.#calls.values()) call.reject(new Error(reason));
    this.#calls.clear();
  }

  protected abstract send(message: object): void;
  /** Ends the peer at once, without any word to its code: SIGKILL, or terminate(). */
  abstract kill(): Promise<void>;

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

export class ProcessPeer extends Peer {
  readonly child: ChildProcess;
  /** The exit code, once the process is gone; null after a signal. */
  readonly exited: Promise<number | null>;

  constructor(environment: NodeJS.ProcessEnv = {}) {
    super();
    this.child = spawn(process.execPath, [PROGRAM], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    this.exited = once(this.child, 'exit').then(([code, signal]) => {
      if (signal !== null && !this.child.killed) this.crashed(`the peer was ended by ${String(signal)}`);
      return code as number | null;
    });
    if (this.child.stdout === null) throw new Error('the peer has no standard output');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.answered(JSON.parse(line) as Answer);
    });
  }

  protected send(message: object): void {
    this.child.stdin?.write(JSON.stringify(message) + '\n');
  }

  /** Stops it (SIGSTOP), and waits until each of its threads has: what they wait for is not given to them from then on. */
  async stop(): Promise<void> {
    const tasks = `/proc/${this.child.pid}/task`;
    const isStopped = (id: string) => / T \d/.test(readFileSync(`${tasks}/${id}/stat`, 'utf8'));
    this.child.kill('SIGSTOP');
    while (!readdirSync(tasks).every(isStopped)) await sleep(1);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}

export class ThreadPeer extends Peer {
  readonly #worker = new Worker(PROGRAM);

  constructor() {
    super();
    this.#worker.on('message', (answer: Answer) => {
      this.answered(answer);
    });
  }

  protected send(message: object): void {
    this.#worker.postMessage(message);
  }

  async kill(): Promise<void> {
    await this.#worker.terminate();
  }
}
