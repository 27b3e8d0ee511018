import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import type { OpeningFiles } from './opening.js';
import { digits } from './stores/file-store.js';
import { openStore } from './stores/open-store.js';
import type { StoreAddress } from './stores/store.js';

/** The private temporary directory, and the counter, of one lock's run. */
export class Workplace {
  private constructor(
    readonly directory: string,
    readonly store: StoreAddress,
    readonly lockFile: string,
    readonly opening: OpeningFiles,
    /** For `LOCKKIT_DIR`: the lock files of CombinedLock, which are never removed, go with this directory. */
    readonly lockDirectory: string,
  ) {}

  /**
   * Makes the directory, and sets the counter to 0.
   *
   * @throws ScenarioError when the Redis server cannot be reached
   */
  static async make(redisUrl: string | undefined): Promise<Workplace> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'lockkit-scenario-'));
    const inside = (name: string) => path.join(directory, name);
    const store: StoreAddress =
      redisUrl === undefined
        ? { kind: 'file', file: inside('counter') }
        : { kind: 'redis', url: redisUrl, key: `lockkit:scenario:${randomBytes(8).toString('hex')}` };
    const opening = { asked: inside('asked'), entered: inside('entered') };
    try {
      await writeFile(inside('lock'), '');
      await reset(store);
    } catch (error) {
      await removeDirectory(directory);
      throw error;
    }
    return new Workplace(directory, store, inside('lock'), opening, inside('locks'));
  }

  async count(): Promise<number> {
    const store = await openStore(this.store);
    try {
      return await store.read();
    } finally {
      await store.close();
    }
  }

  /** Removes everything that the run made. To be called when no process of it is left. */
  async remove(): Promise<void> {
    await removeDirectory(this.directory);
    if (this.store.kind === 'redis') await removeKey(this.store.url, this.store.key);
  }
}

async function reset(address: StoreAddress): Promise<void> {
  if (address.kind === 'file') {
    await writeFile(address.file, digits(0));
    return;
  }
  const store = await openStore(address);
  await store.write(0);
  await store.close();
}

async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

async function removeKey(url: string, key: string): Promise<void> {
  const { RedisStore } = await import('./stores/redis-store.js');
  // A server that went away during the run cannot be reached; the run has failed for that reason, and the key has a
  // time to live.
  const store = await RedisStore.open(url, key).catch(() => undefined);
  await store?.remove();
  store?.close();
}
