import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { CombinedLock } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { type Peer, ProcessPeer } from './support/peer.js';
import { findPythons, PythonPeer } from './support/python.js';
import { useLockDirectory } from './support/scratch.js';

const [python] = findPythons();
if (python === undefined) throw new Error('no Python');

describe('Node and Python on one lock', () => {
  const directory = useLockDirectory('native');

  it('exclude each other', async () => {
    await using peer = new PythonPeer(python);
    await peer.call('acquire', { name: 'both' });
    expect(await new CombinedLock('both').request({ ifAvailable: true }, (grant) => grant)).toBeNull();
    await peer.call('release', { name: 'both' });
    await new CombinedLock('both').request(async () => {
      expect(await peer.call('available', { name: 'both' })).toBe(false);
    });
    expect(await peer.call('available', { name: 'both' })).toBe(true);
  });

  it('count together without a loss, in tasks × threads × processes', async () => {
    const file = path.join(directory.path, 'count');
    writeFileSync(file, '0');
    const nodes = [new ProcessPeer(), new ProcessPeer()];
    const pythons = [new PythonPeer(python), new PythonPeer(python)];
    try {
      const counts = await Promise.all([
        ...nodes.map((node) =>
          node.call('countInThreads', { name: 'count', file, threads: 2, tasks: 2, times: 10 }),
        ),
        ...pythons.map((peer) =>
          peer.call('count', { name: 'count', file, threads: 2, tasks: 2, times: 10 }),
        ),
      ]);
      expect(counts).toEqual([
        [20, 20],
        [20, 20],
        [10, 10, 10, 10],
        [10, 10, 10, 10],
      ]);
      expect(readFileSync(file, 'utf8')).toBe('160');
    } finally {
      await Promise.all([...nodes, ...pythons].map((peer) => peer.kill()));
    }
  });

  it('take turns in the order of their requests, and go on with one sequence of tokens', async () => {
    const peers: Peer[] = [
      new PythonPeer(python),
      new ProcessPeer(),
      new PythonPeer(python),
      new ProcessPeer(),
    ];
    try {
      const order: number[] = [];
      const holder = await new CombinedLock('order').acquire();
      expect(holder.token).toBe(1n);
      const served: Promise<void>[] = [];
      for (const [i, peer] of peers.entries()) {
        const granted = peer.call('acquire', { name: 'order' });
        served.push(
          granted.then(async () => {
            order.push(i);
            expect(await peer.call('token', { name: 'order' })).toBe(String(i + 2));
            await peer.call('release', { name: 'order' });
          }),
        );
        await expect.poll(() => waitsInKernel(directory.path), { timeout: 20_000 }).toBe(i + 1);
      }
      await holder.release();
      await Promise.all(served);
      expect(order).toEqual([0, 1, 2, 3]);
    } finally {
      await Promise.all(peers.map((peer) => peer.kill()));
    }
  });

  it(
    'stay exact and in one sequence of tokens while processes of both are killed',
    { timeout: 180_000 },
    async () => {
      const journal = path.join(directory.path, 'journal');
      writeFileSync(journal, '');
      const names = Array.from({ length: 3 }, (_, i) => `survivor ${i}`);
      const survivors = names.map(() => new PythonPeer(python));
      try {
        const progress = { working: true };
        const work = Promise.all(
          survivors.map((peer, i) =>
            peer.call('append', { name: 'storm', file: journal, word: names[i], times: 150 }),
          ),
        ).finally(() => {
          progress.working = false;
        });
        let killed = 0;
        while (progress.working || killed < 4) {
          const victim = killed % 2 === 0 ? new PythonPeer(python) : new ProcessPeer();
          const granted = victim.call('acquire', { name: 'storm' });
          granted.catch(() => undefined);
          // Every other one dies as a holder, the rest wherever it is.
          if (killed % 4 < 2) await granted;
          else await Promise.race([granted, new Promise((resolve) => setTimeout(resolve, 300))]);
          await victim.kill();
          killed++;
        }
        await work;
        const lines = readFileSync(journal, 'utf8').trim().split('\n');
        expect(lines.length).toBe(450);
        const tokens = lines.map((line) => Number(line.split(' ').at(-1)));
        expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
        expect(new Set(tokens).size).toBe(450);
      } finally {
        await Promise.all(survivors.map((peer) => peer.kill()));
      }
    },
  );

  it('read together, and exclude writers of the other language', async () => {
    await using peer = new PythonPeer(python);
    const lock = new CombinedLock('readers');
    await peer.call('acquire', { name: 'readers', shared: true });
    await lock.request({ mode: 'shared' }, () => undefined);
    expect(await lock.request({ ifAvailable: true }, (grant) => grant)).toBeNull();
    await peer.call('release', { name: 'readers' });
    await lock.request({ mode: 'shared' }, async () => {
      expect(await peer.call('available', { name: 'readers' })).toBe(false);
      expect(await peer.call('available', { name: 'readers', shared: true })).toBe(true);
    });
  });

  it.each(['Python', 'Node'])(
    'pass on the lock of a killed holder in %s, past a killed waiter',
    async (language) => {
      const holder = language === 'Python' ? new PythonPeer(python) : new ProcessPeer();
      const waiter = language === 'Python' ? new ProcessPeer() : new PythonPeer(python);
      await using next = language === 'Python' ? new PythonPeer(python) : new ProcessPeer();
      await holder.call('acquire', { name: language });
      waiter.call('acquire', { name: language }).catch(() => undefined);
      await expect.poll(() => waitsInKernel(directory.path), { timeout: 20_000 }).toBe(1);
      const granted = next.call('acquire', { name: language });
      await expect.poll(() => waitsInKernel(directory.path), { timeout: 20_000 }).toBe(2);
      await waiter.kill();
      await holder.kill();
      expect(await granted).toBe(true);
    },
  );
});

/** How many processes wait in the kernel for a lock on a file of the directory. */
function waitsInKernel(folder: string): number {
  const inodes = new Set(readdirSync(folder).map((file) => String(statSync(path.join(folder, file)).ino)));
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.includes('->') && inodes.has(/:(\d+) /.exec(line)?.[1] ?? '')).length;
}
