import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { CombinedLock, LockDirectoryError } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { lockDirectory } from '../src/lock-directory.js';
import { lockFileName } from '../src/lock-name.js';
import { engines } from './support/engines.js';
import { ProcessPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

const vectors = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8')) as {
  names: { name: string; file: string }[];
};

describe('the name of a lock file', () => {
  it.each(vectors.names)('of $name', ({ name, file }) => {
    expect(lockFileName(name)).toBe(file);
  });

  it('refuses half a surrogate pair, which has no UTF-8 form', () => {
    expect(() => lockFileName('broken \ud83d')).toThrow(TypeError);
    expect(() => new CombinedLock('\udc00')).toThrow(TypeError);
  });
});

describe.each(engines)('the lock file, engine %s', (engine) => {
  const directory = useLockDirectory(engine);
  const fileOf = (name: string) => path.join(directory.path, lockFileName(name));

  it('is a file of mode 0600 that stays after the release', async () => {
    await new CombinedLock('stays').request(() => undefined);
    const status = statSync(fileOf('stays'));
    expect(status.mode & 0o7777).toBe(0o600);
    await new CombinedLock('stays').request(() => undefined);
    expect(statSync(fileOf('stays')).ino).toBe(status.ino);
  });

  it('is never truncated', async () => {
    writeFileSync(fileOf('content'), 'x'.repeat(40), { mode: 0o600 });
    await new CombinedLock('content').request(() => undefined);
    expect(readFileSync(fileOf('content'), 'utf8').slice(16)).toBe('x'.repeat(24));
  });

  it('has its times kept fresh', async () => {
    const old = new Date('2001-01-01');
    writeFileSync(fileOf('fresh'), '', { mode: 0o600 });
    utimesSync(fileOf('fresh'), old, old);
    await new CombinedLock('fresh').request(() => undefined);
    expect(statSync(fileOf('fresh')).mtime.getFullYear()).toBeGreaterThan(2001);
  });

  it('takes names of any Unicode', async () => {
    for (const { name } of vectors.names) {
      expect(await new CombinedLock(name).request(() => existsSync(fileOf(name)))).toBe(true);
    }
  });

  it('is not followed when it is a symbolic link', async () => {
    const victim = path.join(directory.path, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, fileOf('link'));
    await expect(new CombinedLock('link').request(() => 1)).rejects.toMatchObject({
      code: 'ERR_LOCK_FILE',
      cause: { code: 'ELOOP' },
      message: expect.stringContaining('remove it') as string,
    });
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  it('is made anew when someone unlinked it between two grants', async () => {
    const lock = new CombinedLock('unlinked');
    await lock.request(() => undefined);
    unlinkSync(fileOf('unlinked'));
    await using peer = new ProcessPeer();
    await lock.request(async () => {
      expect(await peer.call('available', { name: 'unlinked' })).toBe(false);
    });
  });

  it('is compared after the wait: who waited on a file that was replaced, waits for the new one', async () => {
    const holder = new ProcessPeer();
    await using newcomer = new ProcessPeer();
    const lock = new CombinedLock('replaced');
    await holder.call('acquire', { name: 'replaced' });
    let served = false;
    const waiting = lock.request(() => {
      served = true;
    });
    renameSync(fileOf('replaced'), `${fileOf('replaced')}.old`);
    await newcomer.call('acquire', { name: 'replaced' });
    await holder.kill();
    expect(await newcomer.call('available', { name: 'something else' })).toBe(true);
    expect(served).toBe(false);
    await newcomer.call('release', { name: 'replaced' });
    await waiting;
    expect(served).toBe(true);
  });
});

describe('the lock directory', () => {
  const scratch = useLockDirectory();
  let used = 0;

  /** Points LOCKKIT_DIR at a new place that is not there yet. */
  function place(): string {
    const directory = path.join(scratch.path, `place-${++used}`);
    process.env.LOCKKIT_DIR = directory;
    return directory;
  }

  async function refused(directory: string, reason: string): Promise<void> {
    const attempt = new CombinedLock('refused').request(() => 1);
    await expect(attempt).rejects.toThrow(LockDirectoryError);
    await expect(attempt).rejects.toMatchObject({
      directory,
      message: expect.stringContaining(reason) as string,
    });
  }

  it('is LOCKKIT_DIR, else /tmp/lockkit-<uid>, whatever TMPDIR and XDG_RUNTIME_DIR say', () => {
    const place = { LOCKKIT_DIR: '/run/app//locks/', TMPDIR: '/elsewhere', XDG_RUNTIME_DIR: '/elsewhere' };
    const before = { ...process.env };
    Object.assign(process.env, place);
    expect(lockDirectory()).toBe('/run/app/locks');
    process.env.LOCKKIT_DIR = '';
    expect(lockDirectory()).toBe(`/tmp/lockkit-${String(process.geteuid?.())}`);
    process.env = before;
  });

  it('is made, with mode 0700', async () => {
    const directory = path.join(place(), 'deeper');
    process.env.LOCKKIT_DIR = directory;
    await new CombinedLock('made').request(() => undefined);
    expect(lstatSync(directory).mode & 0o7777).toBe(0o700);
  });

  it('is refused when it is a relative path', () => {
    process.env.LOCKKIT_DIR = 'locks';
    expect(() => new CombinedLock('relative')).toThrow(LockDirectoryError);
  });

  it('is refused when it is a symbolic link, planted or not', async () => {
    const directory = place();
    mkdirSync(`${directory}-target`, { mode: 0o700 });
    symlinkSync(`${directory}-target`, directory);
    await refused(directory, 'symbolic link');
  });

  it('is refused when others may write to it', async () => {
    const directory = place();
    mkdirSync(directory);
    chmodSync(directory, 0o1777);
    await refused(directory, 'chmod 700');
    chmodSync(directory, 0o700);
    expect(await new CombinedLock('refused').request(() => 'tightened')).toBe('tightened');
  });

  it.runIf(process.geteuid?.() === 0)('is refused when it belongs to another user', async () => {
    const directory = place();
    mkdirSync(directory, { mode: 0o700 });
    chownSync(directory, 65534, 65534);
    await refused(directory, 'belongs to user 65534');
  });

  it.runIf(process.geteuid?.() === 0)('has no lock files of another user', async () => {
    const directory = place();
    mkdirSync(directory, { mode: 0o700 });
    const file = path.join(directory, lockFileName('foreign'));
    writeFileSync(file, '');
    chownSync(file, 65534, 65534);
    await expect(new CombinedLock('foreign').request(() => 1)).rejects.toThrow();
  });
});
