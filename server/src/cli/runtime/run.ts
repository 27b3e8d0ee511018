import { spawnSync } from 'node:child_process';
import { UsageError } from '../exit-codes.js';

/** Runs a program of the user's, which says on standard error what it does. @throws UsageError when it fails or is not there */
export function run(program: string, words: readonly string[], cwd: string): void {
  const { error, status } = spawnSync(program, words, { cwd, stdio: ['ignore', 2, 2] });
  const line = [program, ...words].join(' ');
  if (error !== undefined) throw new UsageError(`"${line}" cannot be run in ${cwd}: ${error.message}`);
  if (status !== 0) throw new UsageError(`"${line}" failed in ${cwd}; run it again when that is mended`);
}
