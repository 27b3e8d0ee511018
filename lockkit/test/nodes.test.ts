import { execFileSync } from 'node:child_process';
import { delimiter } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadAddon } from '../src/addon.js';
import { script } from './support/script.js';
import { useLockDirectory } from './support/scratch.js';

/** Other versions of Node to try the one addon with: paths of their binaries, in LOCKKIT_TEST_NODES. */
const others = (process.env.LOCKKIT_TEST_NODES ?? '').split(delimiter).filter((file) => file !== '');
if (others.length === 0)
  console.warn('LOCKKIT_TEST_NODES names no other Node: only the running one is tested.');

const program = `
  import { CombinedLock, LockReentryError } from 'lockkit';
  import { createRequire } from 'node:module';
  import { Worker } from 'node:worker_threads';
  const lock = new CombinedLock('nodes');
  let inside = 0;
  const tasks = Array.from({ length: 20 }, () => lock.request(async () => {
    if (++inside !== 1) throw new Error('two inside');
    await new Promise((resolve) => setTimeout(resolve, 1));
    inside--;
  }));
  await Promise.all(tasks);
  const grant = await lock.acquire();
  const worker = new Worker(
    "const { CombinedLock } = require('lockkit'); const { parentPort } = require('node:worker_threads');" +
    "parentPort.postMessage(new CombinedLock('nodes').requestSync(() => 'thread'));", { eval: true, execArgv: [] });
  const answer = new Promise((resolve) => worker.once('message', resolve));
  while ((await lock.query()).pending.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await grant.release();
  const reentry = await lock.request(() => lock.request(() => 1)).catch((error) => error instanceof LockReentryError);
  const { CombinedLock: required } = createRequire(import.meta.url)('lockkit');
  const set = await CombinedLock.all(['a', 'b']).request({ mode: 'shared' }, ({ grants }) => grants.length);
  console.log(await answer, reentry, required === CombinedLock, set);
`;

describe('CombinedLock on other versions of Node', () => {
  useLockDirectory('native');

  it.each([process.execPath, ...others])('%s', async (execPath) => {
    expect(loadAddon().addon).toBeDefined();
    expect(await script(program, { execPath })).toBe('thread true true 2');
    expect(execFileSync(execPath, ['--version'], { encoding: 'utf8' })).toMatch(/^v\d+/);
  });
});
