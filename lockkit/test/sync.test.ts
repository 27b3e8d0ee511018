import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { CombinedLock, LockBusyError, LockDeadlockError, LockReentryError, LockTimeoutError } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { engines } from './support/engines.js';
import { ProcessPeer, ThreadPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

const asUnrelated = AsyncLocalStorage.snapshot();

describe.each(engines)('the blocking calls, engine %s', (engine) => {
  useLockDirectory(engine);

  it('take a lock that is free, in either mode', () => {
    const lock = new CombinedLock('free');
    const grant = lock.acquireSync();
    expect(asUnrelated(() => lock.tryAcquire())).toBeNull();
    void grant.release();
    {
      using reader = lock.acquireSync({ mode: 'shared' });
      using other = asUnrelated(() => lock.acquireSync({ mode: 'shared' }));
      expect([reader.mode, other.mode]).toEqual(['shared', 'shared']);
    }
    expect(lock.requestSync(({ token }) => token)).toBe(1n);
  });

  it('free the lock when the callback throws', () => {
    const lock = new CombinedLock('throws');
    expect(() =>
      lock.requestSync(() => {
        throw new RangeError('boom');
      }),
    ).toThrow(RangeError);
    expect(lock.requestSync(() => 'free')).toBe('free');
  });

  it('refuse a callback that returns a promise, which the lock would not cover', async () => {
    const lock = new CombinedLock('promise');
    let work: Promise<void> | undefined;
    expect(() =>
      lock.requestSync(() => {
        work = turn();
        return work;
      }),
    ).toThrow('Use request()');
    await work;
    expect(() => lock.requestSync(() => Promise.reject(new Error('handled')))).toThrow(TypeError);
    expect(lock.requestSync(() => 'free')).toBe('free');
  });

  it('wait for another process', async () => {
    await using peer = new ProcessPeer();
    const lock = new CombinedLock('elsewhere');
    await peer.call('acquire', { name: 'elsewhere' });
    expect(() => lock.acquireSync({ timeout: 0 })).toThrow(LockBusyError);
    expect(() => lock.acquireSync({ timeout: 30 })).toThrow(LockTimeoutError);
    // The peer is told before this thread blocks, and it answers to nobody meanwhile.
    const released = peer.call('release', { name: 'elsewhere' });
    expect(lock.requestSync(() => 'mine')).toBe('mine');
    await released;
    expect(await peer.call('available', { name: 'elsewhere' })).toBe(true);
  });

  it('refuse to wait for a task of their own thread that holds the lock', async () => {
    const lock = new CombinedLock('held here');
    const grant = await lock.acquire();
    expect(() => lock.acquireSync()).toThrow(LockDeadlockError);
    expect(() => asUnrelated(() => lock.acquireSync({ timeout: 1_000 }))).toThrow(
      /a task of the same thread holds it/,
    );
    expect(() => lock.requestSync(() => 1)).toThrow(
      expect.objectContaining({ code: 'ERR_LOCK_DEADLOCK', because: 'held', lock: 'held here' }) as Error,
    );
    expect(() => lock.acquireSync({ timeout: 0 })).toThrow(LockBusyError);
    await grant.release();
    await lock.request({ mode: 'shared' }, () => {
      asUnrelated(() => {
        expect(() => lock.acquireSync()).toThrow(LockDeadlockError);
      });
    });
    expect(lock.requestSync(() => 'free')).toBe('free');
  });

  it('refuse to wait behind a task of their own thread that queues', async () => {
    await using peer = new ProcessPeer();
    const lock = new CombinedLock('queued here');
    await peer.call('acquire', { name: 'queued here' });
    const before = lock.request(() => 'before');
    expect(() => lock.acquireSync()).toThrow(/queues before/);
    await peer.call('release', { name: 'queued here' });
    expect(await before).toBe('before');
    expect(lock.requestSync(() => 'after')).toBe('after');
  });

  it('know the holder of a request', async () => {
    const lock = new CombinedLock('re-entry');
    await lock.request(() => {
      expect(() => lock.acquireSync()).toThrow(LockReentryError);
    });
    lock.requestSync(() => {
      expect(() => lock.requestSync(() => 1)).toThrow(LockReentryError);
      expect(() => lock.tryAcquire()).toThrow(LockReentryError);
    });
  });
});

describe('the blocking calls in worker threads', () => {
  useLockDirectory('native');

  it('wait for another thread, and it for them', async () => {
    await using thread = new ThreadPeer();
    const lock = new CombinedLock('threads');
    const grant = await lock.acquire();
    const blocked = thread.call('acquireSync', { name: 'threads' });
    await expect.poll(async () => (await lock.query()).pending.length).toBe(1);
    const after = lock.request(() => 'after');
    await grant.release();
    expect(await blocked).toBe(true);
    await thread.call('release', { name: 'threads' });
    expect(await after).toBe('after');
    await thread.call('acquireSync', { name: 'threads', mode: 'shared' });
    expect(() => lock.acquireSync({ timeout: 20 })).toThrow(LockTimeoutError);
  });

  it('can be terminated while they block', async () => {
    const lock = new CombinedLock('terminated');
    const grant = await lock.acquire();
    const thread = new ThreadPeer();
    void thread.call('acquireSync', { name: 'terminated' });
    await expect.poll(async () => (await lock.query()).pending.length).toBe(1);
    await thread.kill();
    expect((await lock.query()).pending).toEqual([]);
    await grant.release();
    expect(lock.requestSync(() => 'free')).toBe('free');
  });

  it('may be all that a worker does', async () => {
    const lock = new CombinedLock('whole life');
    const grant = await lock.acquire();
    const worker = new Worker(
      `const { CombinedLock } = require('lockkit');
       const { parentPort } = require('node:worker_threads');
       parentPort.postMessage(new CombinedLock('whole life').requestSync(() => 'done'));`,
      { eval: true },
    );
    const answer = new Promise((resolve) => worker.once('message', resolve));
    await expect.poll(async () => (await lock.query()).pending.length).toBe(1);
    await grant.release();
    expect(await answer).toBe('done');
    await worker.terminate();
  });
});
