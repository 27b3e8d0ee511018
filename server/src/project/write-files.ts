import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Problem } from '../model/diagnostics.js';
import type { FixedFile } from './edits.js';
import { reasonOf } from './text-file.js';

/** A new text beside its file, ready to take its place. */
interface Prepared {
  readonly target: string;
  readonly temporary: string;
}

/**
 * Writes fixed files: all of them or, if one has changed meanwhile or cannot be written, none; and each whole, whatever happens
 * on the way. A link is followed; the file keeps its permissions.
 * @returns what kept them from being written
 */
export function writeFixed(files: readonly FixedFile[]): Problem[] {
  const prepared: Prepared[] = [];
  try {
    for (const { file, before, after } of files) {
      try {
        const target = realpathSync(file);
        if (readFileSync(target, 'utf8') !== before)
          return [problem(file, 'it has changed meanwhile; nothing was fixed')];
        prepared.push(prepare(target, after));
      } catch (error) {
        return [problem(file, `the fixed text cannot be written: ${reasonOf(error)}; nothing was fixed`)];
      }
    }
    for (const [index, { target, temporary }] of prepared.entries()) {
      try {
        renameSync(temporary, target);
      } catch (error) {
        return [
          problem(
            files[index]?.file ?? target,
            `the fixed text cannot be put in its place: ${reasonOf(error)}`,
          ),
        ];
      }
    }
    return [];
  } finally {
    for (const { temporary } of prepared) rmSync(temporary, { force: true });
  }
}

function prepare(target: string, text: string): Prepared {
  const { mode } = statSync(target);
  const name = `.${path.basename(target)}.${randomBytes(6).toString('hex')}.lockkit`;
  const temporary = path.join(path.dirname(target), name);
  const descriptor = openSync(temporary, 'wx', mode);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  // What the process masks at the creation of files is set by hand.
  chmodSync(temporary, mode);
  return { target, temporary };
}

function problem(file: string, message: string): Problem {
  return { file, line: 1, message };
}
