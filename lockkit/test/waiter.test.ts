import { readdirSync } from 'node:fs';

import { CombinedLock } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { loadAddon } from '../src/addon.js';
import { ProcessPeer, ThreadPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

const threadIds = () => readdirSync('/proc/self/task');

describe('the threads that wait in the kernel', () => {
  useLockDirectory('native');

  it('are one for all that wait for a lock, and the same from wait to wait', async () => {
    await using peer = new ProcessPeer();
    await using thread = new ThreadPeer();
    await thread.call('threads');
    const lock = new CombinedLock('waited for');
    const before = new Set(threadIds());
    const made = new Set<string>();
    for (let i = 0; i < 50; i++) {
      await peer.call('acquire', { name: 'waited for' });
      const waiting = [lock.request(() => 1), thread.call('acquire', { name: 'waited for' })];
      for (const id of threadIds()) if (!before.has(id)) made.add(id);
      await peer.call('release', { name: 'waited for' });
      await Promise.all(waiting);
      await thread.call('release', { name: 'waited for' });
    }
    // Now and then the thread has gone before the next wait, on a machine that is slow for a second.
    expect(made.size).toBeGreaterThan(0);
    expect(made.size).toBeLessThan(25);
  });

  it('end when there has been nothing to wait for', async () => {
    await using peer = new ProcessPeer();
    const names = Array.from({ length: 20 }, (_, i) => `ends ${i}`);
    for (const name of names) await peer.call('acquire', { name });
    const waiting = names.map((name) => new CombinedLock(name).request(() => name));
    const { addon } = loadAddon();
    expect(addon?.counts().waiters).toBeGreaterThanOrEqual(20);
    for (const name of names) await peer.call('release', { name });
    await Promise.all(waiting);
    await expect.poll(() => addon?.counts().waiters, { timeout: 20_000 }).toBe(0);
    expect(addon?.counts().requests).toBe(0);
  });
});
