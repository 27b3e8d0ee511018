/** What words about a program claim of a dimension, before it is known who says them and where. */
import type { DeploymentEvidence, ProcessLoad } from '../model/deployment.js';
import type { Dimension } from '../model/dimensions.js';
import { lineStartsOf, placeOf, type TextRange } from '../model/source.js';
import type { DataValue } from './data/data.js';
import type { Instances } from './instances.js';
import type { Layout } from './layout.js';
import type { DeploymentSource } from './source.js';

export interface Claim {
  readonly dimension: Dimension;
  readonly says: 'many' | 'one';
  readonly count?: number;
  /** To stand after the name of who says it: `runs 4 workers of app.py (gunicorn)`. */
  readonly text: string;
  readonly load?: ProcessLoad;
  /** Where it is said, if that is known more exactly than by the words as a whole. */
  readonly range?: TextRange;
}

/** A program, and how it is started. */
export interface Start {
  readonly claims: readonly Claim[];
  /** The absolute path of the program's source. */
  readonly program?: string;
}

export interface Noun {
  readonly one: string;
  readonly many: string;
}

export const INSTANCE: Noun = { one: 'instance', many: 'instances' };
export const PROCESS: Noun = { one: 'process', many: 'processes' };
export const WORKER: Noun = { one: 'worker process', many: 'worker processes' };
export const THREAD: Noun = { one: 'thread', many: 'threads' };
export const REPLICA: Noun = { one: 'replica', many: 'replicas' };

/** @returns such as `4 instances of server.js`, `a worker process of app:app per CPU` */
export function amount(instances: Instances, noun: Noun, program: string | undefined): string {
  const of = program === undefined ? '' : ` of ${program}`;
  if (instances.perProcessor === true)
    return `${/^[aeiou]/.test(noun.one) ? 'an' : 'a'} ${noun.one}${of} per CPU`;
  if (instances.count === undefined) return `many ${noun.many}${of}`;
  return `${instances.count} ${instances.count === 1 ? noun.one : noun.many}${of}`;
}

/**
 * @param value where it is said; ranges of command lines are empty and are left out
 */
export function claim(
  dimension: Dimension,
  instances: Instances,
  text: string,
  more: { readonly load?: ProcessLoad; readonly value?: DataValue } = {},
): Claim {
  const { load, value } = more;
  return {
    dimension,
    says: instances.says,
    ...(instances.count !== undefined && { count: instances.count }),
    text,
    ...(load !== undefined && { load }),
    ...(value !== undefined && value.range.end > 0 && { range: value.range }),
  };
}

/** Where some words stand, and whose code they speak of when they name no program. */
export interface Speaker {
  readonly source: DeploymentSource;
  /** Who says it, to stand in a message; the file's name by default. */
  readonly name?: string;
  readonly range: TextRange;
  readonly root?: string;
}

/** The evidence that a program's claims are. */
export function evidenceOf(start: Start, speaker: Speaker, layout: Layout): DeploymentEvidence[] {
  if (start.claims.length === 0) return [];
  const { file, text } = speaker.source;
  const { program } = start;
  const lineStarts = lineStartsOf(text);
  const root = speaker.root ?? layout.rootOf(file);
  return start.claims.map(({ range, text: said, ...rest }) => ({
    ...rest,
    text: `${speaker.name ?? layout.nameOf(file)} ${said}`,
    place: placeOf(file, lineStarts, range ?? speaker.range),
    root: program === undefined ? root : layout.rootOfProgram(program, root),
    ...(program !== undefined && { program }),
  }));
}
