import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { messageOf, ProofError } from '../errors.js';
import type { ProveTarget } from './target.js';

/** A request as a route handler sees it; what is left out is empty. */
export interface RequestDescription {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Parts of the path that the route names. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** How a function is called, where that cannot be seen from it. */
export interface ProveConfiguration {
  /** Undefined: none, or a request and a response for a function that is meant by its line. */
  readonly arguments?: readonly unknown[];
  /** For a class whose method is called. */
  readonly construct: readonly unknown[];
  readonly request?: RequestDescription;
  /** What `workerData` is in the threads. */
  readonly workerData?: unknown;
  /** What Redis holds when the function is called: strings, by their keys. */
  readonly redis?: Readonly<Record<string, string>>;
}

export const PROVE_FILE = 'lockkit.prove.json';

/** An entry, so that a message can say what to write. */
export function keyOf(root: string, target: Pick<ProveTarget, 'file' | 'subject'>): string {
  return `${path.relative(root, target.file).replaceAll(path.sep, '/')}:${target.subject}`;
}

/** The entry of all functions; what a function's own entry says goes before it. */
const ALL = '*';

/**
 * Reads what `lockkit.prove.json` in the package's root says of a function: `{ "src/file.ts:function": { "arguments": [1] } }`.
 * @throws ProofError when the file is no such JSON
 */
export function configurationOf(
  root: string,
  target: Pick<ProveTarget, 'file' | 'subject'>,
): ProveConfiguration {
  const file = path.join(root, PROVE_FILE);
  if (!existsSync(file)) return { construct: [] };
  const key = keyOf(root, target);
  let entries: Record<string, Partial<Record<keyof ProveConfiguration, unknown>>>;
  try {
    entries = JSON.parse(readFileSync(file, 'utf8')) as typeof entries;
  } catch (error) {
    throw new ProofError(`${file} cannot be read: ${messageOf(error)}`);
  }
  const {
    arguments: args,
    construct = [],
    request,
    workerData,
    redis,
  } = { ...entries[ALL], ...entries[key] };
  if ((args !== undefined && !Array.isArray(args)) || !Array.isArray(construct)) {
    throw new ProofError(`${file}: "arguments" and "construct" of "${key}" must be arrays.`);
  }
  if (!isObject(request) || !isObject(redis)) {
    throw new ProofError(`${file}: "request" and "redis" of "${key}" must be objects.`);
  }
  return {
    construct: construct as readonly unknown[],
    ...(args !== undefined && { arguments: args as readonly unknown[] }),
    ...(request !== undefined && { request }),
    ...(workerData !== undefined && { workerData }),
    ...(redis !== undefined && { redis: redis as Readonly<Record<string, string>> }),
  };
}

function isObject(value: unknown): value is object | undefined {
  return value === undefined || (typeof value === 'object' && value !== null);
}
