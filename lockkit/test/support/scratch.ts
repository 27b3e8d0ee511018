import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

/** Gives the tests of the present suite, and the processes they start, lock files of their own and one engine. */
export function useLockDirectory(engine?: 'native' | 'fs-ext'): { readonly path: string } {
  const scratch = { path: '' };
  const before = { directory: process.env.LOCKKIT_DIR, engine: process.env.LOCKKIT_ENGINE };
  beforeAll(() => {
    scratch.path = mkdtempSync(path.join(tmpdir(), 'lockkit-test-'));
  });
  beforeEach(() => {
    process.env.LOCKKIT_DIR = scratch.path;
    setOrDelete('LOCKKIT_ENGINE', engine);
  });
  afterEach(() => {
    setOrDelete('LOCKKIT_DIR', before.directory);
    setOrDelete('LOCKKIT_ENGINE', before.engine);
  });
  afterAll(() => {
    rmSync(scratch.path, { recursive: true, force: true });
  });
  return scratch;
}

function setOrDelete(variable: 'LOCKKIT_DIR' | 'LOCKKIT_ENGINE', value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, variable);
  else process.env[variable] = value;
}
