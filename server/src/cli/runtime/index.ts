/** `lockkit add-runtime`: the runtime that fixes import, added to a project without a registry. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { EXIT_NOTHING_FOUND, UsageError } from '../exit-codes.js';
import { addToNode, nodeProject } from './node-project.js';
import { addToPython, pythonProject } from './python-project.js';

export interface AddRuntimeFlags {
  readonly language?: 'node' | 'python';
  readonly singleFile: boolean;
}

/** @throws UsageError when there is no project, or its package manager fails */
export function addRuntime(directory: string, { language, singleFile }: AddRuntimeFlags): number {
  const at = path.resolve(directory);
  if (!existsSync(at)) throw new UsageError(`${directory}: no such directory`);
  const node = language === 'python' || singleFile ? undefined : nodeProject(at);
  const python = language === 'node' ? undefined : pythonProject(at);
  if (node === undefined && python === undefined)
    throw new UsageError(
      `${directory}: there is no package.json and no Python here that could use the runtime`,
    );
  const done = [
    ...(node === undefined ? [] : [`${node}:`, ...addToNode(node)]),
    ...(python === undefined ? [] : [`${python}:`, ...addToPython(python, singleFile)]),
  ];
  process.stdout.write(done.map((line) => `${line}\n`).join(''));
  return EXIT_NOTHING_FOUND;
}
