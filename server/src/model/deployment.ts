import type { Dimension } from './dimensions.js';
import type { Place } from './source.js';

/** A reason to believe that code runs along a dimension, or that it does not. */
export interface DeploymentEvidence {
  readonly dimension: Dimension;
  /** `many`: more than one execution along the dimension; `one`: exactly one, said in so many words. */
  readonly says: 'many' | 'one';
  /** How many, where it is said. */
  readonly count?: number;
  /** What the evidence says, to stand in a message: `ecosystem.config.js runs 4 instances in cluster mode`. */
  readonly text: string;
  readonly place: Place;
  /** The directory whose code it speaks of, absolute. */
  readonly root: string;
  /**
   * The absolute path of the program that is run in this way, where it is said: a file, or a directory each of whose files is
   * a program of its own (serverless functions).
   */
  readonly program?: string;
  /** For processes: when the program's code is loaded. */
  readonly load?: ProcessLoad;
  /** True for what the user says in a setting: it stands against whatever the code shows. */
  readonly setting?: boolean;
}

/**
 * `before-fork`: once, and the processes are forked off what it made (uWSGI, `gunicorn --preload`, Celery), so that a lock made
 * while loading is inherited by all of them. `in-each`: by every process for itself (`--lazy-apps`, gunicorn, PM2, cluster).
 */
export const PROCESS_LOADS = ['before-fork', 'in-each'] as const;
export type ProcessLoad = (typeof PROCESS_LOADS)[number];

/** How code is run. */
export interface Deployment {
  readonly evidence: readonly DeploymentEvidence[];
}
