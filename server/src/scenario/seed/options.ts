import { ScenarioError } from '../errors.js';

export interface SeedOptions {
  /** uWSGI's worker processes, 1–16. Default 4. */
  readonly processes?: number | undefined;
  /** Threads of each, 1–16. Default 4. */
  readonly threads?: number | undefined;
  /** Updates by each request, 1–1000. Default 25. */
  readonly iterations?: number | undefined;
  /** Milliseconds between read and write, 0–1000. Default 5. */
  readonly windowMs?: number | undefined;
}

/** The size of the experiment, checked. */
export interface SeedPlan {
  readonly processes: number;
  readonly threads: number;
  /** One for each thread of each process, so that all of them are asked at once. */
  readonly requests: number;
  readonly iterations: number;
  readonly windowMs: number;
}

/** @throws ScenarioError for a value out of range */
export function seedPlanOf(options: SeedOptions): SeedPlan {
  const processes = within('processes', options.processes ?? 4, 1, 16);
  const threads = within('threads', options.threads ?? 4, 1, 16);
  return {
    processes,
    threads,
    requests: processes * threads,
    iterations: within('iterations', options.iterations ?? 25, 1, 1000),
    windowMs: within('windowMs', options.windowMs ?? 5, 0, 1000),
  };
}

function within(name: string, value: number, smallest: number, largest: number): number {
  if (Number.isInteger(value) && value >= smallest && value <= largest) return value;
  throw new ScenarioError(
    `In the seed's experiment ${name} must be a whole number from ${smallest} to ${largest}; it is ${value}.`,
  );
}
