// The locks that the benchmark measures, each in the form that its documentation gives, set to wait as briskly as it can.
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as workerThreads from 'node:worker_threads';

/**
 * @typedef {object} Context
 * @property {string} name the lock's name, where a lock has one
 * @property {string} file a file that is there, for the locks that need one; of this peer's own
 *
 * @typedef {<T>(section: () => T | Promise<T>) => Promise<T>} Request runs the section under the lock
 *
 * @typedef {object} Peer
 * @property {string} id
 * @property {string} title
 * @property {('tasks' | 'threads' | 'processes')[]} span what it excludes, by its documentation and by what is counted here
 * @property {string} how how it is used here
 * @property {(context: Context) => Promise<Request | undefined>} open what one thread does once; undefined where it is not to be had
 */

/** Milliseconds between two tries, for the locks that can only ask again. */
const RETRY_MS = 1;

/** @param {unknown} error */
const isTaken = (error) => error instanceof Error && 'code' in error && error.code === 'EAGAIN';

/**
 * Takes flock on a descriptor without blocking the event loop, which leaves nothing but asking again.
 * @param {typeof import('lockkit/flock').flockSync} flock
 * @param {number} descriptor
 */
async function pollFlock(flock, descriptor) {
  for (;;) {
    try {
      flock(descriptor, 'exnb');
      return;
    } catch (error) {
      if (!isTaken(error)) throw error;
      await sleep(RETRY_MS);
    }
  }
}

/** @type {Peer[]} */
export const peers = [
  {
    id: 'lockkit',
    title: 'lockkit',
    span: ['tasks', 'threads', 'processes'],
    how: '`request`, as it comes',
    async open({ name }) {
      const { CombinedLock } = await import('lockkit');
      const lock = new CombinedLock(name);
      return (section) => lock.request(section);
    },
  },
  {
    id: 'by-hand',
    title: 'async-mutex + flock by hand',
    span: ['tasks', 'threads', 'processes'],
    how: 'a mutex in each thread, and under it flock on a descriptor of the thread, asked for every millisecond',
    async open({ file }) {
      const { Mutex } = await import('async-mutex');
      const { flockSync } = await import('lockkit/flock');
      const mutex = new Mutex();
      const descriptor = openSync(file, 'r+');
      return (section) =>
        mutex.runExclusive(async () => {
          await pollFlock(flockSync, descriptor);
          try {
            return await section();
          } finally {
            flockSync(descriptor, 'un');
          }
        });
    },
  },
  {
    id: 'flock',
    title: 'flock by hand',
    span: ['tasks', 'threads', 'processes'],
    how: 'an open file of its own for each acquire, asked for every millisecond',
    async open({ file }) {
      const { flockSync } = await import('lockkit/flock');
      return async (section) => {
        const descriptor = openSync(file, 'r+');
        try {
          await pollFlock(flockSync, descriptor);
          return await section();
        } finally {
          closeSync(descriptor);
        }
      };
    },
  },
  {
    id: 'fs-native-extensions',
    title: 'fs-native-extensions',
    span: ['tasks', 'threads', 'processes'],
    how: '`waitForLock` on an open file of its own for each acquire',
    async open({ file }) {
      const { default: extensions } = await import('fs-native-extensions');
      return async (section) => {
        const descriptor = openSync(file, 'r+');
        try {
          await extensions.waitForLock(descriptor);
          return await section();
        } finally {
          closeSync(descriptor);
        }
      };
    },
  },
  {
    id: 'fd-lock',
    title: 'fd-lock',
    span: ['tasks', 'threads', 'processes'],
    how: '`{ wait: true }` on an open file of its own for each acquire',
    async open({ file }) {
      const { default: FDLock } = await import('fd-lock');
      return async (section) => {
        const lock = new FDLock(openSync(file, 'r+'), { wait: true });
        await lock.ready();
        try {
          return await section();
        } finally {
          await lock.close();
        }
      };
    },
  },
  {
    id: 'proper-lockfile',
    title: 'proper-lockfile',
    span: ['tasks', 'threads', 'processes'],
    how: 'tries again after 1 to 5 ms, without end',
    async open({ file }) {
      const { default: lockfile } = await import('proper-lockfile');
      const retries = { forever: true, factor: 1, minTimeout: 1, maxTimeout: 5, randomize: true };
      return async (section) => {
        const release = await lockfile.lock(file, { retries });
        try {
          return await section();
        } finally {
          await release();
        }
      };
    },
  },
  {
    id: 'lockfile',
    title: 'lockfile',
    span: ['tasks', 'threads', 'processes'],
    how: '`wait` of an hour, `pollPeriod` of 1 ms',
    async open({ file }) {
      const { default: lockfile } = await import('lockfile');
      const path = `${file}.lockfile`;
      const options = { wait: 3_600_000, pollPeriod: RETRY_MS };
      return async (section) => {
        await new Promise((resolve, reject) => {
          lockfile.lock(path, options, (error) => {
            if (error) reject(error);
            else resolve(undefined);
          });
        });
        try {
          return await section();
        } finally {
          await new Promise((resolve, reject) => {
            lockfile.unlock(path, (error) => {
              if (error) reject(error);
              else resolve(undefined);
            });
          });
        }
      };
    },
  },
  {
    id: 'web-locks',
    title: 'Web Locks',
    span: ['tasks', 'threads'],
    how: '`request`, where Node has them (from 24.5)',
    open({ name }) {
      const locks =
        /** @type {{ locks?: { request: (name: string, section: () => unknown) => Promise<never> } }} */ (
          workerThreads
        ).locks;
      return Promise.resolve(locks && ((section) => locks.request(name, section)));
    },
  },
  {
    id: 'async-mutex',
    title: 'async-mutex',
    span: ['tasks'],
    how: '`runExclusive`',
    async open() {
      const { Mutex } = await import('async-mutex');
      const mutex = new Mutex();
      return async (section) => mutex.runExclusive(section);
    },
  },
  {
    id: 'async-lock',
    title: 'async-lock',
    span: ['tasks'],
    how: '`acquire` of one key',
    async open({ name }) {
      const { default: AsyncLock } = await import('async-lock');
      // Its default refuses more than 1000 in the queue, which no task here comes near.
      const lock = new AsyncLock();
      return (section) => lock.acquire(name, section);
    },
  },
];

/** @param {string} id */
export function peerOf(id) {
  const peer = peers.find((one) => one.id === id);
  if (peer === undefined)
    throw new Error(`There is no lock "${id}". There are: ${peers.map((one) => one.id).join(', ')}.`);
  return peer;
}
