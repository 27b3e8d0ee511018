/** The programs of worker threads whose path the code works out: they are known by what only such programs use. */
import type { DeploymentEvidence } from '../../model/deployment.js';
import type { FileFacts } from '../../model/facts.js';
import { LANGUAGES } from '../../model/languages.js';
import { isAtOrInside, type Layout } from '../layout.js';
import { CodeIndex } from './code-index.js';

const MODULE = /^(?:node:)?worker_threads$/;
const OF_WORKERS: ReadonlySet<string> = new Set(['parentPort', 'workerData']);

/**
 * Threads that share no memory run a program of their own. Where its path is not known, it is each file of the package that speaks
 * to the thread which started it; if there is none, it is not of this project.
 * @param evidence what is said in a file of that language
 * @param all the files that may be such programs
 */
export function withWorkerPrograms(
  evidence: readonly DeploymentEvidence[],
  { language }: FileFacts,
  all: readonly FileFacts[],
  layout: Layout,
): DeploymentEvidence[] {
  if (LANGUAGES[language].memory.includes('threads')) return [...evidence];
  return evidence.flatMap((said) => {
    if (said.dimension !== 'threads' || said.program !== undefined) return [said];
    return all
      .filter(
        (facts) =>
          facts.language === language &&
          isAtOrInside(facts.file, said.root) &&
          !layout.isTest(facts.file) &&
          isWorker(facts),
      )
      .map(({ file }) => ({ ...said, program: file }));
  });
}

function isWorker(facts: FileFacts): boolean {
  const imports = facts.variables.flatMap(({ import: from }) =>
    from !== undefined && MODULE.test(from.module) ? [from.name] : [],
  );
  if (imports.some((name) => OF_WORKERS.has(name))) return true;
  const { modules, properties } = new CodeIndex(facts);
  const isNamed = imports.length > 0 || [...modules].some((module) => MODULE.test(module));
  return isNamed && [...OF_WORKERS].some((name) => properties.has(name));
}
