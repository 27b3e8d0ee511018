/** The runtime is added without a registry, and works where it was added. */
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageManager } from '../src/cli/runtime/node-project.js';
import { Playground } from './cli-support.js';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => {
  ground.remove();
});

/** No registry is there to be asked. */
const OFFLINE = { ...process.env, npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };

const add = (...words: string[]) => ground.lockkit(['add-runtime', ...words], '', { env: OFFLINE });

describe('Node', () => {
  test('npm', { timeout: 240_000 }, async () => {
    ground.write({ 'package.json': '{ "name": "counter", "type": "module" }', 'src/a.ts': '' });
    const { code, stdout, stderr } = await add('src');
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^vendor\/lockkit-.*\.tgz: the runtime/m);
    expect(ground.read('package.json')).toMatch(/"lockkit": ?"file:vendor\/lockkit-/);
    ground.write({
      'use.mjs':
        "import { CombinedLock } from 'lockkit';\nconsole.log(await new CombinedLock('add-runtime').request(() => 'held'));\n",
    });
    const run = execFileSync(process.execPath, ['use.mjs'], {
      cwd: ground.directory,
      encoding: 'utf8',
      env: { ...process.env, LOCKKIT_DIR: ground.path('locks') },
    });
    expect(run).toBe('held\n');
    expect((await add()).stdout).toContain('package.json names lockkit already');
  });

  test.each([
    [{ 'pnpm-lock.yaml': '' }, 'pnpm', ['add', 'file:vendor/x.tgz']],
    [{ 'yarn.lock': '' }, 'yarn', ['add', 'lockkit@file:./vendor/x.tgz']],
    [{ 'bun.lock': '' }, 'bun', ['add', './vendor/x.tgz']],
    [{ 'package-lock.json': '{}' }, 'npm', ['install', '--no-audit', '--no-fund', 'file:vendor/x.tgz']],
    [{ 'package.json': '{ "packageManager": "pnpm@10.0.0" }' }, 'pnpm', ['add', 'file:vendor/x.tgz']],
  ])('%j is the mark of %s', (files, name, words) => {
    ground.write({ ...files, 'packages/a/package.json': '{}' });
    const manager = packageManager(ground.path('packages/a'));
    expect([manager.name, manager.add('vendor/x.tgz')]).toEqual([name, words]);
  });
});

describe('Python', () => {
  const use = (path: string): string =>
    execFileSync(
      'python3',
      ['-c', 'import lockkit\nwith lockkit.CombinedLock("add-runtime"): print("held")'],
      {
        cwd: ground.directory,
        encoding: 'utf8',
        env: { ...process.env, PYTHONPATH: path, LOCKKIT_DIR: ground.path('locks') },
      },
    );

  test('one module, where there is no package manager', async () => {
    ground.write({ 'app.py': '' });
    const { code, stdout } = await add();
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('lockkit.py: the runtime') as string,
    });
    expect(use(ground.directory)).toBe('held\n');
    expect((await add()).stdout).toContain('lockkit is here already');
  });

  test('a wheel, where requirements.txt says what is needed', async () => {
    ground.write({ 'requirements.txt': 'flask', 'app.py': '' });
    const { code, stdout } = await add();
    expect(code).toBe(0);
    expect(stdout).toContain('no virtual environment is here');
    const [, wheel = ''] = /^\.\/(vendor\/lockkit-.*\.whl)$/m.exec(ground.read('requirements.txt')) ?? [];
    expect(ground.read('requirements.txt').startsWith('flask\n')).toBe(true);
    // A wheel can be imported as it is.
    expect(use(ground.path(wheel))).toBe('held\n');
  });
});

test('without a project it says so', async () => {
  ground.write({ 'notes.md': '' });
  expect(await add()).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no package.json') as string,
  });
});
