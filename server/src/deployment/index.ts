import path from 'node:path';
import type { Deployment } from '../model/deployment.js';
import type { Problem } from '../model/diagnostics.js';
import type { FileFacts } from '../model/facts.js';
import type { LibraryModel } from '../model/library-model.js';
import { readCode } from './code/code.js';
import { Layout } from './layout.js';
import { readPackageScripts } from './readers/package-scripts.js';
import { readPm2 } from './readers/pm2.js';
import type { DeploymentSource } from './source.js';

export type { DeploymentSource } from './source.js';

/** The base names (or globs over base names) of the files that {@link readDeployment} can read. */
export const DEPLOYMENT_FILES: readonly string[] = [
  'package.json',
  'ecosystem.*',
  'pm2.*',
  'process.json',
  'process.{yml,yaml}',
];

/** What PM2 takes as a configuration; TypeScript ones are compiled to it. */
const PM2_FILE =
  /^(ecosystem|pm2|process)(\.[\w-]+)*\.(json|ya?ml)$|^(ecosystem|pm2)(\.[\w-]+)*\.[cm]?[jt]s$/;

export interface DeploymentReading extends Deployment {
  /** Files that could not be read whole. What could be read of them is among the evidence. */
  readonly problems: readonly Problem[];
}

/**
 * Reads the evidence in deployment files and in the code itself (`cluster.fork()`, `new Worker()`). Never throws on
 * what a file says.
 * @param sources the files whose names match {@link DEPLOYMENT_FILES}; the `package.json` files among them also tell
 *   which directories are packages
 * @param facts files that may start processes or threads; others do no harm
 * @param libraries say which calls start more executions (`spawns`)
 */
export function readDeployment(
  sources: readonly DeploymentSource[],
  facts: readonly FileFacts[],
  libraries: readonly LibraryModel[],
): DeploymentReading {
  const ours = sources.filter(({ file }) => !file.split(path.sep).includes('node_modules'));
  const layout = new Layout(
    ours,
    facts.map(({ file }) => file),
  );
  const readings = ours.flatMap((source) => {
    const name = path.basename(source.file);
    if (name === 'package.json') return [readPackageScripts(source, layout)];
    return PM2_FILE.test(name) ? [readPm2(source, layout)] : [];
  });
  return {
    evidence: [
      ...readings.flatMap(({ evidence }) => evidence),
      ...facts.flatMap((file) => readCode(file, layout, libraries)),
    ],
    problems: readings.flatMap(({ problems }) => problems),
  };
}
