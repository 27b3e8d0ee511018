import type { ProveDimension } from './target.js';
import type { LostUpdate, TraceEvent } from './trace.js';

/** What the prover saw; the JSON of `lockkit prove --format json`. */
export interface ProveReport {
  /** As a reader would call it. */
  readonly function: string;
  /** What names it after the colon of `FILE:FUNCTION`: a name, or a line of it. */
  readonly subject: string;
  /** Absolute. */
  readonly file: string;
  readonly dimension: ProveDimension;
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

/** For people who wait. */
export interface ProveListener {
  /** A schedule is about to be run: the nth of at most so many. */
  onSchedule(dimension: ProveDimension, number: number, most: number): void;
}
