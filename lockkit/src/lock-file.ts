import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import { LockDirectoryError, LockEngineError } from './errors.js';

const READABLE_CHARACTERS = 40;
const HASH_DIGITS = 16;

/**
 * The file name of a lock: the first 40 characters (code points) of its name for people, the hash for uniqueness.
 *
 * @throws TypeError when the name has a lone surrogate, which has no UTF-8 form: two such names could not be told apart.
 */
export function lockFileName(name: string): string {
  if (!isWellFormed(name)) {
    throw new TypeError('A lock name must be well-formed Unicode; this one has half a surrogate pair.');
  }
  const readable = Array.from(name)
    .slice(0, READABLE_CHARACTERS)
    .map((character) => (/^[A-Za-z0-9._-]$/.test(character) ? character : '_'))
    .join('');
  const hash = createHash('sha256').update(name, 'utf8').digest('hex').slice(0, HASH_DIGITS);
  return `${readable}-${hash}.lock`;
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * The directory of the lock files: `LOCKKIT_DIR`, else the literal `/tmp/lockkit-<uid>`. Never from TMPDIR or
 * XDG_RUNTIME_DIR: a login shell and a service of the same user have different ones, and the lock would silently split.
 *
 * @throws LockDirectoryError when LOCKKIT_DIR is relative: it would be another directory in each working directory.
 */
export function lockDirectory(): string {
  const configured = process.env.LOCKKIT_DIR;
  if (configured !== undefined && configured !== '') {
    if (!path.isAbsolute(configured)) {
      throw new LockDirectoryError(
        configured,
        'LOCKKIT_DIR must be an absolute path, or processes with another working directory would use another lock.',
      );
    }
    return path.resolve(configured);
  }
  return `/tmp/lockkit-${effectiveUser()}`;
}

/** Makes the directory (0700) if it is missing, and refuses one through which another user could break the locks. */
export function ensureLockDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const status = lstatSync(directory);
  if (status.isSymbolicLink()) {
    throw new LockDirectoryError(
      directory,
      'it is a symbolic link, which whoever made it can point elsewhere.',
    );
  }
  const user = effectiveUser();
  if (status.uid !== user) {
    throw new LockDirectoryError(
      directory,
      `it belongs to user ${status.uid}, and this process runs as ${user}.`,
    );
  }
  if ((status.mode & 0o022) !== 0) {
    throw new LockDirectoryError(
      directory,
      `others may write to it (mode ${(status.mode & 0o7777).toString(8)}); run chmod 700 on it.`,
    );
  }
}

function effectiveUser(): number {
  if (process.geteuid === undefined) {
    throw new LockEngineError(`Lockkit's file locks need a POSIX system; this is ${process.platform}.`);
  }
  return process.geteuid();
}
