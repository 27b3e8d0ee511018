/** What the instrumented program calls: it tells what is read and written, and holds executions where the schedule says. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readSync, writeSync } from 'node:fs';
import { inspect } from 'node:util';

import { type DriverJob, FROM_PROVER, type FromDriver, type Hold, NOTHING, TO_PROVER } from './messages.js';
import type { Execution } from './trace.js';

/** Characters of a value that are shown. */
const SHOWN = 60;

export function say(message: FromDriver): void {
  writeSync(TO_PROVER, `${JSON.stringify(message)}\n`);
}

/** Blocks this process until the prover writes a line. */
export function awaitWord(): void {
  readSync(FROM_PROVER, new Uint8Array(1));
}

/** A value in a few characters; '' for one that says nothing. */
function shown(value: unknown): string {
  if (value === undefined) return '';
  const text = inspect(value, { breakLength: Infinity, depth: 2, maxStringLength: SHOWN });
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

export class Tracer {
  /** Which of the two executions this is; undefined outside of both. */
  readonly execution = new AsyncLocalStorage<Execution>();
  /** Called when an execution is held, with what lets it go on. */
  onHeld: (hold: Hold, release: () => void) => void = () => undefined;
  /** When something was last told; milliseconds. */
  lastSign = performance.now();
  readonly #passed = new Map<Execution, number>();
  readonly #exposed: (() => unknown)[] = [];
  /** What was passed to the call that writes, by access and execution. */
  readonly #arguments = new Map<string, readonly unknown[]>();

  constructor(private readonly job: DriverJob) {}

  /** What the module under test keeps to itself. */
  get exposed(): readonly (() => unknown)[] {
    return this.#exposed;
  }

  expose(get: () => unknown): void {
    this.#exposed.push(get);
  }

  read<T>(access: number, value: T): T {
    this.#tell(access, value);
    return value;
  }

  assign<T>(access: number, value: T): T {
    this.#tell(access, value);
    return value;
  }

  increment<T>(read: number, write: number, before: unknown, value: T, after: unknown): T {
    if (read !== NOTHING) this.#tell(read, before);
    if (write !== NOTHING) this.#tell(write, after);
    return value;
  }

  passing(access: number, values: readonly unknown[]): readonly unknown[] {
    const execution = this.execution.getStore();
    if (execution !== undefined) this.#arguments.set(`${access} ${execution}`, values);
    return values;
  }

  /** A call that writes: it has written when its promise is settled. */
  called(access: number, result: unknown): unknown {
    const execution = this.execution.getStore();
    const values = this.#arguments.get(`${access} ${execution ?? ''}`) ?? [];
    const tell = () => {
      this.#tell(access, values.at(-1));
    };
    if (!isPromise(result)) {
      tell();
      return result;
    }
    return Promise.resolve(result).then((value) => {
      tell();
      return value;
    });
  }

  /** An `await`: of a read, when an access is given. Another task may run from here on. */
  async point<T>(access: number, awaited: T): Promise<Awaited<T>> {
    const value = await awaited;
    if (access !== NOTHING) this.#tell(access, value);
    if (this.job.dimension === 'tasks') await this.#pass();
    return value;
  }

  #tell(access: number, value: unknown): void {
    const execution = this.execution.getStore();
    if (execution === undefined) return;
    this.lastSign = performance.now();
    say({ kind: 'event', execution, access, value: shown(value) });
    if (this.job.dimension === 'processes') this.#stop(execution);
  }

  /** In a process: an event is a place to be held at, and the whole process waits. */
  #stop(execution: Execution): void {
    if (!this.#isHeldAt(execution)) return;
    say({ kind: 'held', execution });
    awaitWord();
  }

  /** Among tasks: only this execution waits. */
  async #pass(): Promise<void> {
    const execution = this.execution.getStore();
    if (execution === undefined) return;
    this.lastSign = performance.now();
    const held = this.#isHeldAt(execution);
    if (held === undefined) return;
    say({ kind: 'held', execution });
    await new Promise<void>((resolve) => {
      this.onHeld(held, resolve);
    });
    this.lastSign = performance.now();
  }

  /** Counts a place where the execution may be held. */
  #isHeldAt(execution: Execution): Hold | undefined {
    const number = (this.#passed.get(execution) ?? 0) + 1;
    this.#passed.set(execution, number);
    say({ kind: 'point', execution, number });
    return this.job.holds.find((hold) => hold.execution === execution && hold.at === number);
  }
}
