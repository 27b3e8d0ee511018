// Counts in a file from the workers of a cluster, or from forked children, as process managers start them.
import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { readFileSync, writeFileSync } from 'node:fs';

import { CombinedLock } from 'lockkit';

const [, self, how, file, workers, times] = process.argv;

async function count() {
  const lock = new CombinedLock('clustered');
  for (let i = 0; i < Number(times); i++) {
    await lock.request(async () => {
      const value = Number(readFileSync(file, 'utf8'));
      await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(file, String(value + 1));
    });
  }
  process.send?.('counted');
  process.disconnect?.();
}

if (how === 'child' || cluster.isWorker) {
  await count();
} else {
  // The primary holds the lock once itself before it forks: nothing of that may reach the children.
  await new CombinedLock('clustered').request(() => undefined);
  let counted = 0;
  for (let i = 0; i < Number(workers); i++) {
    const child =
      how === 'cluster' ? cluster.fork() : fork(self, ['child', file, workers, times], { execArgv: [] });
    child.on('message', () => counted++);
    child.on('exit', () => {
      if (counted === Number(workers)) console.log(readFileSync(file, 'utf8'));
    });
  }
}
