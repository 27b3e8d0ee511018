import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { CombinedLock, LockBusyError, LockDeadlockError, LockReentryError, LockTimeoutError } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { lockFileName } from '../src/lock-name.js';
import { deferred } from './support/deferred.js';
import { engines } from './support/engines.js';
import { ProcessPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

const asUnrelated = AsyncLocalStorage.snapshot();

describe.each(engines)('CombinedLock.all, engine %s', (engine) => {
  useLockDirectory(engine);

  /** Which of the locks are free, seen by a task that is nobody's relative. */
  function free(...names: string[]): string[] {
    return names.filter((name) =>
      asUnrelated(() => {
        const grant = new CombinedLock(name).tryAcquire();
        void grant?.release();
        return grant !== null;
      }),
    );
  }

  it('takes all, each once, in the order of their files', async () => {
    const set = CombinedLock.all(['b', new CombinedLock('a'), 'c', 'a']);
    const byFile = ['a', 'b', 'c'].sort((x, y) => (lockFileName(x) < lockFileName(y) ? -1 : 1));
    expect(set.names).toEqual(byFile);
    const value = await set.request((grant) => {
      expect(free('a', 'b', 'c')).toEqual([]);
      expect(grant.grants.map(({ name }) => name)).toEqual(byFile);
      expect(grant.grant('b').token).toBe(1n);
      expect(() => grant.grant('d')).toThrow(RangeError);
      expect(grant.signal.aborted).toBe(false);
      return 'value';
    });
    expect(value).toBe('value');
    expect(free('a', 'b', 'c')).toEqual(['a', 'b', 'c']);
  });

  it('frees all when the callback throws, and at the end of a block', async () => {
    const set = CombinedLock.all(['a', 'b']);
    await expect(set.request(() => Promise.reject(new RangeError('boom')))).rejects.toThrow(RangeError);
    {
      await using grant = await set.acquire();
      expect(grant.released).toBe(false);
      expect(free('a', 'b')).toEqual([]);
    }
    {
      using grant = set.acquireSync({ mode: 'shared' });
      expect(grant.grants.map(({ mode }) => mode)).toEqual(['shared', 'shared']);
    }
    const grant = await set.acquire();
    await grant.release();
    await grant.release();
    expect(grant.released).toBe(true);
    expect(free('a', 'b')).toEqual(['a', 'b']);
    expect(set.requestSync(() => 'sync')).toBe('sync');
  });

  it('takes none when one is not to be had in time, or is not free, or was not waited for', async () => {
    await using peer = new ProcessPeer();
    await peer.call('acquire', { name: 'z' });
    const set = CombinedLock.all(['x', 'y', 'z']);
    const late = set.request({ timeout: 40 }, () => 1);
    await expect(late).rejects.toThrow(LockTimeoutError);
    await expect(late).rejects.toMatchObject({ lock: 'z', timeout: 40 });
    await expect(set.acquire({ timeout: 40 })).rejects.toThrow(LockTimeoutError);
    await expect(set.acquire({ timeout: 0 })).rejects.toThrow(LockBusyError);
    expect(() => set.acquireSync({ timeout: 20 })).toThrow(LockTimeoutError);
    expect(await set.request({ ifAvailable: true }, (grant) => grant)).toBeNull();
    const abort = new AbortController();
    const aborted = set.request({ signal: abort.signal }, () => 1);
    await sleep(1);
    abort.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(free('x', 'y', 'z')).toEqual(['x', 'y']);
    await peer.call('release', { name: 'z' });
    expect(await set.request({ timeout: 10_000 }, () => 'all')).toBe('all');
  });

  it('cannot block another set that names the same locks in another order', async () => {
    let inside = 0;
    const task = async (names: string[]) => {
      for (let i = 0; i < 20; i++) {
        await CombinedLock.all(names).request(async () => {
          expect(++inside).toBe(1);
          await Promise.resolve();
          inside--;
        });
      }
    };
    await Promise.all([task(['m', 'n']), task(['n', 'm']), task(['n', 'o', 'm'])]);
  });

  it('knows its holder, for each of its locks', async () => {
    await CombinedLock.all(['p', 'q']).request(async () => {
      await expect(new CombinedLock('p').request(() => 1)).rejects.toThrow(LockReentryError);
      await expect(CombinedLock.all(['q', 'r']).acquire()).rejects.toThrow(LockReentryError);
      expect(free('r')).toEqual(['r']);
    });
    const end = deferred();
    const holder = new CombinedLock('q').request(() => end.promise);
    expect(() => CombinedLock.all(['p', 'q']).acquireSync()).toThrow(LockDeadlockError);
    expect(free('p')).toEqual(['p']);
    end.resolve();
    await holder;
  });

  it('of no locks holds nothing', async () => {
    expect(await CombinedLock.all([]).request((grant) => grant.grants)).toEqual([]);
  });
});
