import type { Dimension } from '../model/dimensions.js';
import { ScenarioError } from './errors.js';
import { DEFAULT_LOCKS, findLock, type LockDescription } from './locks.js';
import { LARGEST_COUNT } from './stores/file-store.js';

export interface ScenarioOptions {
  /** Ids of the locks to run, in this order. Default: `none`, `async-mutex`, `flock-shared`, `combined`. */
  readonly locks?: readonly string[] | undefined;
  /** Forked processes, 1–64. Default 4. */
  readonly processes?: number | undefined;
  /** Worker threads in each process, 1–64. Default 4. */
  readonly threads?: number | undefined;
  /** Async tasks in each thread, 1–1000. Default 2. */
  readonly tasks?: number | undefined;
  /** Updates that each task makes. Default 50. */
  readonly iterations?: number | undefined;
  /** Milliseconds for which a task waits between its read and its write, 0 or more. Default 1. */
  readonly windowMs?: number | undefined;
  /** `redis://…` or `rediss://…`: count there, under a key of its own. Default: a file in a private temporary directory. */
  readonly redisUrl?: string | undefined;
  /** Milliseconds without a single finished update after which a lock counts as stuck. Default 15 000. */
  readonly stuckMs?: number | undefined;
  /** Directory of the entry files of processes and threads; see entries.ts. Default: looked for beside this module. */
  readonly entryDirectory?: string | undefined;
}

/** The size of the experiment, checked. */
export interface Plan {
  readonly locks: readonly LockDescription[];
  readonly processes: number;
  readonly threads: number;
  readonly tasks: number;
  readonly iterations: number;
  readonly windowMs: number;
  readonly redisUrl: string | undefined;
  readonly stuckMs: number;
}

/** @throws ScenarioError for a value out of range or an unknown lock */
export function planOf(options: ScenarioOptions): Plan {
  const plan: Plan = {
    locks: [...new Set(options.locks ?? DEFAULT_LOCKS)].map(findLock),
    processes: whole('processes', options.processes ?? 4, 64),
    threads: whole('threads', options.threads ?? 4, 64),
    tasks: whole('tasks', options.tasks ?? 2, 1000),
    iterations: whole('iterations', options.iterations ?? 50, LARGEST_COUNT),
    windowMs: milliseconds('windowMs', options.windowMs ?? 1, 0),
    redisUrl: redisUrl(options.redisUrl),
    stuckMs: milliseconds('stuckMs', options.stuckMs ?? 15_000, 1),
  };
  if (expectedOf(plan) > LARGEST_COUNT) {
    throw new ScenarioError(
      `processes × threads × tasks × iterations is ${expectedOf(plan)}; the counter holds ${LARGEST_COUNT} at most.`,
    );
  }
  return plan;
}

/** The count that a right lock arrives at. */
export function expectedOf(plan: Plan): number {
  return plan.processes * plan.threads * plan.tasks * plan.iterations;
}

/** The dimensions in which two updates can interleave in this experiment. */
export function dimensionsOf(size: {
  readonly processes: number;
  readonly threads: number;
  readonly tasks: number;
}): Dimension[] {
  const dimensions: Dimension[] = [];
  if (size.tasks > 1) dimensions.push('tasks');
  if (size.threads > 1) dimensions.push('threads');
  if (size.processes > 1) dimensions.push('processes');
  return dimensions;
}

function whole(name: string, value: number, largest: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= largest) return value;
  throw new ScenarioError(`${name} must be a whole number from 1 to ${largest}; it is ${value}.`);
}

function milliseconds(name: string, value: number, smallest: number): number {
  if (value >= smallest && value <= 3_600_000) return value;
  throw new ScenarioError(`${name} must be from ${smallest} to 3600000 milliseconds; it is ${value}.`);
}

function redisUrl(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol === 'redis:' || protocol === 'rediss:') return url;
  throw new ScenarioError('The Redis store needs a URL such as redis://127.0.0.1:6379.');
}
