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
  /** Whether the facts are there, and take memory. */
  readonly isParsed: boolean;
  /** @throws whatever a frontend that is broken throws */
  facts(): FileFacts | undefined;
}

export interface NoSource {
  readonly kind: 'skipped' | 'unreadable';
  readonly line: number;
  readonly message: string;
}

/** How many bytes of texts and facts are kept, about; reports, which are small, are kept apart and for all files. */
const CAPACITY = 384_000_000;

/** Bytes of heap that the facts of a file take for each UTF-16 code unit of its text (measured over 16 MB of TypeScript). */
const FACTS_PER_UNIT = 14;

/** A mean line longer than this, in a file of some size, was written by a bundler. */
const MINIFIED_LINE = 500;
const MINIFIED_FILE = 20_000;

interface Cached {
  readonly stamp: string;
  readonly source: Source | NoSource;
  /** In bytes, about. */
  readonly size: number;
}

export class Sources {
  readonly #overlays = new Map<string, { readonly text: string; readonly stamp: string }>();
  /** The one that was asked for last comes last. */
  readonly #cache = new Map<string, Cached>();
  /** Of files on disk, as they were last looked at. */
  readonly #stamps = new Map<string, string>();
  #edits = 0;
  #kept = 0;

  /**
   * @param maximumBytes larger files are skipped; default 2 MB
   * @param capacity how many bytes of texts and facts are kept, about
   */
  constructor(
    private readonly maximumBytes?: number,
    private readonly capacity = CAPACITY,
  ) {}

  setOverlay(file: string, text: string): void {
    this.#overlays.set(file, { text, stamp: `edit ${++this.#edits}` });
  }

  removeOverlay(file: string): void {
    this.#overlays.delete(file);
    this.#stamps.delete(file);
  }

  /** Has all files looked at again when they are asked for, or one of them: what is on disk may have changed. */
  lookAgain(file?: string): void {
    if (file === undefined) this.#stamps.clear();
    else this.#stamps.delete(file);
  }

  hasOverlay(file: string): boolean {
    return this.#overlays.has(file);
  }

  /** Whether a file was read before, and is still there. */
  isKnown(file: string): boolean {
    return this.#cache.has(file) && this.stampOf(file) !== 'absent';
  }

  /** Changes whenever the text may have changed; cheap to ask for, and of what is on disk as fresh as {@link lookAgain} has it. */
  stampOf(file: string): string {
    const overlay = this.#overlays.get(file);
    if (overlay !== undefined) return overlay.stamp;
    const stamp = this.#stamps.get(file) ?? this.#stampOnDisk(file);
    this.#stamps.set(file, stamp);
    return stamp;
  }

  #stampOnDisk(file: string): string {
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
    let source = cached?.stamp === stamp ? cached.source : this.#read(file);
    if (cached?.source.kind === 'text' && source.kind === 'text' && cached.source.hash === source.hash) {
      source = cached.source;
    }
    this.#forget(file);
    this.#keep(file, { stamp, source, size: sizeOf(source) });
    return source;
  }

  #keep(file: string, cached: Cached): void {
    this.#cache.set(file, cached);
    this.#kept += cached.size;
    for (const oldest of this.#cache.keys()) {
      if (this.#kept <= this.capacity || oldest === file) break;
      this.#forget(oldest);
    }
  }

  #forget(file: string): void {
    this.#kept -= this.#cache.get(file)?.size ?? 0;
    this.#cache.delete(file);
  }

  /** The facts of a source were made. */
  #grew(file: string): void {
    const cached = this.#cache.get(file);
    if (cached === undefined) return;
    this.#forget(file);
    this.#keep(file, { ...cached, size: sizeOf(cached.source) });
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
    return new TextSource(file, read.text, lineStarts, read.byteOrderMark, () => {
      this.#grew(file);
    });
  }
}

function sizeOf(source: Source | NoSource): number {
  return source.kind === 'text' ? source.text.length * (1 + (source.isParsed ? FACTS_PER_UNIT : 0)) : 0;
}

class TextSource implements Source {
  readonly kind = 'text';
  readonly hash: string;
  #facts: FileFacts | undefined;

  constructor(
    private readonly file: string,
    readonly text: string,
    readonly lineStarts: readonly number[],
    readonly byteOrderMark: boolean,
    private readonly onParsed: () => void,
  ) {
    this.hash = createHash('sha1').update(text).digest('base64');
  }

  get isParsed(): boolean {
    return this.#facts !== undefined;
  }

  facts(): FileFacts | undefined {
    if (this.#facts === undefined) {
      this.#facts = frontendFor(this.file)?.parse(this.file, this.text);
      this.onParsed();
    }
    return this.#facts;
  }
}

/** The name of a file's language for a message. */
export function kindOfFile(file: string): string {
  const extension = path.extname(file);
  return extension === '' ? 'files without an extension' : `${extension} files`;
}
