import { setTimeout as sleep } from 'node:timers/promises';

import { CombinedLock, LockNotHeldError, LockReentryError } from 'lockkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { deferred } from './support/deferred.js';
import { engines } from './support/engines.js';
import { script } from './support/script.js';
import { useLockDirectory } from './support/scratch.js';

/** The warnings of Lockkit while a test runs. */
function useWarnings() {
  const warnings: { code: string; message: string }[] = [];
  const note = (warning: Error & { code?: string }) => {
    if (warning.name === 'LockkitWarning')
      warnings.push({ code: warning.code ?? '', message: warning.message });
  };
  beforeEach(() => {
    warnings.length = 0;
    process.on('warning', note);
  });
  afterEach(() => {
    process.off('warning', note);
  });
  return warnings;
}

describe.each(engines)('work that a callback does not wait for, engine %s', (engine) => {
  useLockDirectory(engine);
  const warnings = useWarnings();

  it('is reported once a lock when it asks for the grant’s token after the release', async () => {
    const lock = new CombinedLock(`token ${engine}`);
    for (let i = 0; i < 2; i++) {
      const released = deferred();
      let lost: Promise<unknown> | undefined;
      await lock.request(async (grant) => {
        lost = released.promise.then(() => grant.token);
        await sleep(1);
      });
      released.resolve();
      await expect(lost).rejects.toThrow(LockNotHeldError);
    }
    await sleep(1);
    expect(warnings).toEqual([
      {
        code: 'LOCKKIT_UNAWAITED_WORK',
        message: expect.stringMatching(/lock "token .*Return its promise from the callback/) as string,
      },
    ]);
  });

  it('is reported when it asks for the signal after the release', async () => {
    const grant = await new CombinedLock(`signal ${engine}`).request((held) => held);
    expect(grant.signal.aborted).toBe(false);
    await sleep(1);
    expect(warnings).toMatchObject([{ code: 'LOCKKIT_UNAWAITED_WORK' }]);
  });

  it('is reported when a callback without a promise left it behind, and it asks for the lock again', async () => {
    const lock = new CombinedLock(`again ${engine}`);
    let lost: Promise<string> | undefined;
    const work = async () => {
      await sleep(1);
      return lock.request(() => 'again');
    };
    await lock.request(() => {
      lost = work();
    });
    expect(await lost).toBe('again');
    await sleep(1);
    expect(warnings).toMatchObject([{ code: 'LOCKKIT_UNAWAITED_WORK' }]);
  });

  it('is not suspected where all is in order', async () => {
    const lock = new CombinedLock(`in order ${engine}`);
    await lock.request(() => 'no work');
    await lock.request(async (grant) => {
      expect(grant.token).toBe(1n);
      await sleep(1);
      expect(grant.signal.aborted).toBe(false);
    });
    const { token } = await lock.request(async (grant) => {
      expect(grant.token).toBe(2n);
      return Promise.resolve(grant);
    });
    expect(token).toBe(2n);
    const grant = await lock.acquire();
    await grant.release();
    expect(grant.signal.aborted).toBe(false);
    await sleep(1);
    expect(warnings).toEqual([]);
  });
});

describe.each(engines)('a request from inside, engine %s', (engine) => {
  useLockDirectory(engine);

  it('may wait for the end of the callback, if it says so and the callback ends before it', async () => {
    const lock = new CombinedLock('outlives');
    const order: string[] = [];
    let detached: Promise<unknown> | undefined;
    await lock.request(async () => {
      detached = lock.request({ reentry: 'wait' }, () => order.push('detached'));
      await sleep(5);
      order.push('callback');
    });
    await detached;
    expect(order).toEqual(['callback', 'detached']);
  });

  it('gets an error, not a hang, when the callback waits for it after all', async () => {
    const lock = new CombinedLock('mistaken', { reentryPatience: 30 });
    await lock.request(async () => {
      await expect(lock.request({ reentry: 'wait' }, () => 1)).rejects.toThrow(LockReentryError);
      await expect(lock.request({ reentry: 'wait' }, () => 1)).rejects.toMatchObject({ waited: 30 });
    });
    expect(await lock.request(() => 'free')).toBe('free');
  });

  it('is refused at once by default, whatever it would do', async () => {
    const lock = new CombinedLock('refused', { reentryPatience: Infinity });
    await lock.request(async () => {
      await expect(lock.request(() => 1)).rejects.toThrow("reentry: 'wait'");
    });
  });
});

describe.each(engines)('a grant that is dropped, engine %s', (engine) => {
  useLockDirectory(engine);

  it('keeps its lock, and is reported with its place', async () => {
    const said = await script(
      `import { CombinedLock } from 'lockkit';
       import { setTimeout as sleep } from 'node:timers/promises';
       const lock = new CombinedLock('dropped');
       process.on('warning', ({ code, message }) => console.log(code, message));
       async function careless() { await lock.acquire(); }
       function leaky() { lock.tryAcquire(); }
       await careless();
       for (let i = 0; i < 20; i++) { await sleep(50); globalThis.gc(); }
       console.log(lock.tryAcquire());
       const kept = await new CombinedLock('kept').acquire();
       const released = await new CombinedLock('released').acquire();
       await released.release();
       for (let i = 0; i < 10; i++) { await sleep(50); globalThis.gc(); }
       console.log(kept.released);`,
      { node: ['--expose-gc'] },
    );
    const [warning, ...rest] = said.split(/\n(?=null|false)/);
    expect(warning).toMatch(/^LOCKKIT_DROPPED_GRANT A grant of lock "dropped" was garbage-collected/);
    expect(warning).toMatch(/It was acquired:\n\s+at careless /);
    expect(rest).toEqual(['null', 'false']);
  });
});
