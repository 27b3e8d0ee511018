// What a lock costs that nobody else wants: one task, nothing under the lock. `node uncontended.mjs PEER CONTEXT MILLISECONDS`
// prints operations a second. Besides the peers there are `bare-flock`, a lock and an unlock of flock(2) on one open file,
// which is the yardstick, and `lockkit-sync`, the runtime's form that may block.
import { openSync } from 'node:fs';

import { peerOf } from './peers.mjs';

const [id = '', contextJson = '{}', duration = '1000'] = process.argv.slice(2);
const context = /** @type {import('./peers.mjs').Context} */ (JSON.parse(contextJson));
/** Operations between two looks at the clock. */
const BATCH = 200;

/** @returns {Promise<() => unknown>} one batch; a promise where the lock's form is asynchronous */
async function batchOf() {
  if (id === 'bare-flock') {
    const { flockSync } = await import('lockkit/flock');
    const descriptor = openSync(context.file, 'r+');
    return () => {
      for (let i = 0; i < BATCH; i++) {
        flockSync(descriptor, 'exnb');
        flockSync(descriptor, 'un');
      }
    };
  }
  if (id === 'lockkit-sync') {
    const { CombinedLock } = await import('lockkit');
    const lock = new CombinedLock(context.name);
    return () => {
      for (let i = 0; i < BATCH; i++) lock.acquireSync().release();
    };
  }
  const request = await peerOf(id).open(context);
  if (request === undefined) {
    console.log('null');
    process.exit(0);
  }
  const section = () => undefined;
  return async () => {
    for (let i = 0; i < BATCH; i++) await request(section);
  };
}

/** @param {() => unknown} batch @param {number} milliseconds */
async function operationsPerSecond(batch, milliseconds) {
  const began = performance.now();
  let operations = 0;
  do {
    await batch();
    operations += BATCH;
  } while (performance.now() < began + milliseconds);
  return (operations / (performance.now() - began)) * 1000;
}

const batch = await batchOf();
// The first part lets the compiler do its work.
await operationsPerSecond(batch, Number(duration) / 4);
console.log(String(await operationsPerSecond(batch, Number(duration))));
process.exit(0);
