import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { useLockDirectory } from './support/scratch.js';

const run = promisify(execFile);
const lockkit = fileURLToPath(new URL('..', import.meta.url));

/** The package as npm has it, in folders where nothing else is. */
describe('the npm package', () => {
  useLockDirectory();
  const root = mkdtempSync(path.join(tmpdir(), 'lockkit-package-'));
  /** A PATH with Node and a shell, and no compiler. */
  const bare = path.join(root, 'bin');
  let tarball = '';
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  async function pack(folder: string, ...options: string[]): Promise<string> {
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', root, ...options], {
      cwd: folder,
    });
    return path.join(root, stdout.trim().split('\n').at(-1) ?? '');
  }

  beforeAll(async () => {
    mkdirSync(bare);
    for (const name of ['node', 'npm', 'sh']) {
      const { stdout } = await run('sh', ['-c', `command -v ${name}`]);
      symlinkSync(stdout.trim(), path.join(bare, name));
    }
    tarball = await pack(lockkit);
  }, 120_000);

  /** Installs a tarball in an empty folder. Resolves with the folder and what the installation said. */
  async function install(name: string, file: string, PATH = process.env.PATH) {
    const folder = path.join(root, name);
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    const options = ['--offline', '--no-audit', '--no-fund', '--foreground-scripts'];
    const { stdout } = await run('npm', ['install', ...options, file], {
      cwd: folder,
      env: { ...process.env, PATH },
    });
    return { folder, said: stdout };
  }

  async function node(folder: string, ...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, PATH: bare },
    });
    return stdout.trim();
  }

  const main = `import { CombinedLock } from 'lockkit';
    console.log(await new CombinedLock('package').request(({ token }) => 'held ' + token).catch(({ message }) => message));`;

  it('takes a lock where there is no compiler, from ES modules and CommonJS', async () => {
    const { folder, said } = await install('with prebuild', tarball, bare);
    expect(said).not.toContain('lockkit has');
    expect(existsSync(path.join(folder, 'node_modules/lockkit/native/build'))).toBe(false);
    expect(await node(folder, '--input-type=module', '--eval', main)).toBe('held 1');
    const common = `const { CombinedLock } = require('lockkit');
      const { flockSync } = require('lockkit/flock');
      new CombinedLock('package').request(() => console.log('held', typeof flockSync));`;
    expect(await node(folder, '--eval', common)).toBe('held function');
  });

  it('has types that a strict project can use', async () => {
    const { folder } = await install('typed', tarball, bare);
    writeFileSync(
      path.join(folder, 'main.mts'),
      `import { CombinedLock, type Grant, type GrantSet, LockError } from 'lockkit';
       const lock = new CombinedLock('typed', { handover: 0 });
       export const value: Promise<number> = lock.request({ mode: 'shared' }, (grant: Grant) => Number(grant.token));
       export const maybe: Promise<boolean> = lock.request({ ifAvailable: true }, (grant) => grant === null);
       export const set: Promise<GrantSet> = CombinedLock.all(['a', lock]).acquire({ timeout: 1 });
       export const grant: Grant | null = lock.tryAcquire();
       export const code = (error: unknown): string | undefined => (error instanceof LockError ? error.code : undefined);`,
    );
    const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
    const types = fileURLToPath(new URL('../../node_modules/@types', import.meta.url));
    const options = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--lib',
      'es2023,esnext.disposable',
    ];
    expect(
      await node(folder, compiler, ...options, '--typeRoots', types, '--types', 'node', 'main.mts'),
    ).toBe('');
  });

  describe('on a platform that it has no addon for', () => {
    let other = '';
    beforeAll(async () => {
      const folder = path.join(root, 'other platform');
      mkdirSync(folder);
      await run('tar', ['-xzf', tarball, '-C', folder, '--exclude', 'package/prebuilds']);
      other = await pack(path.join(folder, 'package'), '--ignore-scripts');
    });

    it('compiles one when it is installed', async () => {
      const { folder, said } = await install('compiled', other);
      expect(said).toContain('lockkit compiled its addon for this platform.');
      expect(await node(folder, '--input-type=module', '--eval', main)).toMatch(/^held \d/);
    });

    it('is installed without a compiler too, and says what to do, then and when it is used', async () => {
      const { folder, said } = await install('not compiled', other, bare);
      expect(said).toMatch(
        /lockkit has no addon for .*install a C compiler and run "npm rebuild lockkit", or install fs-ext/,
      );
      expect(await node(folder, '--input-type=module', '--eval', main)).toMatch(
        /^Lockkit has no engine here.*"npm rebuild lockkit"/,
      );
    });
  });
});
