import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { messageOf, ScenarioError } from '../errors.js';

/** How a function is called, where that cannot be seen from it. */
export interface ProveConfiguration {
  readonly arguments: readonly unknown[];
  readonly construct: readonly unknown[];
}

const FILE = 'lockkit.prove.json';

/**
 * Reads what `lockkit.prove.json` beside the package.json says of a function: `{ "src/file.ts:function": { "arguments": [1], "construct": [] } }`.
 * @throws ScenarioError when the file is no such JSON
 */
export function configurationOf(
  root: string,
  target: { readonly file: string; readonly function: string },
): ProveConfiguration {
  const file = path.join(root, FILE);
  const none = { arguments: [], construct: [] };
  if (!existsSync(file)) return none;
  const key = `${path.relative(root, target.file).replaceAll(path.sep, '/')}:${target.function}`;
  let entry: unknown;
  try {
    entry = (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>)[key];
  } catch (error) {
    throw new ScenarioError(`${file} cannot be read: ${messageOf(error)}`);
  }
  if (entry === undefined) return none;
  const { arguments: args = [], construct = [] } = entry as { arguments?: unknown; construct?: unknown };
  if (!Array.isArray(args) || !Array.isArray(construct)) {
    throw new ScenarioError(`${file}: "arguments" and "construct" of "${key}" must be arrays.`);
  }
  return { arguments: args, construct };
}
