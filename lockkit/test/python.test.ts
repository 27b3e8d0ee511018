import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findPythons, type Python, PYTHON_PACKAGE, PYTHON_SOURCE } from './support/python.js';

const run = promisify(execFile);
const pyright = createRequire(import.meta.url).resolve('pyright/index.js');

/** Runs the tests in lockkit/python/tests against the package, or the module, in a folder. */
async function unittest(python: Python, folder: string): Promise<void> {
  const { stderr } = await run(python.path, ['-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'], {
    cwd: PYTHON_PACKAGE,
    env: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' },
  });
  expect(stderr).toMatch(/^Ran [1-9]\d* tests in .*\n\nOK$/m);
}

describe('the package for Python', () => {
  const pythons = findPythons();
  let scratch = '';

  beforeAll(() => {
    scratch = mkdtempSync(path.join(tmpdir(), 'lockkit-python-'));
  });

  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  it.concurrent.each(pythons)('passes its tests on $version', { timeout: 300_000 }, async (python) => {
    await unittest(python, PYTHON_SOURCE);
  });

  it.concurrent('passes its tests as a single file', { timeout: 300_000 }, async () => {
    const [python] = pythons;
    if (python === undefined) throw new Error('no Python');
    const { stdout } = await run(python.path, [path.join(PYTHON_PACKAGE, 'tools', 'single_file.py')]);
    writeFileSync(path.join(scratch, 'lockkit.py'), stdout);
    await unittest(python, scratch);
  });

  it('has complete and consistent types', { timeout: 180_000 }, async () => {
    const { stdout } = await run(process.execPath, [pyright, '--project', PYTHON_PACKAGE]);
    expect(stdout).toMatch(/^0 errors, 0 warnings/m);
  });
});
