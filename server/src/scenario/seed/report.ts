import type { Dimension } from '../../model/dimensions.js';

/** What the seed's experiment found; the JSON of `lockkit scenario seed --format json`. */
export interface SeedReport {
  readonly scenario: 'seed';
  readonly processes: number;
  /** In each process. */
  readonly threads: number;
  readonly requests: number;
  /** Updates by each request. */
  readonly iterations: number;
  readonly windowMs: number;
  readonly results: readonly SeedResult[];
}

export interface SeedResult {
  readonly lock: string;
  readonly title: string;
  readonly span: readonly Dimension[];
  readonly expected: number;
  /** The number in Redis at the end. */
  readonly counted: number;
  /** Updates that were made and are not in the number. */
  readonly lost: number;
  /** Updates that the lock broke with an exception; they are neither counted nor lost. */
  readonly broken: number;
  /** One of these exceptions, as Python writes it. */
  readonly exception?: string;
  /** True when it ended because nothing moved any more. */
  readonly stuck: boolean;
  readonly seconds: number;
  /** Updates made by each process, most first. */
  readonly byProcess: readonly number[];
  /** What the post says of this lock, when it does. */
  readonly post?: string;
  /** Why it lost, or did not. */
  readonly cause: string;
}
