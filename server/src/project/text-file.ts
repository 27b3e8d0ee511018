import { readFileSync, statSync } from 'node:fs';
import { lineStartsOf } from '../model/source.js';

/** Files above this are skipped: no one writes them by hand, and they would hold up all others. */
export const DEFAULT_MAXIMUM_BYTES = 2 * 1024 * 1024;

export type TextFile =
  | {
      readonly kind: 'text';
      /** Without the byte order mark. */
      readonly text: string;
      /** True when the file starts with a byte order mark, to be kept when it is written. */
      readonly byteOrderMark: boolean;
    }
  /** The file is there and was read, and is no text to check. */
  | { readonly kind: 'skipped'; readonly line: number; readonly message: string }
  /** The file could not be read. */
  | { readonly kind: 'unreadable'; readonly line: number; readonly message: string };

/**
 * The text of a file, or one line that says why there is none. Never throws, and never waits for a pipe or a device.
 * @param maximumBytes larger files are skipped
 */
export function readTextFile(file: string, maximumBytes = DEFAULT_MAXIMUM_BYTES): TextFile {
  let bytes: Buffer;
  try {
    const status = statSync(file);
    if (status.isDirectory()) return unreadable('this is a directory, not a file');
    if (!status.isFile()) return unreadable('this is not a regular file (a device, a pipe or a socket)');
    if (status.size > maximumBytes) {
      return skipped(`larger than ${megabytes(maximumBytes)} (it has ${megabytes(status.size)})`);
    }
    bytes = readFileSync(file);
  } catch (error) {
    return unreadable(reasonOf(error));
  }
  if (bytes.includes(0)) return skipped('this is a binary file (it holds NUL bytes)');
  const byteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), byteOrderMark };
  } catch {
    const readable = new TextDecoder('utf-8').decode(bytes);
    const line = lineStartsOf(readable.slice(0, readable.indexOf('\uFFFD'))).length;
    return skipped('not UTF-8; save it as UTF-8 to have it checked', line);
  }
}

/** Why the file system refused, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'no such file or directory',
  EEXIST: 'a file of that name is there',
  ENOTDIR: 'no such file (a part of the path is a file, not a directory)',
  EISDIR: 'this is a directory, not a file',
  ELOOP: 'a symbolic link that leads back to itself',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the path is too long',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
};

function skipped(reason: string, line = 1): TextFile {
  return { kind: 'skipped', line, message: `skipped: ${reason}` };
}

function unreadable(reason: string): TextFile {
  return { kind: 'unreadable', line: 1, message: `cannot be read: ${reason}` };
}

function megabytes(bytes: number): string {
  return `${(bytes / (1024 * 1024)).toFixed(1).replace(/\.0$/, '')} MB`;
}
