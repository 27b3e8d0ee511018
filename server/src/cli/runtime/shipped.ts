/** The runtime that this program brings: beside it in a bundle; in a checkout it is made of the sources. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../exit-codes.js';

const BESIDE = fileURLToPath(new URL('./runtime', import.meta.url));
/** Seen from `server/dist/cli/runtime`. */
const CHECKOUT = fileURLToPath(new URL('../../../../lockkit', import.meta.url));

let made: string | undefined;

/** A directory for what is made of the sources; it goes when the process ends. */
function workshop(): string {
  if (made !== undefined) return made;
  const directory = mkdtempSync(path.join(tmpdir(), 'lockkit-runtime-'));
  process.once('exit', () => {
    rmSync(directory, { recursive: true, force: true });
  });
  return (made = directory);
}

function beside(pattern: RegExp): string | undefined {
  const name = existsSync(BESIDE)
    ? readdirSync(BESIDE).find((candidate) => pattern.test(candidate))
    : undefined;
  return name && path.join(BESIDE, name);
}

function fromCheckout(program: string, words: readonly string[], cwd: string): string {
  if (!existsSync(CHECKOUT))
    throw new UsageError('this installation of Lockkit brings no runtime; install it again');
  return execFileSync(program, words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

/** The npm package. @returns the path of its tarball */
export function npmTarball(): string {
  const shipped = beside(/^lockkit-.*\.tgz$/);
  if (shipped !== undefined) return shipped;
  const directory = workshop();
  const printed = fromCheckout('npm', ['pack', '--silent', '--pack-destination', directory], CHECKOUT);
  return path.join(directory, printed.split('\n').at(-1) ?? '');
}

/** The Python package. @returns the path of its wheel */
export function pythonWheel(): string {
  const shipped = beside(/^lockkit-.*\.whl$/);
  if (shipped !== undefined) return shipped;
  const directory = workshop();
  const python = path.join(CHECKOUT, 'python');
  return path.join(directory, fromCheckout('python3', ['tools/wheel.py', directory], python));
}

/** The Python package as one module. @returns the path of the file, or its text */
export function pythonModule(): { readonly path: string } | { readonly text: string } {
  const shipped = beside(/^lockkit\.py$/);
  if (shipped !== undefined) return { path: shipped };
  return { text: `${fromCheckout('python3', ['tools/single_file.py'], path.join(CHECKOUT, 'python'))}\n` };
}
