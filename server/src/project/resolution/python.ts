/** Where the modules of Python are. https://docs.python.org/3/reference/import.html */
import path from 'node:path';
import type { Host } from './host.js';
import type { Resolver } from './resolver.js';

/** Directories beside a root of modules that are roots too, by custom. */
const SOURCES = ['', 'src'];

/** How many directories above a file may be the one that its imports start from. */
const MAXIMUM_DEPTH = 8;

export class PythonResolver implements Resolver {
  constructor(private readonly host: Host) {}

  clear(): void {
    // Nothing is kept but what the host keeps.
  }

  resolve(specifier: string, directory: string): string | undefined {
    const [, dots = '', name = ''] = /^(\.*)([\w.]*)$/.exec(specifier) ?? [];
    const parts = name === '' ? [] : name.split('.');
    if (dots !== '') {
      const up = Array.from({ length: dots.length - 1 }, () => '..');
      return this.#moduleAt(path.join(directory, ...up, ...parts));
    }
    if (parts.length === 0) return undefined;
    let at = directory;
    for (let depth = 0; depth < MAXIMUM_DEPTH && path.dirname(at) !== at; depth++, at = path.dirname(at)) {
      // A package's own directory is no place that imports start from.
      const isPackage = this.host.isFile(path.join(at, '__init__.py'));
      for (const folder of isPackage ? [] : SOURCES) {
        const found = this.#moduleAt(path.join(at, folder, ...parts));
        if (found !== undefined) return found;
      }
      if (this.host.isDirectory(path.join(at, '.git'))) break;
    }
    return undefined;
  }

  #moduleAt(bare: string): string | undefined {
    if (/[\\/](site-packages|node_modules)[\\/]/.test(bare)) return undefined;
    return [`${bare}.py`, path.join(bare, '__init__.py')].find((file) => this.host.isFile(file));
  }
}
