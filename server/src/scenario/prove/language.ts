/** What differs from language to language. */
import type { DriverJob } from './messages.js';
import type { ProveTarget } from './target.js';

export interface ProveLanguage {
  /** File name extensions, with the dot. */
  readonly extensions: readonly string[];
  readonly dimensions: readonly ProveTarget['dimension'][];
  /** The directory whose copy the function runs in. */
  rootOf(file: string): string;
  /** Directories that are not copied, by their name, besides those of version control. */
  readonly leftOut: ReadonlySet<string>;
  /** Makes a copy of the root run, and its accesses tell of themselves, where that is done beforehand. */
  prepare(root: string, copy: string, target: ProveTarget): Promise<void>;
  /** The name, in the copy, of the module to be loaded. */
  compiledName(file: string): string;
  /** The interpreters that can run it; a later one is tried when an earlier one lacks a module. */
  interpreters(root: string): readonly string[];
  /** @returns program, arguments and environment of the process that follows a job */
  command(job: DriverJob, place: RunPlace): Command;
}

export interface RunPlace {
  readonly interpreter: string;
  /** The root, and its copy for this run. */
  readonly root: string;
  readonly copy: string;
  readonly target: ProveTarget;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}
