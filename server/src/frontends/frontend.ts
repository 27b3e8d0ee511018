import type { FileFacts } from '../model/facts.js';

/** Turns the text of one language into facts. Never throws on bad syntax: what it cannot make sense of becomes a problem. */
export interface Frontend {
  readonly language: FileFacts['language'];
  /** File name extensions, with the dot. */
  readonly extensions: readonly string[];
  /** Loads what {@link parse} needs, the first time it is called. Absent: nothing is needed. */
  prepare?(): Promise<void>;
  parse(file: string, text: string): FileFacts;
}
