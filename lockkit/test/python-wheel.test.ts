import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { CombinedLock } from 'lockkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { findBuilder, PYTHON_PACKAGE } from './support/python.js';
import { useLockDirectory } from './support/scratch.js';

const run = promisify(execFile);

describe('the wheel for Python', { timeout: 240_000 }, () => {
  useLockDirectory('native');
  let scratch = '';
  let python = '';

  beforeAll(async () => {
    scratch = mkdtempSync(path.join(tmpdir(), 'lockkit-wheel-'));
    const builder = findBuilder();
    const source = path.join(scratch, 'source');
    cpSync(PYTHON_PACKAGE, source, { recursive: true });
    const offline = ['--no-index', '--no-deps', '--quiet', '--disable-pip-version-check'];
    await run(builder.path, [
      '-m',
      'pip',
      'wheel',
      ...offline,
      '--no-build-isolation',
      '-w',
      scratch,
      source,
    ]);
    const wheels = readdirSync(scratch).filter((name) => name.endsWith('.whl'));
    expect(wheels).toEqual([expect.stringMatching(/^lockkit-\d+\.\d+\.\d+-py3-none-any\.whl$/)]);
    const environment = path.join(scratch, 'venv');
    await run(builder.path, ['-m', 'venv', environment]);
    python = path.join(environment, 'bin', 'python');
    await run(python, ['-m', 'pip', 'install', ...offline, path.join(scratch, wheels[0] ?? '')]);
  }, 240_000);

  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  /** Runs a script with what is installed, and nothing of the checkout. */
  async function script(text: string): Promise<string> {
    const { stdout } = await run(python, ['-I', '-c', text], { cwd: scratch });
    return stdout.trim();
  }

  it('has the package with its types', async () => {
    const file = await script('import lockkit; print(lockkit.__file__)');
    expect(file.startsWith(scratch)).toBe(true);
    expect(existsSync(path.join(path.dirname(file), 'py.typed'))).toBe(true);
  });

  it('takes a lock that Node has as well', async () => {
    const attempt = 'from lockkit import CombinedLock; print(CombinedLock("wheel").try_acquire())';
    await new CombinedLock('wheel').request(async () => {
      expect(await script(attempt)).toBe('None');
    });
    expect(await script(attempt)).toMatch(/^<Grant of 'wheel', exclusive, held>$/);
  });
});
