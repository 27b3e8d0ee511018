import { lookup } from 'node:dns/promises';
import { readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { CombinedLock, LockTimeoutError } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { engines } from './support/engines.js';
import { ProcessPeer } from './support/peer.js';
import { script } from './support/script.js';
import { useLockDirectory } from './support/scratch.js';

const run = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));

const openLockFiles = (directory: string) =>
  readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(directory)).length;

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ''; // closed meanwhile, as the one that listed the folder
  }
}

const threadCount = () => readdirSync('/proc/self/task').length;

describe.each(engines)('CombinedLock in its process, engine %s', (engine) => {
  const directory = useLockDirectory(engine);

  it('leaves the thread pool to others while 8 locks are waited for', async () => {
    await using peer = new ProcessPeer();
    const names = Array.from({ length: 8 }, (_, i) => `pool ${i}`);
    for (const name of names) await peer.call('acquire', { name });
    const waiting = names.map((name) => new CombinedLock(name).request(() => name));
    await sleep(20);

    expect((await readFile(fileURLToPath(import.meta.url), 'utf8')).length).toBeGreaterThan(0);
    expect((await lookup('localhost')).address).toBeTruthy();
    const text = Buffer.from('text');
    expect(await promisify(gunzip)(await promisify(gzip)(text))).toEqual(text);

    for (const name of names) await peer.call('release', { name });
    expect(await Promise.all(waiting)).toEqual(names);
  });

  it('keeps neither descriptors nor threads of 10,000 names', async () => {
    const threads = threadCount();
    for (let i = 0; i < 10_000; i++) await new CombinedLock(`many ${i}`).request(() => undefined);
    expect(openLockFiles(directory.path)).toBeLessThanOrEqual(64);
    expect(threadCount()).toBeLessThanOrEqual(threads);
    // Those of long ago are known again when they are asked for.
    const [old, locks] = [new CombinedLock('many 0'), 200];
    const held = await Promise.all(
      Array.from({ length: locks }, (_, i) => new CombinedLock(`many ${i + 1}`).acquire()),
    );
    expect(await old.request(() => openLockFiles(directory.path))).toBeGreaterThan(locks);
    for (const grant of held) await grant.release();
    expect(await old.request(() => 'again')).toBe('again');
    expect(openLockFiles(directory.path)).toBeLessThanOrEqual(64);
  });

  it('keeps neither descriptors nor threads of 100 names that it gave up waiting for', async () => {
    await using peer = new ProcessPeer();
    const names = Array.from({ length: 100 }, (_, i) => `gave up ${i}`);
    for (const name of names) await peer.call('acquire', { name });
    const threads = threadCount();
    const results = await Promise.allSettled(
      names.map((name) => new CombinedLock(name).acquire({ timeout: 50 })),
    );
    for (const result of results) {
      expect(result.status === 'rejected' && result.reason).toBeInstanceOf(LockTimeoutError);
    }
    // The threads are called back by a signal and end on their own.
    await expect.poll(threadCount, { timeout: 20_000 }).toBeLessThanOrEqual(threads);
    await expect.poll(() => openLockFiles(directory.path), { timeout: 20_000 }).toBeLessThanOrEqual(64);
  });

  it('ends by process.exit while it waits', async () => {
    await using holder = new ProcessPeer();
    const waiter = new ProcessPeer();
    await holder.call('acquire', { name: 'exit' });
    void waiter.call('acquire', { name: 'exit' });
    await waiter.call('threads');
    void waiter.call('exit', { code: 7 });
    expect(await waiter.exited).toBe(7);
  });

  it('stays alive for a request that waits, and not for a grant that is held', async () => {
    await using holder = new ProcessPeer();
    await holder.call('acquire', { name: 'alive' });
    const waiter = script(`
      import { CombinedLock } from 'lockkit';
      const grant = await new CombinedLock('alive').acquire();
      console.log('granted', grant.token);
    `);
    await sleep(300);
    await holder.call('release', { name: 'alive' });
    expect(await waiter).toBe('granted 1n');
    // It ended with the lock held, and the kernel freed it.
    expect(await new CombinedLock('alive').request({ timeout: 0 }, () => 'free')).toBe('free');
  });

  it('is not kept alive by the patience with a likely re-entry once the request is over', async () => {
    const text = `
      import { CombinedLock } from 'lockkit';
      const lock = new CombinedLock('patience', { reentryPatience: 3_600_000 });
      const grant = await lock.acquire();
      const served = lock.request(() => 'served');
      const late = await lock.acquire({ timeout: 10 }).catch((error) => error.name);
      await grant.release();
      console.log(await served, late);
      await lock.acquire();
    `;
    expect(await script(text)).toBe('served LockTimeoutError');
  });

  it('stays alive for a likely re-entry until the error', async () => {
    const text = `
      import { CombinedLock } from 'lockkit';
      const lock = new CombinedLock('hang', { reentryPatience: 20 });
      await lock.acquire();
      await lock.acquire().catch((error) => console.log(error.name));
    `;
    expect(await script(text)).toBe('LockReentryError');
  });

  it('can be loaded by require() of an ES module', async () => {
    const text = `const { CombinedLock } = require('lockkit');
      new CombinedLock('commonjs').request(() => console.log('served'));`;
    const { stdout } = await run(process.execPath, ['--eval', text], { cwd: here, timeout: 20_000 });
    expect(stdout).toBe('served\n');
  });
});
