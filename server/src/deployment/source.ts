import type { DeploymentEvidence } from '../model/deployment.js';
import type { Problem } from '../model/diagnostics.js';

/** A file that may say how the code is run. */
export interface DeploymentSource {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
}

/** What one reader makes of one file. */
export interface Reading {
  readonly evidence: readonly DeploymentEvidence[];
  readonly problems: readonly Problem[];
}

export const NOTHING_READ: Reading = { evidence: [], problems: [] };
