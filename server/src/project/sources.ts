import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import { frontendFor } from '../frontends/index.js';
import type { FileFacts } from '../model/facts.js';
import { lineStartsOf } from '../model/source.js';
import { readTextFile } from './text-file.js';

/** The text of a file, as the editor has it or else as it is on disk, with its facts. */
export interface Source {
  readonly kind: 'text';
  readonly text: string;
  /** Two texts of one file with the same hash are the same. */
  readonly hash: string;
  readonly byteOrderMark: boolean;
  readonly lineStarts: readonly number[];
  /** @throws whatever a frontend that is broken throws */
  facts(): FileFacts | undefined;
}

export interface NoSource {
  readonly kind: 'skipped' | 'unreadable';
  readonly line: number;
  readonly message: string;
}

/** How many files' texts and facts are kept; reports, which are small, are kept apart and for all files. */
const CAPACITY = 256;

/** A mean line longer than this, in a file of some size, was written by a bundler. */
const MINIFIED_LINE = 500;
const MINIFIED_FILE = 20_000;

export class Sources {
  readonly #overlays = new Map<string, { readonly text: string; readonly stamp: string }>();
  readonly #cache = new Map<string, { readonly stamp: string; readonly source: Source | NoSource }>();
  #edits = 0;

  constructor(private readonly maximumBytes?: number) {}

  setOverlay(file: string, text: string): void {
    this.#overlays.set(file, { text, stamp: `edit ${++this.#edits}` });
  }

  removeOverlay(file: string): void {
    this.#overlays.delete(file);
  }

  hasOverlay(file: string): boolean {
    return this.#overlays.has(file);
  }

  /** Whether a file was read before, and is still there. */
  isKnown(file: string): boolean {
    return this.#cache.has(file) && this.stampOf(file) !== 'absent';
  }

  /** Changes whenever the text may have changed; cheap to ask for. */
  stampOf(file: string): string {
    const overlay = this.#overlays.get(file);
    if (overlay !== undefined) return overlay.stamp;
    try {
      const { ino, size, mtimeMs, ctimeMs } = statSync(file);
      return `disk ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
    } catch {
      return 'absent';
    }
  }

  get(file: string): Source | NoSource {
    const stamp = this.stampOf(file);
    const cached = this.#cache.get(file);
    if (cached?.stamp === stamp) return cached.source;
    let source = this.#read(file);
    if (cached?.source.kind === 'text' && source.kind === 'text' && cached.source.hash === source.hash) {
      source = cached.source;
    }
    this.#cache.delete(file);
    this.#cache.set(file, { stamp, source });
    const oldest = this.#cache.keys().next();
    if (this.#cache.size > CAPACITY && oldest.done !== true) this.#cache.delete(oldest.value);
    return source;
  }

  #read(file: string): Source | NoSource {
    const overlay = this.#overlays.get(file);
    const read =
      overlay === undefined
        ? readTextFile(file, this.maximumBytes)
        : { kind: 'text' as const, text: overlay.text, byteOrderMark: false };
    if (read.kind !== 'text') return read;
    const lineStarts = lineStartsOf(read.text);
    const mean = Math.round(read.text.length / lineStarts.length);
    if (read.text.length > MINIFIED_FILE && mean > MINIFIED_LINE) {
      return {
        kind: 'skipped',
        line: 1,
        message: `skipped: it looks minified (its lines have ${mean} characters on average)`,
      };
    }
    return makeSource(file, read.text, lineStarts, read.byteOrderMark);
  }
}

function makeSource(
  file: string,
  text: string,
  lineStarts: readonly number[],
  byteOrderMark: boolean,
): Source {
  let facts: FileFacts | undefined;
  return {
    kind: 'text',
    text,
    hash: createHash('sha1').update(text).digest('base64'),
    byteOrderMark,
    lineStarts,
    facts: () => (facts ??= frontendFor(file)?.parse(file, text)),
  };
}

/** The name of a file's language for a message. */
export function kindOfFile(file: string): string {
  const extension = path.extname(file);
  return extension === '' ? 'files without an extension' : `${extension} files`;
}
