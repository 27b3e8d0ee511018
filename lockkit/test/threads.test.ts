import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { CombinedLock } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { ProcessPeer, ThreadPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

describe('CombinedLock in worker threads', () => {
  const directory = useLockDirectory('native');

  it('excludes tasks × threads × processes, and all work reaches every one of them', async () => {
    const file = path.join(directory.path, 'count');
    writeFileSync(file, '0');
    const peers = Array.from({ length: 3 }, () => new ProcessPeer());
    try {
      const counts = await Promise.all(
        peers.map((peer) =>
          peer.call('countInThreads', { name: 'count', file, threads: 3, tasks: 2, times: 10 }),
        ),
      );
      expect(counts).toEqual(peers.map(() => [20, 20, 20]));
      expect(readFileSync(file, 'utf8')).toBe('180');
    } finally {
      await Promise.all(peers.map((peer) => peer.kill()));
    }
  });

  it('serves threads in the order of their requests', async () => {
    const threads = [new ThreadPeer(), new ThreadPeer(), new ThreadPeer()];
    try {
      const lock = new CombinedLock('order');
      const order: number[] = [];
      const holder = await lock.acquire();
      const served: Promise<void>[] = [];
      for (const [i, thread] of threads.entries()) {
        const granted = thread.call('acquire', { name: 'order' });
        served.push(
          granted.then(async () => {
            order.push(i);
            await thread.call('release', { name: 'order' });
          }),
        );
        // A second answer from the thread shows that the request before it is in the queue.
        await thread.call('threads');
      }
      await holder.release();
      await Promise.all(served);
      expect(order).toEqual([0, 1, 2]);
    } finally {
      await Promise.all(threads.map((thread) => thread.kill()));
    }
  });

  it('goes to the next when the holding thread is terminated', async () => {
    const lock = new CombinedLock('terminated');
    const thread = new ThreadPeer();
    await thread.call('acquire', { name: 'terminated' });
    const next = lock.request(() => 'mine');
    await thread.kill();
    expect(await next).toBe('mine');
  });

  it('goes to another process when the holding thread is terminated and nobody queues here', async () => {
    await using peer = new ProcessPeer();
    const thread = new ThreadPeer();
    await thread.call('acquire', { name: 'terminated, elsewhere' });
    const next = peer.call('acquire', { name: 'terminated, elsewhere' });
    await thread.kill();
    expect(await next).toBe(true);
  });

  it('passes over a thread that was terminated while it queued', async () => {
    const thread = new ThreadPeer();
    const lock = new CombinedLock('passed over');
    const holder = await lock.acquire();
    const lost = thread.call('acquire', { name: 'passed over' });
    await thread.call('threads');
    await using behind = new ThreadPeer();
    const next = behind.call('acquire', { name: 'passed over' });
    await behind.call('threads');
    await thread.kill();
    await holder.release();
    expect(await next).toBe(true);
    await expect(Promise.race([lost, Promise.resolve('never answered')])).resolves.toBe('never answered');
  });

  it('passes over a terminated thread for which the process waits elsewhere', async () => {
    await using holder = new ProcessPeer();
    await using later = new ProcessPeer();
    await holder.call('acquire', { name: 'nobody waits' });
    const thread = new ThreadPeer();
    void thread.call('acquire', { name: 'nobody waits' });
    await thread.call('threads');
    await thread.kill();
    const next = later.call('acquire', { name: 'nobody waits' });
    await holder.call('release', { name: 'nobody waits' });
    expect(await next).toBe(true);
  });

  it('outlives 100 generations of threads that end while they hold and queue', async () => {
    const lock = new CombinedLock('generations');
    const next = `const { CombinedLock } = require('lockkit');
      const { parentPort } = require('node:worker_threads');
      new CombinedLock('generations').acquire().then(() => parentPort.postMessage('holds'));
      parentPort.on('message', () => {}); // a grant keeps no thread alive
      parentPort.postMessage('asked');`;
    for (let i = 0; i < 50; i++) {
      const pair = [new Worker(next, { eval: true }), new Worker(next, { eval: true })];
      await Promise.all(pair.map((worker) => once(worker, 'message')));
      expect(await lock.request({ ifAvailable: true }, (grant) => grant)).toBeNull();
      await Promise.all(pair.map((worker) => worker.terminate()));
      expect(await lock.request({ timeout: 30_000 }, () => i)).toBe(i);
    }
  }, 240_000);

  it('outlives the addon being loaded by threads only', async () => {
    // Node unloads an addon with the last thread that loaded it; a waiter thread must still have its code then.
    await using holder = new ProcessPeer();
    await using peer = new ProcessPeer();
    await holder.call('acquire', { name: 'threads only' });
    for (let i = 0; i < 5; i++) expect(await peer.call('queueInThread', { name: 'threads only' })).toBe(true);
    await holder.call('release', { name: 'threads only' });
    expect(await peer.call('available', { name: 'threads only' })).toBe(true);
  });

  it('is refused in a worker thread by the portable engine, with the reason', async () => {
    process.env.LOCKKIT_ENGINE = 'fs-ext';
    await using thread = new ThreadPeer();
    await expect(thread.call('acquire', { name: 'refused' })).rejects.toMatchObject({
      name: 'LockEngineError',
      code: 'ERR_LOCK_ENGINE',
      message: expect.stringContaining('fs-ext keeps handles of the main thread') as string,
    });
  });
});
