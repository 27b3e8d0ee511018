import { closeSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { flockSync } from 'lockkit/flock';
import { describe, expect, it } from 'vitest';

import { ProcessPeer, ThreadPeer } from './support/peer.js';
import { useLockDirectory } from './support/scratch.js';

// What the kernel does, and what Lockkit's own lock is built on: an open file description is the owner.
describe('flockSync', () => {
  const scratch = useLockDirectory();
  let used = 0;

  function newFile(): string {
    const file = path.join(scratch.path, `flock-${++used}`);
    writeFileSync(file, '');
    return file;
  }

  it('excludes another opening of the file in the same thread', () => {
    const file = newFile();
    const [first, second] = [openSync(file, 'r'), openSync(file, 'r')];
    flockSync(first, 'ex');
    expect(() => {
      flockSync(second, 'exnb');
    }).toThrow(expect.objectContaining({ code: 'EAGAIN', syscall: 'flock' }) as Error);
    flockSync(first, 'exnb'); // the owner is not excluded
    flockSync(first, 'un');
    flockSync(second, 'exnb');
    closeSync(first);
    closeSync(second);
  });

  it('shares among readers, and excludes writers from them', () => {
    const file = newFile();
    const [first, second, third] = [openSync(file, 'r'), openSync(file, 'r'), openSync(file, 'r')];
    flockSync(first, 'sh');
    flockSync(second, 'shnb');
    expect(() => {
      flockSync(third, 'exnb');
    }).toThrow(expect.objectContaining({ code: 'EAGAIN' }) as Error);
    for (const fd of [first, second, third]) closeSync(fd);
  });

  it('frees the lock when the last descriptor is closed', () => {
    const file = newFile();
    const [first, second] = [openSync(file, 'r'), openSync(file, 'r')];
    flockSync(first, 'ex');
    closeSync(first);
    flockSync(second, 'exnb');
    closeSync(second);
  });

  it('throws for a descriptor that is not open, and for an operation that is none', () => {
    expect(() => {
      flockSync(9999, 'exnb');
    }).toThrow(expect.objectContaining({ code: 'EBADF' }) as Error);
    expect(() => {
      flockSync(0, 'lock' as 'ex');
    }).toThrow(expect.objectContaining({ code: 'EINVAL' }) as Error);
  });

  it.each([
    ['a worker thread', () => new ThreadPeer()],
    ['another process', () => new ProcessPeer()],
  ])('excludes %s with an opening of its own, and lets it in after the release', async (_, newPeer) => {
    const file = newFile();
    await using peer = newPeer();
    const fd = openSync(file, 'r');
    flockSync(fd, 'ex');
    await peer.call('open', { file, as: 'own' });
    await expect(peer.call('flock', { as: 'own', operation: 'exnb' })).rejects.toMatchObject({
      code: 'EAGAIN',
    });
    flockSync(fd, 'un');
    expect(await peer.call('flock', { as: 'own', operation: 'ex' })).toBe(true);
    closeSync(fd);
  });
});
