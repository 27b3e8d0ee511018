import { lstatSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import type { Engine } from './engine.js';
import { LockDirectoryError, LockEngineError } from './errors.js';

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

/** Those that were found fit, by this thread. */
const fit = new Set<string>();

/**
 * Makes the directory (0700) if it is missing, and refuses one through which another user could break the locks, or in
 * which files cannot be locked. Looks once per directory and thread.
 *
 * @throws LockDirectoryError, LockEngineError
 */
export function ensureLockDirectory(directory: string, engine: Engine): void {
  if (fit.has(directory)) return;
  makeOrRefuse(directory);
  if (canLock(directory, engine)) fit.add(directory);
}

const CANNOT_LOCK: Readonly<Record<string, string>> = {
  ENOLCK: 'a lock on a file there does not exclude a second opening of the file',
  EDEADLK:
    'flock and byte locks are the same there, as on NFS and SMB, so that waiting processes would block each other',
  ENOSYS: 'it has no file locks',
  EOPNOTSUPP: 'it has no file locks',
  EINVAL: 'it has no file locks',
};

/** False: it could not be tried (no space, no descriptors …); then the lock file itself will say why. */
function canLock(directory: string, engine: Engine): boolean {
  try {
    engine.checkDirectory(directory);
    return true;
  } catch (error) {
    const reason = CANNOT_LOCK[(error as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) return false;
    throw new LockEngineError(
      `The file system of ${directory} cannot be used for locks: ${reason}. Set LOCKKIT_DIR to a directory on a local file ` +
        'system, the same for all processes.',
      { cause: error },
    );
  }
}

function makeAll(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // Not at first: it takes a file system that is read-only for a missing parent, and says so.
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }
}

function makeDirectory(directory: string): void {
  try {
    makeAll(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw new LockDirectoryError(
      directory,
      `it cannot be made (${(error as Error).message}). Set LOCKKIT_DIR to a directory that this user can write to.`,
      { cause: error },
    );
  }
}

function makeOrRefuse(directory: string): void {
  makeDirectory(directory);
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
