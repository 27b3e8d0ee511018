import type { Entries } from './entries.js';
import type { ScenarioError } from './errors.js';
import type { LockDescription } from './locks.js';
import { Member } from './member.js';
import type { Assignment, ThreadRecord } from './messages.js';
import type { Plan } from './options.js';
import type { Workplace } from './workplace.js';

/** What is known of one process. */
interface News {
  isReady: boolean;
  done: readonly number[];
  threads: readonly ThreadRecord[] | undefined;
}

/** How long to wait for a crew, and what then. */
export interface Patience<T> {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds in which nothing moved: no process became ready, no update was finished. */
  readonly idleMs: number;
  readonly onIdle: () => T;
}

/** All processes of one lock's run. */
export class Crew {
  readonly #members: Member[] = [];
  readonly #news: News[] = [];
  #failure: ScenarioError | undefined;
  #onNews: () => void = () => undefined;

  /** Forks the processes. Whatever comes of it, {@link kill} must be called in the end. */
  assemble(plan: Plan, lock: LockDescription, workplace: Workplace, entries: Entries): void {
    const { processes, threads, tasks, iterations, windowMs } = plan;
    for (let number = 1; number <= processes; number++) {
      const assignment: Assignment = {
        process: number,
        ...{ processes, threads, tasks, iterations, windowMs },
        lock: lock.id,
        lockName: 'scenario:counter',
        lockFile: workplace.lockFile,
        opening: workplace.opening,
        store: workplace.store,
        threadEntry: entries.thread,
        directory: workplace.directory,
      };
      const news: News = {
        isReady: false,
        done: Array.from({ length: threads }, () => 0),
        threads: undefined,
      };
      this.#news.push(news);
      this.#members.push(
        new Member(entries.process, assignment, workplace.lockDirectory, this.#listen(news)),
      );
    }
  }

  /** Process ids, in the order of the processes' numbers. */
  get pids(): number[] {
    return this.#members.map((member) => member.pid);
  }

  get isReady(): boolean {
    return this.#news.every((news) => news.isReady);
  }

  /** Finished updates of each thread of each process. */
  get done(): readonly (readonly number[])[] {
    return this.#news.map((news) => news.threads?.map((thread) => thread.done) ?? news.done);
  }

  /** What the threads of each process say at the end; undefined while one works. */
  get records(): readonly (readonly ThreadRecord[])[] | undefined {
    const records = this.#news.flatMap((news) => (news.threads === undefined ? [] : [news.threads]));
    return records.length === this.#members.length ? records : undefined;
  }

  /**
   * Waits until `look` gives something; it is asked whenever there is news.
   *
   * @throws ScenarioError when a process fails; the signal's reason when it aborts; what `onIdle` throws
   */
  async until<T>(look: () => T | undefined, patience: Patience<T>): Promise<T> {
    const { signal, idleMs, onIdle } = patience;
    let stop: () => void = () => undefined;
    try {
      const outcome = await new Promise<() => T>((settle) => {
        const attempt = (get: () => T | undefined) => {
          try {
            signal?.throwIfAborted();
            if (this.#failure !== undefined) throw this.#failure;
            const value = get();
            if (value !== undefined) settle(() => value);
          } catch (error) {
            settle(() => {
              throw error;
            });
          }
        };
        let moved = this.#movement();
        const timer = setTimeout(() => {
          attempt(onIdle);
        }, idleMs);
        const onAbort = () => {
          attempt(look);
        };
        stop = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          this.#onNews = () => undefined;
        };
        this.#onNews = () => {
          if (this.#movement() !== moved) timer.refresh();
          moved = this.#movement();
          attempt(look);
        };
        signal?.addEventListener('abort', onAbort);
        attempt(look);
      });
      return outcome();
    } finally {
      stop();
    }
  }

  start(): void {
    for (const member of this.#members) member.start();
  }

  /** Lets the processes go; their work is done. */
  async leave(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.leave()));
  }

  /** Ends the processes that are left. */
  async kill(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.kill()));
  }

  #movement(): number {
    return sum(this.done.flat()) + this.#news.filter((news) => news.isReady).length;
  }

  #listen(news: News) {
    return {
      onReady: () => {
        news.isReady = true;
        this.#onNews();
      },
      onProgress: (done: readonly number[]) => {
        news.done = done;
        this.#onNews();
      },
      onFinished: (threads: readonly ThreadRecord[]) => {
        news.threads = threads.toSorted((left, right) => left.thread - right.thread);
        this.#onNews();
      },
      onFailed: (error: ScenarioError) => {
        this.#failure ??= error;
        this.#onNews();
      },
    };
  }
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
