// A process or a worker thread that does with locks what it is told, one JSON message at a time (test/support/peer.ts).
import { readFileSync, writeFileSync, closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

import { CombinedLock } from 'lockkit';
import { flockSync } from 'lockkit/flock';

const grants = new Map();
const descriptors = new Map();
const waiting = new Map();

const commands = {
  async acquire({ name, timeout, mode, handover, as = name }) {
    const withdrawal = new AbortController();
    waiting.set(as, withdrawal);
    const { signal } = withdrawal;
    grants.set(as, await new CombinedLock(name, { handover }).acquire({ timeout, mode, signal }));
    return true;
  },
  acquireSync({ name, timeout, mode, as = name }) {
    grants.set(as, new CombinedLock(name).acquireSync({ timeout, mode }));
    return true;
  },
  abort({ as }) {
    waiting.get(as).abort();
    return true;
  },
  async release({ name, as = name }) {
    await grants.get(as).release();
    return true;
  },
  token({ name, as = name }) {
    return String(grants.get(as).token);
  },
  available({ name, mode }) {
    return new CombinedLock(name).request({ ifAvailable: true, mode }, (grant) => grant !== null);
  },
  query({ name }) {
    return new CombinedLock(name).query();
  },
  // A read-modify-write with a pause in the middle: the witness that the lock excludes.
  async count({ name, file, tasks, times }) {
    const lock = new CombinedLock(name);
    const task = async () => {
      for (let i = 0; i < times; i++) {
        await lock.request(async () => {
          const value = Number(readFileSync(file, 'utf8'));
          await sleep(1);
          writeFileSync(file, String(value + 1));
        });
      }
    };
    await Promise.all(Array.from({ length: tasks }, task));
    return tasks * times;
  },
  async countInThreads({ threads, ...work }) {
    const counts = await Promise.all(
      Array.from({ length: threads }, async () => {
        const worker = new Worker(new URL(import.meta.url));
        const counted = await new Promise((resolve, reject) => {
          worker.on('error', reject);
          worker.on('message', (answer) =>
            answer.error === undefined ? resolve(answer.value) : reject(answer.error),
          );
          worker.postMessage({ id: 0, command: 'count', ...work });
        });
        await worker.terminate();
        return counted;
      }),
    );
    return counts;
  },
  // Has a thread queue for a lock that is held elsewhere, and terminates it there.
  async queueInThread({ name }) {
    const worker = new Worker(new URL(import.meta.url));
    const answered = new Promise((resolve) => worker.on('message', resolve));
    worker.postMessage({ id: 0, command: 'acquire', name });
    worker.postMessage({ id: 1, command: 'threads' });
    await answered;
    await worker.terminate();
    return true;
  },
  open({ file, as }) {
    descriptors.set(as, openSync(file, 'r'));
    return true;
  },
  flock({ as, operation }) {
    flockSync(descriptors.get(as), operation);
    return true;
  },
  close({ as }) {
    closeSync(descriptors.get(as));
    return true;
  },
  threads() {
    return readFileSync('/proc/self/status', 'utf8').match(/Threads:\s*(\d+)/)[1];
  },
  exit({ code }) {
    process.exit(code);
  },
};

async function answer({ id, command, ...request }) {
  try {
    return { id, value: await commands[command](request) };
  } catch (error) {
    return { id, error: { name: error.name, code: error.code, message: error.message } };
  }
}

if (isMainThread) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    answer(JSON.parse(line)).then((reply) => process.stdout.write(JSON.stringify(reply) + '\n'));
  });
} else {
  parentPort.on('message', (message) => {
    answer(message).then((reply) => parentPort.postMessage(reply));
  });
}
