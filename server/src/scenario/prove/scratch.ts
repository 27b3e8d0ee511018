/** The scratch copy that the user's function runs in: their files and stores are not touched. */
import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { ProofError } from '../errors.js';
import type { ProveLanguage } from './language.js';
import type { ProveTarget } from './target.js';

/** Megabytes of a package that are copied at most, its installed packages not counted. */
const LARGEST_MB = 200;
const VERSION_CONTROL = new Set(['.git', '.hg', '.svn']);
const PREFIX = 'lockkit-prove-';

export class Scratch {
  private copies = 0;

  private constructor(
    private readonly directory: string,
    private readonly pristine: string,
    /** What was copied. */
    readonly root: string,
    /** The module to be loaded, relative to a copy. */
    readonly module: string,
  ) {}

  /**
   * Copies the package around the file, and makes it ready to run and to tell of its accesses.
   * @throws ProofError when it is too large, or not to be read
   */
  static async make(target: ProveTarget, language: ProveLanguage): Promise<Scratch> {
    await removeAbandoned();
    const root = language.rootOf(target.file);
    const directory = await mkdtemp(path.join(os.tmpdir(), `${PREFIX}${process.pid}-`));
    try {
      const pristine = path.join(directory, 'pristine');
      await copyPackage(root, pristine, language.leftOut);
      await language.prepare(root, pristine, target);
      const module = language.compiledName(path.relative(root, target.file));
      return new Scratch(directory, pristine, root, module);
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

  /** Removes what one run has made. */
  async discard(copy: string): Promise<void> {
    await rm(copy, { recursive: true, force: true, maxRetries: 5 });
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

/** What a prover that was killed has left. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(path.join(os.tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function copyPackage(root: string, to: string, leftOut: ReadonlySet<string>): Promise<void> {
  let bytes = 0;
  await cp(root, to, {
    recursive: true,
    filter: async (source) => {
      const name = path.basename(source);
      if ((leftOut.has(name) || VERSION_CONTROL.has(name)) && source !== root) return false;
      const status = await stat(source).catch(() => undefined);
      if (status === undefined || !(status.isFile() || status.isDirectory())) return false;
      bytes += status.isFile() ? status.size : 0;
      if (bytes > LARGEST_MB * 1024 * 1024) {
        throw new ProofError(
          `The package in ${root} has more than ${LARGEST_MB} MB beside what is installed in it, too much for a scratch copy.`,
        );
      }
      return true;
    },
  });
}
