/** A worker thread of the experiment: its tasks count together, each one update after the other. */
import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

import { type Guard, guardOf } from './guards.js';
import type { FromThread, ThreadData } from './messages.js';
import { monotonicMs, Opening } from './opening.js';
import { openStore } from './stores/open-store.js';
import type { Store } from './stores/store.js';

async function run(port: NonNullable<typeof parentPort>, data: ThreadData): Promise<void> {
  const { assignment } = data;
  const say = (message: FromThread) => {
    port.postMessage(message);
  };
  const store = await openStore(assignment.store);
  const guard = await guardOf(assignment.lock, data.guard);
  const threads = assignment.processes * assignment.threads;
  const opening = new Opening(assignment.opening, { threads, tasks: threads * assignment.tasks });

  say({ kind: 'ready' });
  await once(port, 'message');
  const began = monotonicMs();
  await Promise.all(Array.from({ length: assignment.tasks }, () => count(data, guard, store, opening)));
  say({ kind: 'finished', began: opening.over ?? began, ended: monotonicMs() });

  opening.close();
  await store.close();
  port.close();
}

async function count(data: ThreadData, guard: Guard, store: Store, opening: Opening): Promise<void> {
  const { iterations, windowMs } = data.assignment;
  const done = new Int32Array(data.done);
  for (let iteration = 0; iteration < iterations; iteration++) {
    opening.ask();
    await guard(async () => {
      const value = await store.read();
      if (iteration === 0) await opening.hold();
      await (windowMs === 0 ? nextTurn() : sleep(windowMs));
      await store.write(value + 1);
    });
    Atomics.add(done, data.thread - 1, 1);
  }
}

if (parentPort === null) throw new Error("This file is a worker thread's entry; it cannot be run by itself.");
// A rejection ends the thread, and is the `error` event of its Worker. No top-level await: a CommonJS bundle has none.
void run(parentPort, workerData as ThreadData);
