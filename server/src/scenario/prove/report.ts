import type { LostUpdate, TraceEvent } from './trace.js';

/** What the prover saw; the JSON of `lockkit prove --format json`. */
export interface ProveReport {
  readonly function: string;
  /** Absolute. */
  readonly file: string;
  readonly dimension: 'tasks' | 'processes';
  /** Schedules that were run with both executions. */
  readonly tried: number;
  /** In how many of them the second execution was kept out until the first had finished. */
  readonly excluded: number;
  /** The witness; absent when no schedule lost anything. */
  readonly lost?: LostUpdate & {
    /** What repeats it. */
    readonly schedule: string;
    readonly trace: readonly TraceEvent[];
  };
}
