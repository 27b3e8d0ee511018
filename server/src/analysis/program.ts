/** What the analysis asks of the project around a file. */
import type { FileFacts } from '../model/facts.js';

export interface Program {
  /** The facts of a file of the project; undefined when there is none, or it is no source text. */
  factsOf(file: string): FileFacts | undefined;
  /**
   * The file of the project that a module specifier stands for.
   * @param specifier as written
   * @param from the absolute path of the file that it is written in
   * @returns undefined for libraries, and for what is not found
   */
  resolve(specifier: string, from: string): string | undefined;
}

/** A program of one file. */
export const ALONE: Program = { factsOf: () => undefined, resolve: () => undefined };
