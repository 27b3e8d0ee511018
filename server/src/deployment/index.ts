import type { Deployment } from '../model/deployment.js';
import type { FileFacts } from '../model/facts.js';
import type { LibraryModel } from '../model/library-model.js';

/** A file that may say how the code is run. */
export interface DeploymentSource {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
}

/** The base names (or globs over base names) of the files that {@link readDeployment} can read. */
export const DEPLOYMENT_FILES: readonly string[] = [
  'package.json',
  'ecosystem.config.*',
  'pm2.json',
  'pm2.*',
];

/** Reads the evidence in deployment files and in the code itself (`cluster.fork()`, `new Worker()`). */
export function readDeployment(
  _sources: readonly DeploymentSource[],
  _facts: readonly FileFacts[],
  _libraries: readonly LibraryModel[],
): Deployment {
  return { evidence: [] };
}
