import { AsyncLocalStorage } from 'node:async_hooks';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

import {
  CombinedLock,
  DEFAULT_REENTRY_PATIENCE,
  LockBusyError,
  LockNotHeldError,
  LockReentryError,
  LockTimeoutError,
} from 'lockkit';
import { describe, expect, it } from 'vitest';

import { lockFileName } from '../src/lock-name.js';
import { engines } from './support/engines.js';
import { deferred } from './support/deferred.js';
import { ProcessPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

/** Runs `work` while a task that is nobody's relative holds the lock. */
async function whileHeld(lock: CombinedLock, work: () => Promise<void>): Promise<void> {
  const release = deferred();
  const held = deferred();
  const holder = lock.request(async () => {
    held.resolve();
    await release.promise;
  });
  await held.promise;
  try {
    await work();
  } finally {
    release.resolve();
    await holder;
  }
}

const asUnrelated = AsyncLocalStorage.snapshot();

/** What a task that is not the holder's gets when it asks whether the lock is available. */
function other(lock: CombinedLock): Promise<unknown> {
  return asUnrelated(() => lock.request({ ifAvailable: true }, (grant) => grant));
}

describe.each(engines)('CombinedLock, engine %s', (engine) => {
  const directory = useLockDirectory(engine);

  describe('request', () => {
    it('returns what the callback returns, and frees the lock after it', async () => {
      const lock = new CombinedLock('value');
      expect(await lock.request(() => 41)).toBe(41);
      expect(await lock.request({}, async (grant) => Promise.resolve(grant.name))).toBe('value');
    });

    it('frees the lock when the callback throws or rejects', async () => {
      const lock = new CombinedLock('throws');
      const boom = new Error('boom');
      await expect(
        lock.request(() => {
          throw boom;
        }),
      ).rejects.toBe(boom);
      await expect(lock.request(() => Promise.reject(boom))).rejects.toBe(boom);
      expect(await lock.request({ ifAvailable: true }, (grant) => grant !== null)).toBe(true);
    });

    it('lets one in at a time, in the order of the requests', async () => {
      const lock = new CombinedLock('order');
      const order: number[] = [];
      let inside = 0;
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          lock.request(async () => {
            expect(++inside).toBe(1);
            await sleep(1);
            inside--;
            order.push(i);
          }),
        ),
      );
      expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
    });

    it('is one lock for all objects of one name, and another for another name', async () => {
      await whileHeld(new CombinedLock('same'), async () => {
        expect(await new CombinedLock('same').request({ ifAvailable: true }, (grant) => grant)).toBeNull();
        expect(
          await new CombinedLock('Same').request({ ifAvailable: true }, (grant) => grant),
        ).not.toBeNull();
      });
    });

    it('refuses what it does not do', async () => {
      const lock = new CombinedLock('refuses');
      await expect(lock.request({ mode: 'read' as 'shared' }, () => 1)).rejects.toThrow(TypeError);
      await expect(lock.request({ ifAvailable: true, timeout: 1 }, () => 1)).rejects.toThrow(TypeError);
      await expect(lock.request({ timeout: -1 }, () => 1)).rejects.toThrow(RangeError);
      await expect(lock.request({ timeout: NaN }, () => 1)).rejects.toThrow(RangeError);
      await expect(lock.request(undefined as unknown as () => void)).rejects.toThrow(TypeError);
      expect(() => new CombinedLock('refuses', { handover: -1 })).toThrow('handover');
      expect(() => new CombinedLock('refuses', { reentryPatience: NaN })).toThrow('reentryPatience');
    });
  });

  describe('acquire', () => {
    it('lets one in at a time among tasks started in one go', async () => {
      const lock = new CombinedLock('siblings');
      let inside = 0;
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          await using grant = await lock.acquire();
          expect(grant.released).toBe(false);
          expect(++inside).toBe(1);
          await sleep(1);
          inside--;
        }),
      );
    });

    it('works with using, and a second release frees nobody else', async () => {
      const lock = new CombinedLock('twice');
      const first = await lock.acquire();
      await first.release();
      await whileHeld(lock, async () => {
        await first.release();
        first[Symbol.dispose]();
        expect(await lock.request({ ifAvailable: true }, (grant) => grant)).toBeNull();
      });
      {
        using grant = await lock.acquire();
        expect(grant.mode).toBe('exclusive');
      }
      expect(await lock.request({ ifAvailable: true }, (grant) => grant !== null)).toBe(true);
    });

    it('has a signal that stays quiet while the lock is held', async () => {
      await using grant = await new CombinedLock('signal').acquire();
      expect(grant.signal.aborted).toBe(false);
      expect(grant.signal).toBe(grant.signal);
    });
  });

  describe('giving up', () => {
    it('times out, leaves the queue, and disturbs nobody', async () => {
      const lock = new CombinedLock('timeout');
      let after: Promise<string> | undefined;
      await whileHeld(lock, async () => {
        const late = lock.acquire({ timeout: 20 });
        after = lock.request(() => 'after');
        await expect(late).rejects.toThrow(LockTimeoutError);
        await expect(late).rejects.toMatchObject({ code: 'ERR_LOCK_TIMEOUT', lock: 'timeout', timeout: 20 });
        const now = lock.request({ timeout: 0 }, () => 1);
        await expect(now).rejects.toThrow(LockBusyError);
        await expect(now).rejects.toThrow(LockTimeoutError);
        await expect(now).rejects.toMatchObject({ code: 'ERR_LOCK_BUSY', timeout: 0 });
      });
      expect(await after).toBe('after');
      expect(await lock.request({ timeout: 0 }, () => 'free')).toBe('free');
      expect(await lock.request({ timeout: Infinity }, () => 'free')).toBe('free');
    });

    it('withdraws on abort while queued, with the reason of the signal', async () => {
      const lock = new CombinedLock('abort');
      await whileHeld(lock, async () => {
        const plain = new AbortController();
        const reasoned = new AbortController();
        const first = lock.acquire({ signal: plain.signal });
        const second = lock.request({ signal: reasoned.signal }, () => 1);
        plain.abort();
        reasoned.abort(new RangeError('shutting down'));
        await expect(first).rejects.toMatchObject({ name: 'AbortError' });
        await expect(second).rejects.toThrow('shutting down');
      });
      await expect(lock.acquire({ signal: AbortSignal.abort() })).rejects.toMatchObject({
        name: 'AbortError',
      });
      expect(await lock.request({ ifAvailable: true }, (grant) => grant !== null)).toBe(true);
    });

    it('is not disturbed by an abort after the grant', async () => {
      const abort = new AbortController();
      const lock = new CombinedLock('late abort');
      await lock.request({ signal: abort.signal, timeout: 5 }, async () => {
        abort.abort();
        await sleep(20);
        expect(await other(lock)).toBeNull();
      });
    });

    it('gives up while another process holds the lock', async () => {
      await using peer = new ProcessPeer();
      const lock = new CombinedLock('elsewhere');
      await peer.call('acquire', { name: 'elsewhere' });
      await expect(lock.acquire({ timeout: 30 })).rejects.toThrow(LockTimeoutError);
      const abort = new AbortController();
      const aborted = lock.acquire({ signal: abort.signal });
      const patient = lock.request(() => 'served');
      abort.abort();
      await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
      await peer.call('release', { name: 'elsewhere' });
      expect(await patient).toBe('served');
    });
  });

  describe('re-entry', () => {
    it('is an error inside the callback, however deep, and leaves the lock held', async () => {
      const lock = new CombinedLock('nested');
      await lock.request(async () => {
        await turn();
        await expect(lock.request(() => 1)).rejects.toThrow(LockReentryError);
        await expect(new CombinedLock('nested').acquire()).rejects.toThrow(LockReentryError);
        await expect(lock.acquire({ timeout: 10 })).rejects.toThrow(LockReentryError);
        expect(await new CombinedLock('another').request(() => 'fine')).toBe('fine');
      });
      expect(await lock.request(() => 'free')).toBe('free');
    });

    it('is certain in the callback of a request: no patience is waited for', async () => {
      const lock = new CombinedLock('certain', { reentryPatience: Infinity });
      await lock.request(async () => {
        await expect(lock.request(() => 1)).rejects.toMatchObject({ waited: undefined });
        await expect(lock.acquire()).rejects.toMatchObject({ waited: undefined });
      });
    });

    it('is likely after acquire, and an error when patience ends', async () => {
      const lock = new CombinedLock('nested acquire', { reentryPatience: 20 });
      const grant = await lock.acquire();
      await turn();
      await expect(lock.acquire()).rejects.toThrow(LockReentryError);
      await expect(lock.acquire()).rejects.toThrow(
        /likely re-entry: waited 20 ms for lock "nested acquire"/i,
      );
      await expect(lock.request(() => 1)).rejects.toMatchObject({ code: 'ERR_LOCK_REENTRY', waited: 20 });
      await grant.release();
      expect(await lock.request(() => 'free')).toBe('free');
      await (await lock.acquire()).release();
    });

    it('is told after acquire to a request that does not wait, or not that long, as to any other', async () => {
      const lock = new CombinedLock('impatient', { reentryPatience: Infinity });
      await using grant = await lock.acquire();
      expect(await lock.request({ ifAvailable: true }, (second) => second)).toBeNull();
      await expect(lock.acquire({ timeout: 0 })).rejects.toThrow(LockTimeoutError);
      await expect(lock.acquire({ timeout: 10 })).rejects.toThrow(LockTimeoutError);
      const abort = new AbortController();
      const aborted = lock.acquire({ signal: abort.signal });
      abort.abort();
      await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
      expect(grant.released).toBe(false);
    });

    it('is not what a loop is guilty of that starts acquiring tasks while one of them holds', async () => {
      const lock = new CombinedLock('loop');
      let inside = 0;
      async function work(): Promise<void> {
        const grant = await lock.acquire();
        try {
          expect(++inside).toBe(1);
          await sleep(5);
          inside--;
        } finally {
          await grant.release();
        }
      }
      const tasks: Promise<void>[] = [];
      for (let i = 0; i < 5; i++) {
        tasks.push(work());
        await sleep(2);
      }
      await Promise.all(tasks);
    });

    it('is not what a request is guilty of whose suspect releases, however long others hold after it', async () => {
      const lock = new CombinedLock('released', { reentryPatience: 30 });
      const release = deferred();
      const suspect = await lock.acquire();
      const between = asUnrelated(() => lock.request(() => release.promise));
      const late = lock.request(() => 'served');
      await suspect.release();
      await sleep(100);
      expect(await lock.request({ ifAvailable: true }, (grant) => grant)).toBeNull();
      release.resolve();
      await between;
      expect(await late).toBe('served');
    });

    it('is not what a holder is guilty of that blocks the event loop beyond patience', async () => {
      const lock = new CombinedLock('blocked', { reentryPatience: 100 });
      const suspect = await lock.acquire();
      const late = lock.request(() => 'served');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      for (let i = 0; i < 5; i++) await turn();
      await suspect.release();
      expect(await late).toBe('served');
    });

    it('has a patience by default', () => {
      expect(DEFAULT_REENTRY_PATIENCE).toBe(5_000);
    });

    it('is not what the ticks of an interval are guilty of that overlap', async () => {
      const lock = new CombinedLock('interval');
      const impatient = new CombinedLock('interval', { reentryPatience: 20 });
      const served = deferred();
      const failures: unknown[] = [];
      let ticks = 0;
      let done = 0;
      const interval = setInterval(() => {
        if (++ticks === 4) clearInterval(interval);
        lock
          .acquire()
          .then(async (grant) => {
            await expect(impatient.acquire()).rejects.toThrow(LockReentryError);
            await sleep(20);
            await grant.release();
          })
          .catch((error: unknown) => failures.push(error))
          .finally(() => {
            if (++done === 4) served.resolve();
          });
      }, 1);
      await served.promise;
      expect(failures).toEqual([]);
    });

    it('is not what a task is guilty of that was started inside and asks after the release', async () => {
      const lock = new CombinedLock('outlives');
      const released = deferred();
      let outliving: Promise<string> | undefined;
      await lock.request(() => {
        outliving = released.promise.then(() => lock.request(() => 'fine'));
      });
      released.resolve();
      expect(await outliving).toBe('fine');
    });
  });

  describe('between processes', () => {
    it('excludes, and all work reaches every process', async () => {
      const file = path.join(directory.path, `count-${engine}`);
      writeFileSync(file, '0');
      const peers = Array.from({ length: 3 }, () => new ProcessPeer());
      try {
        const counts = await Promise.all(
          peers.map((peer) => peer.call('count', { name: 'count', file, tasks: 4, times: 10 })),
        );
        expect(counts).toEqual([40, 40, 40]);
        expect(readFileSync(file, 'utf8')).toBe('120');
      } finally {
        await Promise.all(peers.map((peer) => peer.kill()));
      }
    });

    it('goes to the next when the holder is killed', async () => {
      const lock = new CombinedLock('killed');
      const peer = new ProcessPeer();
      await peer.call('acquire', { name: 'killed' });
      const next = lock.request(() => 'mine');
      expect(await other(lock)).toBeNull();
      await peer.kill();
      expect(await next).toBe('mine');
    });

    it('has fencing tokens that grow from grant to grant, whoever holds', async () => {
      await using peer = new ProcessPeer();
      const lock = new CombinedLock('tokens');
      const tokens: bigint[] = [];
      for (let i = 0; i < 3; i++) {
        await lock.request((grant) => {
          tokens.push(grant.token);
          expect(grant.token).toBe(tokens.at(-1));
        });
        await lock.request(() => 'does not ask');
        await peer.call('acquire', { name: 'tokens' });
        tokens.push(BigInt((await peer.call('token', { name: 'tokens' })) as string));
        await peer.call('release', { name: 'tokens' });
      }
      expect(tokens).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
      const bytes = readFileSync(path.join(directory.path, lockFileName('tokens')));
      expect(bytes.readBigUInt64LE(8)).toBe(6n);
    });

    it('gives no token after the release', async () => {
      const grant = await new CombinedLock('late token').acquire();
      await grant.release();
      expect(() => grant.token).toThrow(LockNotHeldError);
      expect(() => grant.token).toThrow('late token');
    });

    it('excludes flock(1), and is excluded by it', async () => {
      const lock = new CombinedLock('flock(1)');
      const file = path.join(directory.path, lockFileName('flock(1)'));
      await lock.request(() => {
        expect(() => execFileSync('flock', ['--nonblock', file, 'true'])).toThrow();
      });
      execFileSync('flock', ['--nonblock', file, 'true']);

      const holder = spawn('flock', [file, 'sh', '-c', 'echo held; read line'], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(holder.stdout, 'data');
      expect(await other(lock)).toBeNull();
      const next = lock.request(() => 'after flock(1)');
      holder.stdin.end('\n');
      expect(await next).toBe('after flock(1)');
    });
  });
});
