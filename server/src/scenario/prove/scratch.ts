/** The scratch copy that the user's function runs in: their files and stores are not touched. */
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { ScenarioError } from '../errors.js';
import type { ProveTarget } from './target.js';
import { compiledName, compilePackage } from './typescript/compile.js';

/** Megabytes of a package that are copied at most, its node_modules not counted: they are linked. */
const LARGEST_MB = 200;
const LEFT_OUT = new Set(['node_modules', '.git', '.hg', '.svn', 'coverage', '.cache']);

export class Scratch {
  private copies = 0;

  private constructor(
    private readonly directory: string,
    private readonly pristine: string,
    /** The module to be loaded, relative to a copy. */
    readonly module: string,
  ) {}

  /**
   * Copies the package around the file, compiles its TypeScript, and makes the accesses tell of themselves.
   * @throws ScenarioError when it is too large, or not to be read
   */
  static async make(target: ProveTarget): Promise<Scratch> {
    const root = packageRootOf(target.file);
    const directory = await mkdtemp(path.join(os.tmpdir(), 'lockkit-prove-'));
    try {
      const pristine = path.join(directory, 'pristine');
      await copyPackage(root, pristine);
      await compilePackage(root, pristine, target);
      await linkModules(root, directory);
      const module = compiledName(path.relative(root, target.file));
      return new Scratch(directory, pristine, module);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** A copy of its own for one run, in which all files are as they were. */
  async copy(): Promise<string> {
    const copy = path.join(this.directory, `run-${this.copies++}`);
    await cp(this.pristine, copy, { recursive: true });
    return copy;
  }

  /** A directory for what the prover itself needs. */
  async sideDirectory(name: string): Promise<string> {
    const side = path.join(this.directory, name);
    await mkdir(side, { recursive: true });
    return side;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The directory of the nearest package.json, or that of the file. */
export function packageRootOf(file: string): string {
  for (let at = path.dirname(file); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'package.json'))) return at;
    if (at === path.dirname(at)) return path.dirname(file);
  }
}

async function copyPackage(root: string, to: string): Promise<void> {
  let bytes = 0;
  await cp(root, to, {
    recursive: true,
    filter: async (source) => {
      if (LEFT_OUT.has(path.basename(source)) && source !== root) return false;
      const status = await stat(source).catch(() => undefined);
      if (status === undefined || !(status.isFile() || status.isDirectory())) return false;
      bytes += status.isFile() ? status.size : 0;
      if (bytes > LARGEST_MB * 1024 * 1024) {
        throw new ScenarioError(
          `The package in ${root} has more than ${LARGEST_MB} MB beside its node_modules, too much for a scratch copy.`,
        );
      }
      return true;
    },
  });
}

/** Its own node_modules, and the nearest one above it, which a workspace shares. All copies lie beside the links. */
async function linkModules(root: string, directory: string): Promise<void> {
  for (let at = root; ; at = path.dirname(at)) {
    const modules = path.join(at, 'node_modules');
    if (existsSync(modules)) {
      await symlink(modules, path.join(directory, 'node_modules'));
      return;
    }
    if (at === path.dirname(at)) return;
  }
}
