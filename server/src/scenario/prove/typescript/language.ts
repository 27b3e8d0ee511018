import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { ProveLanguage } from '../language.js';
import { besideThisModule } from '../places.js';
import { PROVE_DIMENSIONS } from '../target.js';
import { compiledName, compilePackage } from './compile.js';

/** Megabytes of memory that the driven program gets. */
const MEMORY_MB = 512;

export const TYPESCRIPT: ProveLanguage = {
  extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'],
  dimensions: PROVE_DIMENSIONS,
  leftOut: new Set(['node_modules', 'coverage', '.cache']),
  rootOf: packageRootOf,
  prepare: async (root, copy, target) => {
    await compilePackage(root, copy, target);
    await linkModules(root, path.dirname(copy));
  },
  compiledName,
  interpreters: () => [process.execPath],
  command: (job, { interpreter }) => {
    const driver = besideThisModule(
      'driver.js',
      'prove-driver.cjs',
      '../../../dist/scenario/prove/driver.js',
    );
    const hook = besideThisModule(
      'resolve-hook.js',
      'prove-resolve-hook.mjs',
      '../../../dist/scenario/prove/resolve-hook.js',
    );
    const register = `data:text/javascript,import{register}from'node:module';register(${JSON.stringify(pathToFileURL(hook).href)})`;
    return {
      program: interpreter,
      args: [`--max-old-space-size=${MEMORY_MB}`, '--import', register, driver],
      // In the desktop editor the interpreter is Electron, which this variable turns into Node.
      environment: { LOCKKIT_PROVE: JSON.stringify(job), ELECTRON_RUN_AS_NODE: '1' },
    };
  },
};

/** The directory of the nearest package.json, or that of the file. */
function packageRootOf(file: string): string {
  for (let at = path.dirname(file); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'package.json'))) return at;
    if (at === path.dirname(at)) return path.dirname(file);
  }
}

/** Its own node_modules, or the nearest one above it, which a workspace shares. All copies lie beside the link. */
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
