import { threadId } from 'node:worker_threads';

import { CombinedLock } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { engines } from './support/engines.js';
import { ProcessPeer, ThreadPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

describe.each(engines)('query, engine %s', (engine) => {
  useLockDirectory(engine);

  it('tells of the grants and of the requests that wait, in their order', async () => {
    const lock = new CombinedLock('queue');
    expect(await lock.query()).toEqual({ held: [], pending: [], elsewhere: [] });
    await lock.request(() => undefined);
    const grant = await lock.acquire({ mode: 'shared' });
    const waiting = [lock.request(() => 1), lock.request({ mode: 'shared' }, () => 2)];
    const thread = engine === 'native' ? threadId : 0;
    const expected = {
      held: [{ name: 'queue', mode: 'shared', thread }],
      pending: [
        { name: 'queue', mode: 'exclusive', thread },
        { name: 'queue', mode: 'shared', thread },
      ],
    };
    expect(await lock.query()).toEqual({ ...expected, elsewhere: [] });
    expect(await CombinedLock.query()).toEqual(expected);
    await grant.release();
    await Promise.all(waiting);
    expect(await CombinedLock.query()).toEqual({ held: [], pending: [] });
  });

  it('says which other process holds the lock, and takes nothing for it', async () => {
    await using peer = new ProcessPeer();
    const lock = new CombinedLock('elsewhere');
    await peer.call('acquire', { name: 'elsewhere', mode: 'shared' });
    expect((await lock.query()).elsewhere).toEqual([{ pid: peer.child.pid, mode: 'shared' }]);
    await peer.call('release', { name: 'elsewhere' });
    await peer.call('acquire', { name: 'elsewhere' });
    expect((await lock.query()).elsewhere).toEqual([{ pid: peer.child.pid, mode: 'exclusive' }]);
    expect(await peer.call('query', { name: 'elsewhere' })).toMatchObject({
      held: [{ name: 'elsewhere' }],
      elsewhere: [],
    });
    await peer.call('release', { name: 'elsewhere' });
    expect((await lock.query()).elsewhere).toEqual([]);
  });
});

describe('query of the native engine', () => {
  useLockDirectory('native');

  it('tells of all threads', async () => {
    await using thread = new ThreadPeer();
    const lock = new CombinedLock('threads');
    const grant = await lock.acquire();
    const waiting = thread.call('acquire', { name: 'threads' });
    await expect.poll(async () => (await lock.query()).pending).toHaveLength(1);
    const { pending } = await CombinedLock.query();
    expect(pending[0]).toMatchObject({ name: 'threads', mode: 'exclusive' });
    expect(pending[0]?.thread).not.toBe(threadId);
    expect(await thread.call('query', { name: 'threads' })).toMatchObject({ held: [{ thread: threadId }] });
    await grant.release();
    await waiting;
  });
});
