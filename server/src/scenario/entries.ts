import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { ScenarioError } from './errors.js';

/** Absolute paths of the files that the experiment's processes and threads start from. */
export interface Entries {
  readonly process: string;
  readonly thread: string;
}

/** The compiler's names, and those that a bundle has beside it. */
const NAMES = [
  ['process.js', 'thread.js'],
  ['scenario-process.cjs', 'scenario-thread.cjs'],
] as const;

/**
 * Finds process.ts and thread.ts as they are built: `process.js` and `thread.js` beside this module after the compiler,
 * `scenario-process.cjs` and `scenario-thread.cjs` beside the bundle after a bundler, and the compiler's output when this
 * module runs as TypeScript.
 *
 * @param directory where else they are
 * @throws ScenarioError when they are not there
 */
export function findEntries(directory?: string): Entries {
  const here = path.dirname(thisFile());
  const directories =
    directory === undefined ? [here, path.resolve(here, '../../dist/scenario')] : [path.resolve(directory)];
  for (const candidate of directories) {
    for (const [processFile, threadFile] of NAMES) {
      const entries = {
        process: path.join(candidate, processFile),
        thread: path.join(candidate, threadFile),
      };
      if (existsSync(entries.process) && existsSync(entries.thread)) return entries;
    }
  }
  throw new ScenarioError(
    `The files that start the scenario's processes and threads are missing in ${directories.join(' and ')} ` +
      `(${NAMES.map((names) => names.join(' and ')).join(', or ')}). In a checkout, run npm run build:ts.`,
  );
}

/** This module's path, or that of the CommonJS bundle it has become, where `import.meta` is empty. */
function thisFile(): string {
  const { url } = import.meta as { url?: string };
  return url === undefined ? __filename : fileURLToPath(url);
}
