import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { CombinedLock } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { lockFileName } from '../src/lock-name.js';
import { untilQueued } from './support/chain.js';
import { ProcessPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

/** Counts who passes whom, with every step told to happen: nothing here depends on time, but for a hold longer than a budget. */
describe('the order between processes', () => {
  const directory = useLockDirectory('native');
  const fileOf = (name: string) => path.join(directory.path, lockFileName(name));

  /** Queues a request of a peer and waits until it has its place; `order` gets the label with the grant. */
  async function queue(
    peer: ProcessPeer,
    request: { name: string; as: string; handover?: number },
    order: string[],
    processesInChain: number,
  ): Promise<void> {
    void peer.call('acquire', request).then(() => order.push(request.as));
    await untilQueued(fileOf(request.name), processesInChain);
    // A second answer of the peer shows that a request which has no place of its own in the chain is queued there.
    await peer.call('threads');
  }

  it('is that of the requests, however many processes', async () => {
    const name = 'first come';
    const order: string[] = [];
    const peers = Array.from({ length: 4 }, () => new ProcessPeer());
    try {
      const own = await new CombinedLock(name).acquire();
      for (const [i, peer] of peers.entries()) await queue(peer, { name, as: String(i) }, order, i + 1);
      await own.release();
      for (const [i, peer] of peers.entries()) {
        await expect.poll(() => order.length).toBe(i + 1);
        await peer.call('release', { as: String(i) });
      }
      expect(order).toEqual(['0', '1', '2', '3']);
    } finally {
      await Promise.all(peers.map((peer) => peer.kill()));
    }
  });

  it.each([
    { handover: 0, expected: ['a1', 'b1', 'a2', 'b2', 'a3', 'b3'] },
    { handover: 3_600_000, expected: ['a1', 'a2', 'a3', 'b1', 'b2', 'b3'] },
  ])('alternates as handover $handover says', async ({ handover, expected }) => {
    const name = `handover ${handover}`;
    const order: string[] = [];
    await using a = new ProcessPeer();
    await using b = new ProcessPeer();
    const own = await new CombinedLock(name).acquire();
    for (const as of ['a1', 'a2', 'a3']) await queue(a, { name, as, handover }, order, 1);
    for (const as of ['b1', 'b2', 'b3']) await queue(b, { name, as, handover }, order, 2);
    await own.release();
    for (let granted = 1; granted <= expected.length; granted++) {
      await expect.poll(() => order.length, { timeout: 30_000 }).toBe(granted);
      const holder = order.at(-1) ?? '';
      const othersWait = expected.slice(granted).some((as) => !as.startsWith(holder.charAt(0)));
      // The other process has its ticket, drawn before the holder's process can draw its next one.
      await untilQueued(fileOf(name), othersWait ? 1 : 0);
      await (holder.startsWith('a') ? a : b).call('release', { as: holder });
    }
    expect(order).toEqual(expected);
  });

  it('lets a process pass no other once its budget is used up, by however long its own queue is', async () => {
    const name = 'budget';
    const order: string[] = [];
    await using a = new ProcessPeer();
    await using b = new ProcessPeer();
    const own = await new CombinedLock(name).acquire();
    for (const as of ['a1', 'a2', 'a3']) await queue(a, { name, as, handover: 5 }, order, 1);
    await queue(b, { name, as: 'b1' }, order, 2);
    await own.release();
    await expect.poll(() => order).toEqual(['a1']);
    execFileSync('sleep', ['0.05']);
    await a.call('release', { as: 'a1' });
    await expect.poll(() => order).toEqual(['a1', 'b1']);
  });

  it('does not let a newcomer take a lock that is free while somebody queues', async () => {
    const name = 'free but queued for';
    const order: string[] = [];
    await using waiting = new ProcessPeer();
    const newcomer = new CombinedLock(name, { handover: 0 });
    const own = await newcomer.acquire();
    await queue(waiting, { name, as: 'waiting' }, order, 1);
    // It cannot take what it waits for, so that the lock is free.
    await waiting.stop();
    await own.release();
    expect(newcomer.tryAcquire()).toBeNull();
    expect(newcomer.tryAcquire({ mode: 'shared' })).toBeNull();
    waiting.child.kill('SIGCONT');
    await expect.poll(() => order).toEqual(['waiting']);
    await waiting.call('release', { as: 'waiting' });
    await newcomer.request(() => 'served');
  });

  it('lets a process come back within its turn, which began when nobody queued', async () => {
    const name = 'turn';
    const order: string[] = [];
    await using waiting = new ProcessPeer();
    const hurried = new CombinedLock(name, { handover: Infinity });
    const own = await hurried.acquire();
    await queue(waiting, { name, as: 'waiting' }, order, 1);
    await waiting.stop();
    await own.release();
    const again = hurried.tryAcquire();
    expect(again).not.toBeNull();
    await again?.release();
    waiting.child.kill('SIGCONT');
    await expect.poll(() => order).toEqual(['waiting']);
    // It went through the chain, which ended the turn here.
    expect(hurried.tryAcquire()).toBeNull();
  });
});
