import { readFileSync } from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { CombinedLock, LockEngineError, LockReentryError } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { lockFileName } from '../src/lock-name.js';
import { untilQueued } from './support/chain.js';
import { deferred } from './support/deferred.js';
import { engines } from './support/engines.js';
import { ProcessPeer, ThreadPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

/** A task that holds the lock until it is told to end. */
function holder(lock: CombinedLock, mode: 'shared' | 'exclusive') {
  const [granted, end] = [deferred(), deferred()];
  const done = lock.request({ mode }, async () => {
    granted.resolve();
    await end.promise;
  });
  return { granted: granted.promise, end: () => (end.resolve(), done) };
}

describe.each(engines)('shared mode, engine %s', (engine) => {
  useLockDirectory(engine);

  it('lets readers in together, and no writer with them', async () => {
    const lock = new CombinedLock('readers');
    const readers = Array.from({ length: 5 }, () => holder(lock, 'shared'));
    await Promise.all(readers.map(({ granted }) => granted));
    expect(lock.tryAcquire()).toBeNull();
    for (const reader of readers) await reader.end();
    const writer = lock.tryAcquire();
    expect(writer?.mode).toBe('exclusive');
    expect(lock.tryAcquire({ mode: 'shared' })).toBeNull();
    await writer?.release();
  });

  it('keeps the order: a reader does not pass a writer that waits, neighbours go together', async () => {
    const lock = new CombinedLock('order');
    const order: string[] = [];
    const use = (name: string, mode: 'shared' | 'exclusive', work = () => Promise.resolve()) =>
      lock.request({ mode }, async () => {
        order.push(`+${name}`);
        await work();
        order.push(`-${name}`);
      });
    const [first, both] = [holder(lock, 'shared'), deferred()];
    await first.granted;
    const all = [
      use('w1', 'exclusive'),
      use('r1', 'shared', () => both.promise),
      use('r2', 'shared', () => {
        both.resolve();
        return Promise.resolve();
      }),
      use('w2', 'exclusive'),
      use('r3', 'shared'),
    ];
    expect(lock.tryAcquire({ mode: 'shared' })).toBeNull();
    await first.end();
    await Promise.all(all);
    expect(order.slice(0, 4)).toEqual(['+w1', '-w1', '+r1', '+r2']);
    expect(order.slice(4, 6).sort()).toEqual(['-r1', '-r2']);
    expect(order.slice(6)).toEqual(['+w2', '-w2', '+r3', '-r3']);
  });

  it('lets readers join when the writer before them gives up', async () => {
    const lock = new CombinedLock('withdrawn writer', { handover: Infinity });
    const first = holder(lock, 'shared');
    await first.granted;
    const abort = new AbortController();
    const writer = lock.acquire({ signal: abort.signal });
    const second = lock.request({ mode: 'shared' }, () => 'beside the first');
    abort.abort();
    await expect(writer).rejects.toMatchObject({ name: 'AbortError' });
    expect(await second).toBe('beside the first');
    await first.end();
  });

  it('is shared between processes', async () => {
    await using peer = new ProcessPeer();
    const lock = new CombinedLock('processes');
    const reader = holder(lock, 'shared');
    await reader.granted;
    await peer.call('acquire', { name: 'processes', mode: 'shared' });
    expect(await peer.call('available', { name: 'processes' })).toBe(false);
    await reader.end();
    expect(lock.tryAcquire()).toBeNull();
    await peer.call('release', { name: 'processes' });
    await lock.tryAcquire()?.release();
    await lock.request(() => 'free');
  });

  it('is one flock(1) --shared can take part in', async () => {
    const lock = new CombinedLock('flock');
    await lock.request({ mode: 'shared' }, async () => {
      const file = path.join(process.env.LOCKKIT_DIR ?? '', lockFileName('flock'));
      const other = spawn('flock', ['--shared', file, 'sh', '-c', 'echo held; read line'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(other.stdout, 'data');
      other.stdin.end('\n');
      await once(other, 'exit');
    });
  });

  it('is no way to ask twice: a writer could stand between', async () => {
    const lock = new CombinedLock('twice');
    await lock.request({ mode: 'shared' }, async () => {
      await expect(lock.request({ mode: 'shared' }, () => 1)).rejects.toThrow(LockReentryError);
      await expect(lock.request(() => 1)).rejects.toThrow(LockReentryError);
    });
  });

  it('says in the grant how it is held', async () => {
    const lock = new CombinedLock('mode');
    expect(await lock.request({ mode: 'shared' }, ({ mode }) => mode)).toBe('shared');
    expect(await lock.request(({ mode }) => mode)).toBe('exclusive');
  });
});

describe.runIf(engines.includes('fs-ext'))('shared mode of the engine fs-ext', () => {
  useLockDirectory('fs-ext');

  it('has no fencing token, and says so', async () => {
    await new CombinedLock('no token').request({ mode: 'shared' }, (grant) => {
      expect(() => grant.token).toThrow(LockEngineError);
    });
  });
});

describe('shared mode of the native engine', () => {
  const directory = useLockDirectory('native');
  const fileOf = (name: string) => path.join(directory.path, lockFileName(name));

  it('is shared between threads', async () => {
    await using thread = new ThreadPeer();
    const reader = holder(new CombinedLock('threads'), 'shared');
    await reader.granted;
    await thread.call('acquire', { name: 'threads', mode: 'shared' });
    expect(await thread.call('available', { name: 'threads', mode: 'exclusive' })).toBe(false);
    await reader.end();
  });

  it('keeps the order between processes, and has neighbouring readers in together', async () => {
    const name = 'between processes';
    const order: string[] = [];
    const lock = new CombinedLock(name);
    const peers = Array.from({ length: 4 }, () => new ProcessPeer());
    const [reader1, reader2, writer, reader3] = peers as [ProcessPeer, ProcessPeer, ProcessPeer, ProcessPeer];
    try {
      const own = await lock.acquire();
      const granted: Promise<unknown>[] = [];
      const queue = async (peer: ProcessPeer, mode: string, label: string) => {
        granted.push(peer.call('acquire', { name, mode }).then(() => order.push(label)));
        await untilQueued(fileOf(name), granted.length);
      };
      await queue(reader1, 'shared', 'reader');
      await queue(reader2, 'shared', 'reader');
      await queue(writer, 'exclusive', 'writer');
      await queue(reader3, 'shared', 'late reader');
      await own.release();

      await Promise.all(granted.slice(0, 2));
      // Both hold now; the writer before them keeps a newcomer and the late reader out.
      expect(lock.tryAcquire({ mode: 'shared' })).toBeNull();
      expect(order).toEqual(['reader', 'reader']);
      await reader1.call('release', { name });
      await reader2.call('release', { name });
      await granted[2];
      expect(order).toEqual(['reader', 'reader', 'writer']);
      await writer.call('release', { name });
      await granted[3];
    } finally {
      await Promise.all(peers.map((peer) => peer.kill()));
    }
  });

  it('does not let readers of one process starve the writer of another', async () => {
    const name = 'no starving';
    await using writer = new ProcessPeer();
    const lock = new CombinedLock(name, { handover: 0 });
    let reader = holder(lock, 'shared');
    await reader.granted;
    const written = writer.call('acquire', { name });
    await untilQueued(fileOf(name), 1);
    // Each would overlap with the one before it, and so keep the lock for ever.
    const next = holder(lock, 'shared');
    await reader.end();
    expect(await written).toBe(true);
    await writer.call('release', { name });
    await next.granted;
    reader = next;
    await reader.end();
  });

  it('has fencing tokens that differ among readers, and grow past every earlier grant', async () => {
    const name = 'tokens';
    await using peer = new ProcessPeer();
    const lock = new CombinedLock(name);
    const first = await lock.request(({ token }) => token);
    const tokens = await lock.request({ mode: 'shared' }, async ({ token }) => {
      await peer.call('acquire', { name, mode: 'shared' });
      const others = [BigInt((await peer.call('token', { name })) as string)];
      await peer.call('release', { name });
      return [token, ...others];
    });
    const last = await lock.request(({ token }) => token);
    expect([first, ...tokens, last]).toEqual([1n, 2n, 3n, 4n]);
    expect(readFileSync(fileOf(name)).readBigUInt64LE(8)).toBe(4n);
  });
});
