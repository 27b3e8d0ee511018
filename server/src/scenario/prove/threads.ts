/** Both executions in worker threads of one process, each with the module loaded for itself, as `new Worker` does it. */
import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';

import { revived } from './arguments.js';
import { Interleaving } from './interleaving.js';
import type { DriverJob } from './messages.js';
import type { Execution } from './trace.js';
import type { TracerHost } from './tracer.js';
import { awaitWord, say } from './words.js';

/** What a thread is given. */
interface Assignment {
  readonly job: DriverJob;
  readonly execution: Execution;
  /** One slot: 1 when the thread may go on from where it is held. */
  readonly gate: Int32Array<SharedArrayBuffer>;
}

type FromThread = 'ready' | 'sign' | 'held' | 'ended';

/** In the main thread: starts a thread for each execution, and lets them run as the schedule says. */
export async function interleaveThreads(job: DriverJob): Promise<void> {
  const interleaving = new Interleaving();
  // One for both: what is shared in the arguments is shared by the threads.
  const shared = {
    arguments: revived(job.arguments) as unknown[] | undefined,
    workerData: revived(job.workerData),
  };
  const threads = new Map<Execution, ThreadOf>();
  for (const execution of job.executions) {
    const thread = new ThreadOf(execution, job, shared, interleaving);
    threads.set(execution, thread);
    await thread.ready;
  }
  say({ kind: 'ready' });
  awaitWord();
  await interleaving.run(job.executions, async (execution) => {
    await threads.get(execution)?.run();
  });
}

class ThreadOf {
  readonly #worker: Worker;
  readonly ready: Promise<void>;
  readonly #ended: Promise<void>;

  constructor(
    execution: Execution,
    job: DriverJob,
    shared: { readonly arguments: unknown[] | undefined; readonly workerData: unknown },
    interleaving: Interleaving,
  ) {
    const gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.#worker = new Worker(process.argv[1] ?? '', { workerData: shared.workerData });
    const heard = new Map<FromThread, () => void>();
    const hear = (word: FromThread): Promise<void> =>
      new Promise((resolve) => {
        heard.set(word, resolve);
      });
    this.ready = hear('ready');
    this.#ended = hear('ended');
    this.#worker.on('message', (word: FromThread) => {
      if (word === 'sign') interleaving.onSign();
      if (word === 'held') {
        interleaving.onHeld(() => {
          Atomics.store(gate, 0, 1);
          Atomics.notify(gate, 0);
        });
      }
      heard.get(word)?.();
    });
    // It has said why, or an error will say it; nothing can be made of the other thread alone.
    this.#worker.once('error', (error) => {
      say({ kind: 'cannot', message: `a thread of it fails: ${error.message}` });
      process.exit(0);
    });
    this.#worker.once('exit', (code) => {
      if (code === CANNOT) process.exit(0);
      heard.get('ended')?.();
    });
    const given = shared.arguments === undefined ? {} : { arguments: shared.arguments };
    this.#worker.postMessage({ job: { ...job, ...given }, execution, gate } satisfies Assignment);
  }

  async run(): Promise<void> {
    this.#worker.postMessage('go');
    await this.#ended;
  }
}

/** The exit code of a thread whose `cannot` has been said. */
const CANNOT = 0;

type Prepare = (job: DriverJob, host: TracerHost) => Promise<(execution: Execution) => Promise<void>>;

/** In a thread: loads the module, and calls the function when it is its turn. */
export async function driveInThread(prepare: Prepare): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('This is no thread.');
  const tell = (word: FromThread): void => {
    port.postMessage(word);
  };
  const [assignment] = (await once(port, 'message')) as [Assignment];
  const { job, execution, gate } = assignment;
  const start = await prepare(job, {
    onSign: () => {
      tell('sign');
    },
    pause: () => Promise.resolve(),
    stop: () => {
      tell('held');
      Atomics.wait(gate, 0, 0);
    },
  });
  const go = once(port, 'message');
  tell('ready');
  await go;
  await start(execution);
  tell('ended');
  // Until the process ends: what was said must have been heard.
  await once(port, 'message');
}
