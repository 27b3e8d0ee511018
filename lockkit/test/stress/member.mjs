// One process of the stress test: threads of tasks that take one lock in every way there is, without end, until they are killed
// or told to stop. `node member.mjs NAME JOURNAL COUNTER THREADS TASKS`. On its standard input: `terminate` ends a thread in the
// middle of whatever it does and starts another; `stop` lets all come to their end. Prints `terminated pid.thread` before it
// does, and at the end a line of JSON with how its requests ended.
import { openSync, readSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';

import { CombinedLock } from 'lockkit';

const random = (below) => Math.floor(Math.random() * below);

function runThread({ name, journal, counter, tasks }) {
  const lock = new CombinedLock(name);
  // O_APPEND: the kernel puts each line at the end as a whole, whoever else writes.
  const journalFile = openSync(journal, 'a');
  const counterFile = openSync(counter, 'r+');
  const number = new Int32Array(1);
  const outcomes = {};
  let lastToken = 0n;
  let stopped = false;
  parentPort.on('message', () => {
    stopped = true;
  });

  async function section(who, grant) {
    const write = (line) => writeSync(journalFile, `${line}\n`);
    write(`enter ${who}`);
    if (random(8) === 0) {
      const token = grant.token;
      if (token <= lastToken) throw new Error(`token ${token} after ${lastToken}`);
      lastToken = token;
    }
    readSync(counterFile, number, 0, 4, 0);
    const next = number[0] + 1;
    if (random(3) === 0) await sleep(random(3));
    number[0] = next;
    writeSync(counterFile, number, 0, 4, 0);
    write(`wrote ${who} ${next}`);
    if (random(6) === 0) await sleep(0);
    write(`leave ${who}`);
  }

  const ways = [
    (who) => lock.request((grant) => section(who, grant)),
    (who) => lock.request({ timeout: random(20) }, (grant) => section(who, grant)),
    (who) => lock.request({ signal: AbortSignal.timeout(random(20)) }, (grant) => section(who, grant)),
    (who) => lock.request({ ifAvailable: true }, (grant) => grant && section(who, grant)),
    async (who) => {
      const grant = await lock.acquire({ timeout: 1 + random(50) });
      try {
        await section(who, grant);
      } finally {
        await grant.release();
        await grant.release();
      }
    },
    (who) =>
      lock.request(async (grant) => {
        await section(who, grant);
        throw new RangeError('on purpose');
      }),
  ];

  async function runTask(task) {
    const who = `${process.pid}.${threadId}.${task}`;
    while (!stopped) {
      let outcome = 'done';
      try {
        await ways[random(ways.length)](who);
      } catch (error) {
        outcome = error.name;
        if (
          !['LockTimeoutError', 'LockBusyError', 'TimeoutError', 'AbortError', 'RangeError'].includes(outcome)
        )
          throw error;
      }
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (random(4) === 0) await sleep(random(4));
    }
  }

  return Promise.all(Array.from({ length: tasks }, (_, task) => runTask(task))).then(() => outcomes);
}

if (isMainThread) {
  const [name, journal, counter, threads, tasks] = process.argv.slice(2);
  const job = { name, journal, counter, tasks: Number(tasks) };
  const outcomes = {};
  const workers = new Set();
  let running = 0;
  const start = () => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: job });
    workers.add(worker);
    running++;
    worker.on('message', (some) => {
      for (const [outcome, times] of Object.entries(some))
        outcomes[outcome] = (outcomes[outcome] ?? 0) + times;
    });
    worker.on('exit', () => {
      workers.delete(worker);
      running--;
      if (running === 0) {
        console.log(JSON.stringify(outcomes));
        process.exit(0);
      }
    });
  };
  for (let i = 0; i < Number(threads); i++) start();
  createInterface({ input: process.stdin }).on('line', (command) => {
    if (command === 'stop') {
      for (const worker of workers) worker.postMessage('stop');
      return;
    }
    const [worker] = workers;
    if (worker === undefined) return;
    workers.delete(worker);
    console.log(`terminated ${process.pid}.${worker.threadId}`);
    start();
    void worker.terminate();
  });
} else {
  const outcomes = await runThread(workerData);
  parentPort.postMessage(outcomes);
  parentPort.close();
}
