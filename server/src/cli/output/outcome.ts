import path from 'node:path';
import type { Diagnostic, Fix, Problem } from '../../model/diagnostics.js';
import { slashed } from '../../project/index.js';

/** A diagnostic with its fixes written out. */
export interface Reported {
  readonly diagnostic: Diagnostic;
  readonly fixes: readonly Fix[];
}

/** What a check came to; every format prints this. */
export interface Outcome {
  /** The working directory: paths are printed relative to it. */
  readonly directory: string;
  readonly findings: readonly Reported[];
  readonly problems: readonly Problem[];
  /** Files that were looked at. */
  readonly files: number;
  /** Findings that were fixed before. */
  readonly fixed: number;
  /** Findings that suppressions and the baseline keep back. */
  readonly suppressed: number;
  readonly inBaseline: number;
  /** The text of a file, for the lines that are shown. */
  textOf(file: string): string | undefined;
}

/** A file relative to the working directory, with `/`. */
export function relativeTo(directory: string, file: string): string {
  return slashed(path.relative(directory, file)) || '.';
}
