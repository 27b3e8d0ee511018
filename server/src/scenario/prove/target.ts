import type { TextRange } from '../../model/source.js';

/** What is to be proved: that two executions of a function lose an update, or that none is lost in the schedules tried. */
export interface ProveTarget {
  /** Absolute path of the file that has the function. */
  readonly file: string;
  /** As it is written after the colon of `FILE:FUNCTION`: a dotted path from the module's names, or `Class.method`. */
  readonly function: string;
  /** Where the shared state is read and written, in this file and in those that it calls. */
  readonly accesses: readonly TracedAccess[];
  /** Along what the two executions interleave. */
  readonly dimension: 'tasks' | 'processes';
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
