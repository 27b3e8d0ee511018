import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { CombinedLock, LockFileError, LockReleaseError } from 'lockkit';
import { describe, expect, it } from 'vitest';

import { lockFileName } from '../src/lock-name.js';
import { deferred } from './support/deferred.js';
import { engines } from './support/engines.js';
import { ProcessPeer } from './support/peer.js';
import { script } from './support/script.js';
import { useLockDirectory } from './support/scratch.js';

const isRoot = process.geteuid?.() === 0;
const needsRoot = 'needs root';
if (!isRoot)
  console.warn('Not run, because this user is not root: what another user, and a full disk, can do.');

/** This process's descriptors that are open on a file. */
function descriptorsOf(file: string): number[] {
  return fs
    .readdirSync('/proc/self/fd')
    .filter((fd) => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`) === file;
      } catch {
        return false; // closed meanwhile, as the one that listed the folder
      }
    })
    .map(Number);
}

describe.each(engines)('what can be wrong with a lock file, engine %s', (engine) => {
  const directory = useLockDirectory(engine);
  const fileOf = (name: string) => path.join(directory.path, lockFileName(name));

  async function refused(name: string, code: string, advice: string): Promise<void> {
    const attempt = new CombinedLock(name).request(() => 1);
    await expect(attempt).rejects.toThrow(LockFileError);
    await expect(attempt).rejects.toMatchObject({
      lock: name,
      file: fileOf(name),
      cause: { code },
      message: expect.stringContaining(advice) as string,
    });
    fs.rmSync(fileOf(name));
    expect(await new CombinedLock(name).request(() => 'works again')).toBe('works again');
  }

  it('a hard link: the counters would go into someone’s file', async () => {
    const victim = path.join(directory.path, 'victim');
    fs.writeFileSync(victim, 'precious', { mode: 0o600 });
    fs.linkSync(victim, fileOf('hard link'));
    await refused('hard link', 'EMLINK', 'second name');
    expect(fs.readFileSync(victim, 'utf8')).toBe('precious');
  });

  it('a FIFO', async () => {
    execFileSync('mkfifo', ['-m', '600', fileOf('fifo')]);
    await refused('fifo', 'EINVAL', 'not a regular file');
  });

  it('a directory', async () => {
    fs.mkdirSync(fileOf('directory'));
    const attempt = new CombinedLock('directory').request(() => 1);
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_LOCK_FILE', cause: { code: 'EISDIR' } });
  });

  it.runIf(isRoot)(`another owner (${needsRoot})`, async () => {
    fs.writeFileSync(fileOf('foreign'), '', { mode: 0o600 });
    fs.chownSync(fileOf('foreign'), 65534, 65534);
    await refused('foreign', 'EPERM', 'another user');
  });

  it('a loose mode, which is tightened', async () => {
    fs.writeFileSync(fileOf('loose'), '');
    fs.chmodSync(fileOf('loose'), 0o666);
    await new CombinedLock('loose').request(() => undefined);
    expect(fs.statSync(fileOf('loose')).mode & 0o7777).toBe(0o600);
  });

  it('a descriptor that something in the process closes: the release says so, and the lock goes on', async () => {
    const lock = new CombinedLock('closed');
    const grant = await lock.acquire();
    for (const fd of descriptorsOf(fileOf('closed'))) fs.closeSync(fd);
    await expect(grant.release()).rejects.toThrow(LockReleaseError);
    await expect(lock.request(() => 'next')).resolves.toBe('next');
    const work = lock.request(() => {
      for (const fd of descriptorsOf(fileOf('closed'))) fs.closeSync(fd);
    });
    await expect(work).rejects.toMatchObject({ code: 'ERR_LOCK_RELEASE', cause: { code: 'EBADF' } });
    await using peer = new ProcessPeer();
    await lock.request(async () => {
      expect(await peer.call('available', { name: 'closed' })).toBe(false);
    });
  });

  it('too many open files: an error that says so, and the lock works again after', async () => {
    const said = await script(
      `
      import { openSync, closeSync } from 'node:fs';
      import { CombinedLock } from 'lockkit';
      await new CombinedLock('before').request(() => undefined);
      const fds = [];
      try { for (;;) fds.push(openSync('/dev/null')); } catch {}
      // The one descriptor that is kept for the next time makes room for one lock; a second one has none.
      const first = await new CombinedLock('first').acquire().catch((error) => error);
      const second = await new CombinedLock('second').acquire().catch((error) => error);
      console.log([first, second].map(({ code, cause }) => [code, cause?.code].join(' ')).join(', '));
      for (const fd of fds) closeSync(fd);
      console.log(await new CombinedLock('second').request(() => 'again'));
    `,
      { shell: 'ulimit -n 100' },
    );
    expect(said).toMatch(/ERR_LOCK_FILE EMFILE\nagain$/);
  });

  it('removal while it is held: the signal says so, and who waited takes the new file', async () => {
    await using waiting = new ProcessPeer();
    const lock = new CombinedLock('removed');
    const [lost, end] = [deferred<unknown>(), deferred()];
    const holder = lock.request(async ({ signal }) => {
      signal.addEventListener('abort', () => {
        lost.resolve(signal.reason);
      });
      fs.unlinkSync(fileOf('removed'));
      await end.promise;
    });
    expect(await lost.promise).toMatchObject({ code: 'ERR_LOCK_LOST', lock: 'removed' });
    end.resolve();
    await holder;
    await lock.request(async () => {
      expect(await waiting.call('available', { name: 'removed' })).toBe(false);
      expect(fs.existsSync(fileOf('removed'))).toBe(true);
    });
  });

  it('nothing: a child that goes on running has no part of a lock', async () => {
    const lock = new CombinedLock('child');
    const grant = await lock.acquire();
    const child = spawn('sh', ['-c', 'ls -l /proc/self/fd/; echo running; read line'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let listing = '';
    child.stdout.setEncoding('utf8');
    for await (const text of child.stdout) {
      listing += text as string;
      if (listing.includes('running')) break;
    }
    expect(listing).not.toContain(directory.path);
    await grant.release();
    await using peer = new ProcessPeer();
    expect(await peer.call('available', { name: 'child' })).toBe(true);
    child.kill();
    await once(child, 'exit');
  });
});

describe.each(engines)('what can be wrong with the directory, engine %s', (engine) => {
  const directory = useLockDirectory(engine);

  async function reasonOf(): Promise<unknown> {
    return new CombinedLock('reason').request(() => 'granted').catch((error: unknown) => error);
  }

  it.runIf(isRoot)(`a full disk (${needsRoot})`, async () => {
    const place = path.join(directory.path, 'small');
    fs.mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=8,mode=700', 'tmpfs', place]);
    try {
      process.env.LOCKKIT_DIR = place;
      let files = 0;
      try {
        for (; files < 20; files++) fs.writeFileSync(path.join(place, `filler-${files}`), '');
      } catch {
        expect(files).toBeGreaterThan(0);
      }
      expect(await reasonOf()).toMatchObject({
        code: 'ERR_LOCK_FILE',
        cause: { code: 'ENOSPC' },
        message: expect.stringContaining('LOCKKIT_DIR') as string,
      });
      fs.rmSync(path.join(place, 'filler-0'));
      fs.rmSync(path.join(place, 'filler-1'));
      expect(await reasonOf()).toBe('granted');
    } finally {
      execFileSync('umount', ['-l', place]);
    }
  });

  it.runIf(isRoot)(`no room for a fencing token (${needsRoot})`, async () => {
    const place = path.join(directory.path, 'no room');
    fs.mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,mode=700', 'tmpfs', place]);
    try {
      process.env.LOCKKIT_DIR = place;
      fs.writeFileSync(path.join(place, 'filler'), '');
      const fill = () => {
        fs.appendFileSync(path.join(place, 'filler'), Buffer.alloc(4096));
      };
      expect(() => {
        for (;;) fill();
      }).toThrow('ENOSPC');
      await new CombinedLock('no room').request((grant) => {
        expect(() => grant.token).toThrow(LockFileError);
        expect(() => grant.token).toThrow(/ENOSPC.*LOCKKIT_DIR/);
      });
    } finally {
      execFileSync('umount', ['-l', place]);
    }
  });

  it.runIf(isRoot)(`a read-only file system (${needsRoot})`, async () => {
    const place = path.join(directory.path, 'read-only');
    fs.mkdirSync(place);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,mode=700', 'tmpfs', place]);
    try {
      process.env.LOCKKIT_DIR = place;
      expect(await reasonOf()).toMatchObject({ code: 'ERR_LOCK_FILE', cause: { code: 'EROFS' } });
      process.env.LOCKKIT_DIR = path.join(place, 'deeper');
      expect(await reasonOf()).toMatchObject({ code: 'ERR_LOCK_DIRECTORY', cause: { code: 'EROFS' } });
    } finally {
      execFileSync('umount', ['-l', place]);
    }
  });

  it('a place that no directory can be made in', async () => {
    fs.writeFileSync(path.join(directory.path, 'file'), '');
    process.env.LOCKKIT_DIR = path.join(directory.path, 'file', 'locks');
    expect(await reasonOf()).toMatchObject({ code: 'ERR_LOCK_DIRECTORY', cause: { code: 'ENOTDIR' } });
  });

  it.runIf(isRoot)(`another user’s, seen by that other user and by root (${needsRoot})`, async () => {
    const place = path.join(directory.path, 'foreign');
    fs.chmodSync(directory.path, 0o711);
    fs.mkdirSync(place, { mode: 0o700 });
    process.env.LOCKKIT_DIR = place;
    const asNobody = await script(
      `process.setgid(65534); process.setuid(65534);
       const { CombinedLock } = await import('lockkit');
       await new CombinedLock('x').request(() => 1).catch((error) => console.log(error.code, error.message));`,
    );
    expect(asNobody).toMatch(/^ERR_LOCK_DIRECTORY .*belongs to user 0, and this process runs as 65534/);
    fs.chownSync(place, 65534, 65534);
    expect(await reasonOf()).toMatchObject({ code: 'ERR_LOCK_DIRECTORY' });
  });
});

describe('a file system that cannot lock', () => {
  const directory = useLockDirectory('native');

  it.each([
    ['37', 'ENOLCK'], // no locks available
    ['95', 'EOPNOTSUPP'],
    ['38', 'ENOSYS'],
    ['0', 'does not exclude'], // says yes to everybody
  ])('is refused with what to do, errno %s', async (errno, expected) => {
    const shim = path.join(directory.path, 'no-flock.so');
    const source = fileURLToPath(new URL('programs/no-flock.c', import.meta.url));
    execFileSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', source, '-o', shim]);
    const said = await script(
      `const { CombinedLock } = await import('lockkit');
       const lock = new CombinedLock('x');
       for (let i = 0; i < 2; i++)
         await lock.request(() => 1).catch(({ code, message, cause }) => console.log(code, cause.code, message));`,
      { environment: { LD_PRELOAD: shim, NO_FLOCK: errno } },
    );
    for (const line of said.split('\n')) {
      expect(line).toMatch(/^ERR_LOCK_ENGINE /);
      expect(line).toContain(expected);
      expect(line).toContain('Set LOCKKIT_DIR to a directory on a local file system');
    }
    expect(said.split('\n')).toHaveLength(2);
  });
});
