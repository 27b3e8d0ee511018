/** The file system, as resolution asks for it: many small questions about few directories. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Host {
  isFile(file: string): boolean;
  isDirectory(directory: string): boolean;
  /** The names of the directories in a directory, sorted. */
  directoriesIn(directory: string): readonly string[];
  /** The text of a file; undefined when it cannot be read. */
  read(file: string): string | undefined;
}

interface Listing {
  readonly files: ReadonlySet<string>;
  readonly directories: readonly string[];
}

const NOTHING: Listing = { files: new Set(), directories: [] };

/** The disk. Each directory is listed once, until {@link clear}. */
export class Disk implements Host {
  readonly #listings = new Map<string, Listing>();

  /** To be called when files were made or deleted. */
  clear(): void {
    this.#listings.clear();
  }

  isFile(file: string): boolean {
    return this.#list(path.dirname(file)).files.has(path.basename(file));
  }

  isDirectory(directory: string): boolean {
    return this.#list(path.dirname(directory)).directories.includes(path.basename(directory));
  }

  directoriesIn(directory: string): readonly string[] {
    return this.#list(directory).directories;
  }

  read(file: string): string | undefined {
    if (!this.isFile(file)) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return undefined;
    }
  }

  #list(directory: string): Listing {
    let listing = this.#listings.get(directory);
    if (listing === undefined) {
      listing = list(directory);
      this.#listings.set(directory, listing);
    }
    return listing;
  }
}

function list(directory: string): Listing {
  try {
    const files = new Set<string>();
    const directories: string[] = [];
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const { name } = entry;
      const kind = entry.isSymbolicLink() ? kindBehindLink(path.join(directory, name)) : entry;
      if (kind?.isDirectory() === true) directories.push(name);
      else if (kind?.isFile() === true) files.add(name);
    }
    return { files, directories: directories.sort() };
  } catch {
    return NOTHING;
  }
}

function kindBehindLink(file: string): { isDirectory(): boolean; isFile(): boolean } | undefined {
  return statSync(file, { throwIfNoEntry: false });
}

/** Files in memory. */
export class Memory implements Host {
  readonly #directories = new Map<string, Set<string>>();

  /** @param files texts by absolute path */
  constructor(private readonly files: ReadonlyMap<string, string>) {
    for (const file of files.keys()) {
      for (let at = path.dirname(file); path.dirname(at) !== at; at = path.dirname(at)) {
        const parent = path.dirname(at);
        const inParent = this.#directories.get(parent) ?? new Set();
        this.#directories.set(parent, inParent.add(path.basename(at)));
      }
    }
  }

  isFile(file: string): boolean {
    return this.files.has(file);
  }

  isDirectory(directory: string): boolean {
    return this.#directories.get(path.dirname(directory))?.has(path.basename(directory)) === true;
  }

  directoriesIn(directory: string): readonly string[] {
    return [...(this.#directories.get(directory) ?? [])].sort();
  }

  read(file: string): string | undefined {
    return this.files.get(file);
  }
}
