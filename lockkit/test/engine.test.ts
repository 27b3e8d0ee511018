import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

import { useLockDirectory } from './support/scratch.js';

const run = promisify(execFile);
const addon = fileURLToPath(new URL('../native/build/lockkit.node', import.meta.url));

/** lockkit as one CommonJS file, as an extension ships it, in a folder where no package and no addon is near. */
describe('lockkit in a bundle', () => {
  useLockDirectory();
  const root = mkdtempSync(path.join(tmpdir(), 'lockkit-bundle-'));
  const bundle = path.join(root, 'dist', 'program.cjs');
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const program = `
    import { CombinedLock } from 'lockkit';
    import { flockSync } from 'lockkit/flock';
    import { openSync } from 'node:fs';
    import { isMainThread, Worker } from 'node:worker_threads';
    async function main() {
      await new CombinedLock('bundle').request((grant) => console.log('held', grant.token));
      flockSync(openSync(__filename), 'shnb');
    }
    if (isMainThread && process.argv[2] === 'thread') new Worker(__filename);
    else main().catch((error) => console.log(error.name + ': ' + error.message));
  `;

  async function runBundle(
    options: { thread?: boolean; environment?: NodeJS.ProcessEnv } = {},
  ): Promise<string> {
    await build({
      stdin: { contents: program, resolveDir: path.dirname(fileURLToPath(import.meta.url)) },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: bundle,
      logLevel: 'error',
      logOverride: { 'empty-import-meta': 'silent' },
    });
    const { stdout } = await run(process.execPath, [bundle, ...(options.thread === true ? ['thread'] : [])], {
      env: { ...process.env, ...options.environment },
      timeout: 20_000,
    });
    return stdout.trim();
  }

  it('says in one sentence what is missing when there is no engine', async () => {
    const said = await runBundle();
    expect(said).toMatch(/^LockEngineError: Lockkit has no engine here\./);
    expect(said).toContain('native/build/lockkit.node is not there');
    expect(said).toContain('npm rebuild lockkit');
  });

  it('says in a worker thread that the portable engine cannot run there', async () => {
    expect(await runBundle({ thread: true })).toContain('cannot run in worker thread');
  });

  it('finds the addon that LOCKKIT_ADDON names', async () => {
    expect(await runBundle({ environment: { LOCKKIT_ADDON: addon } })).toBe('held 1n');
    expect(await runBundle({ environment: { LOCKKIT_ADDON: addon }, thread: true })).toBe('held 2n');
  });

  it('does not use an addon of another version', async () => {
    const old = path.join(root, 'old.node');
    const source = path.join(root, 'old.c');
    writeFileSync(
      source,
      'void *napi_register_module_v1(void *env, void *exports) { (void)env; return exports; }',
    );
    await run(process.env.CC ?? 'cc', ['-shared', '-fPIC', source, '-o', old]);
    expect(await runBundle({ environment: { LOCKKIT_ADDON: old } })).toContain(
      'old.node is of another version of Lockkit',
    );
  });

  it('finds the addon in prebuilds/<platform>-<arch> beside the folder of the bundle', async () => {
    const folder = path.join(root, 'prebuilds', `${process.platform}-${process.arch}`);
    mkdirSync(folder, { recursive: true });
    copyFileSync(addon, path.join(folder, 'lockkit.node'));
    expect(await runBundle()).toBe('held 3n');
  });

  it('refuses an engine it does not know', async () => {
    expect(await runBundle({ environment: { LOCKKIT_ENGINE: 'magic' } })).toContain(
      'can be "native" or "fs-ext"',
    );
  });
});
