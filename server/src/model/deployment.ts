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
  /** The absolute path of the program that is run in this way, where it is said. */
  readonly program?: string;
}

/** How the code of a project is run. */
export interface Deployment {
  readonly evidence: readonly DeploymentEvidence[];
}
