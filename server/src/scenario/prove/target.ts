import type { TextRange } from '../../model/source.js';

/** In what two executions can really be made on one machine. */
export const PROVE_DIMENSIONS = ['tasks', 'threads', 'processes'] as const;
export type ProveDimension = (typeof PROVE_DIMENSIONS)[number];

/** What is to be proved: that two executions of a function lose an update, or that none is lost in the schedules tried. */
export interface ProveTarget {
  /** Absolute path of the file that has the function. */
  readonly file: string;
  /** What stands after the colon of `FILE:FUNCTION`: a dotted path from the module's names, `Class.method`, or a line. */
  readonly subject: string;
  /** As a reader would call it. */
  readonly function: string;
  /** The function's text, when it is meant by a line: it is caught where it is made, whether or not it has a name. */
  readonly place?: TextRange | undefined;
  /** Where the shared state is read and written, in this file and in those that it calls. */
  readonly accesses: readonly TracedAccess[];
  /** A Redis server of its own is needed. */
  readonly usesRedis: boolean;
  /** Along what the two executions interleave. */
  readonly dimension: ProveDimension;
}

export interface TracedAccess {
  readonly kind: 'read' | 'write';
  /** As the finding names it. */
  readonly cell: string;
  readonly file: string;
  readonly range: TextRange;
  /** From 1. */
  readonly line: number;
}
