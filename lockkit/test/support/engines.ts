import { createRequire } from 'node:module';

/**
 * The engines to run a suite over. fs-ext is compiled for one major version of Node when it is installed, and optional;
 * where it does not load, the portable engine has nothing to run on.
 */
export const engines: readonly ('native' | 'fs-ext')[] = loads('fs-ext') ? ['native', 'fs-ext'] : ['native'];

function loads(name: string): boolean {
  try {
    createRequire(import.meta.url)(name);
    return true;
  } catch {
    return false;
  }
}
