/** What the readers of single commands share. */
import path from 'node:path';
import type { Start } from '../claims.js';
import type { Layout } from '../layout.js';
import { programFile, programModule } from '../programs.js';
import type { Environment } from './shell.js';

export interface CommandContext {
  /** The directories that a command's paths may be relative to, likeliest first; absolute. */
  readonly directories: readonly string[];
  readonly layout: Layout;
  /** What is known of the environment. */
  readonly environment: Environment;
}

/** One kind of command, and what it starts. */
export interface CommandReader {
  /** The command's names, without a directory. */
  readonly names: readonly string[];
  /**
   * @param words the command's words after its name
   * @returns nothing when the command starts nothing (`pm2 stop`)
   */
  read(words: readonly string[], context: CommandContext, name: string): readonly Start[];
}

/** A start of a program, found from what a command says of it. */
export function start(claims: Start['claims'], program: string | undefined): Start {
  return { claims, ...(program !== undefined && { program }) };
}

/** The source of a path that a command names. */
export function fileIn(
  written: string | undefined,
  { directories, layout }: CommandContext,
): string | undefined {
  return written === undefined ? undefined : programFile(written, directories, layout);
}

/**
 * The source of a Python module that a command names.
 * @param inside a directory that the command changes to, or puts on Python's path
 */
export function moduleIn(
  written: string | undefined,
  context: CommandContext,
  inside?: string,
): string | undefined {
  if (written === undefined) return undefined;
  const { layout } = context;
  const directories =
    inside === undefined ? context.directories : [...directoriesOf(inside, context), ...context.directories];
  return programModule(written, directories, layout);
}

/** Where a directory of a command may be; an absolute one is often that of a server or of a container. */
function directoriesOf(written: string, { directories }: CommandContext): string[] {
  const parts = written.split('/').filter((part) => part !== '');
  const tails = written.startsWith('/') ? parts.map((_, index) => parts.slice(index).join('/')) : [written];
  return tails.flatMap((tail) => directories.map((directory) => path.join(directory, tail)));
}
