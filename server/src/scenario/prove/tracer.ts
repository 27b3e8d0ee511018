/** What the instrumented program calls: it tells what is read and written, and holds executions where the schedule says. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';

import { type DriverJob, NOTHING } from './messages.js';
import type { Execution } from './trace.js';
import { say } from './words.js';

/** Characters of a value that are shown. */
const SHOWN = 60;

/** A value in a few characters; '' for one that says nothing. */
function shown(value: unknown): string {
  if (value === undefined) return '';
  const text = inspect(value, { breakLength: Infinity, depth: 2, maxStringLength: SHOWN });
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** What the tracer's surroundings do. */
export interface TracerHost {
  /** An execution shows that it is alive. */
  onSign(): void;
  /** Among tasks: resolves when the held execution may go on. */
  pause(): Promise<void>;
  /** Else: blocks the thread or the process until it may. */
  stop(): void;
}

export class Tracer {
  /** Which of the two executions this is; undefined outside of both. */
  readonly execution = new AsyncLocalStorage<Execution>();
  readonly #passed = new Map<Execution, number>();
  readonly #exposed: (() => unknown)[] = [];
  /** What was passed to the call that writes, by access and execution. */
  readonly #arguments = new Map<string, readonly unknown[]>();
  #made: unknown;

  constructor(
    private readonly job: Pick<DriverJob, 'dimension' | 'holds'>,
    private readonly host: TracerHost,
  ) {}

  /** What the module under test keeps to itself. */
  get exposed(): readonly (() => unknown)[] {
    return this.#exposed;
  }

  /** The function that is meant by its line, once it has been made; the latest, if there are several. */
  get caught(): unknown {
    return this.#made;
  }

  expose(get: () => unknown): void {
    this.#exposed.push(get);
  }

  made<T>(value: T): T {
    this.#made = value;
    return value;
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
    this.host.onSign();
    say({ kind: 'event', execution, access, value: shown(value) });
    if (this.job.dimension === 'tasks' || !this.#isHeldAt(execution)) return;
    say({ kind: 'held', execution });
    this.host.stop();
  }

  /** Among tasks: only this execution waits. */
  async #pass(): Promise<void> {
    const execution = this.execution.getStore();
    if (execution === undefined) return;
    this.host.onSign();
    if (!this.#isHeldAt(execution)) return;
    say({ kind: 'held', execution });
    await this.host.pause();
    this.host.onSign();
  }

  /** Counts a place where the execution may be held. */
  #isHeldAt(execution: Execution): boolean {
    const number = (this.#passed.get(execution) ?? 0) + 1;
    this.#passed.set(execution, number);
    say({ kind: 'point', execution, number });
    return this.job.holds.some((hold) => hold.execution === execution && hold.at === number);
  }
}
