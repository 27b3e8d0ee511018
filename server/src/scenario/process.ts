/** A forked process of the experiment: starts its threads, and stands between them and the parent. */
import { openSync, rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

import { messageOf } from './errors.js';
import type {
  Assignment,
  FromProcess,
  FromThread,
  ThreadData,
  ThreadRecord,
  ToProcess,
  ToThread,
} from './messages.js';

const PROGRESS_MS = 100;

let assigned: Assignment | undefined;

/**
 * The parent is gone. A thread may be blocked in flock(2), for which process.exit would wait; SIGKILL does not.
 */
function die(): void {
  try {
    if (assigned !== undefined) rmSync(assigned.directory, { recursive: true, force: true, maxRetries: 5 });
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}

function say(message: FromProcess): void {
  process.send?.(message);
}

/** The threads of this process, from their start to their end. */
class Threads {
  readonly #assignment: Assignment;
  readonly #done: SharedArrayBuffer;
  readonly #workers: Worker[];
  readonly #records: ThreadRecord[] = [];
  #ready = 0;
  #progress: NodeJS.Timeout | undefined;

  constructor(assignment: Assignment) {
    this.#assignment = assignment;
    this.#done = new SharedArrayBuffer(assignment.threads * Int32Array.BYTES_PER_ELEMENT);
    const guard = {
      lockFile: assignment.lockFile,
      sharedDescriptor: openSync(assignment.lockFile, 'r+'),
      name: assignment.lockName,
    };
    this.#workers = Array.from({ length: assignment.threads }, (_, index) =>
      this.#startThread({ thread: index + 1, assignment, guard, done: this.#done }),
    );
  }

  begin(): void {
    for (const worker of this.#workers) worker.postMessage({ kind: 'start' } satisfies ToThread);
    this.#progress = setInterval(() => {
      say({ kind: 'progress', done: this.#doneByThread() });
    }, PROGRESS_MS);
  }

  #startThread(data: ThreadData): Worker {
    const worker = new Worker(this.#assignment.threadEntry, { workerData: data });
    const { thread } = data;
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'ready') this.#becameReady();
      else this.#finish(thread, message.began, message.ended);
    });
    worker.on('error', (error) => {
      say({ kind: 'failed', thread, message: messageOf(error) });
    });
    worker.on('exit', (code) => {
      if (this.#records.some((record) => record.thread === thread)) return;
      say({ kind: 'failed', thread, message: `it ended with exit code ${code} before its work was done` });
    });
    return worker;
  }

  #becameReady(): void {
    this.#ready++;
    if (this.#ready === this.#workers.length) say({ kind: 'ready' });
  }

  #finish(thread: number, began: number, ended: number): void {
    this.#records.push({ thread, began, ended, done: this.#doneByThread()[thread - 1] ?? 0 });
    if (this.#records.length < this.#workers.length) return;
    clearInterval(this.#progress);
    say({ kind: 'finished', threads: this.#records });
  }

  #doneByThread(): number[] {
    return Array.from(new Int32Array(this.#done));
  }
}

if (!process.connected) die();
process.on('disconnect', die);
// An interrupt from the keyboard reaches every process of the terminal; the parent decides what becomes of it.
process.on('SIGINT', () => undefined);

let threads: Threads | undefined;
process.on('message', (message: ToProcess) => {
  switch (message.kind) {
    case 'prepare':
      assigned = message.assignment;
      threads = new Threads(message.assignment);
      break;
    case 'start':
      threads?.begin();
      break;
    case 'leave':
      process.removeListener('disconnect', die);
      process.disconnect();
  }
});
