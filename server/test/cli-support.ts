import { spawn, type SpawnOptions } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The command line as `npm run build:ts` makes it. */
export const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

if (!existsSync(CLI)) throw new Error(`${CLI} is missing. Run npm run build:ts first.`);

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A directory of its own for files to check. */
export class Playground {
  readonly directory = mkdtempSync(path.join(os.tmpdir(), 'lockkit-playground-'));
  /** Where the command line keeps its reports by default, as for a user of whom nothing is kept. */
  readonly cache = mkdtempSync(path.join(os.tmpdir(), 'lockkit-cache-'));

  /** Writes files; directories on the way are made. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(this.path(name)), { recursive: true });
      writeFileSync(this.path(name), content);
    }
  }

  path(name: string): string {
    return path.join(this.directory, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Runs `lockkit` in the directory. */
  lockkit(words: readonly string[], input = '', options: SpawnOptions = {}): Promise<Run> {
    return run([CLI, ...words], input, {
      cwd: this.directory,
      env: { ...process.env, XDG_CACHE_HOME: this.cache },
      ...options,
    });
  }

  /**
   * Runs `lockkit` in the directory, bound by the permissions of files. The superuser gives up the right to read everything; as
   * another user it could not read Lockkit itself in a checkout of its own.
   */
  lockkitWithoutPrivileges(words: readonly string[]): Promise<Run> {
    if (process.getuid?.() !== 0) return this.lockkit(words);
    const bound = ['--bounding-set=-dac_override,-dac_read_search', process.execPath, CLI, ...words];
    return execute('setpriv', bound, '', {
      cwd: this.directory,
      env: { ...process.env, XDG_CACHE_HOME: this.cache },
    });
  }

  remove(): void {
    for (const made of [this.directory, this.cache]) rmSync(made, { recursive: true, force: true });
  }
}

/** Runs a Node program to its end. */
export function run(words: readonly string[], input: string, options: SpawnOptions): Promise<Run> {
  return execute(process.execPath, words, input, options);
}

async function execute(
  program: string,
  words: readonly string[],
  input: string,
  options: SpawnOptions,
): Promise<Run> {
  const child = spawn(program, words, { ...options, stdio: 'pipe' });
  // A program that ends without reading its input is none of the test's business.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** A module whose exported function loses updates, with the line of the write. */
export const LOSING = `import { readFile } from 'node:fs/promises';

let total = 0;

export async function add(): Promise<number> {
  const before = total;
  await readFile('amount');
  total = before + 1;
  return total;
}
`;
export const LOSING_LINE = 8;

/** A module in which nothing can be lost. */
export const SAFE = `export function add(left: number, right: number): number {
  return left + right;
}
`;
