// One process of the crowd: starts threads, each with tasks that take the lock again and again until the time is up.
// `node crowd.mjs` with a job as JSON in its last argument; speaks to its parent by IPC: 'ready', then 'go', then the results.
import { openSync, readSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { peerOf } from './peers.mjs';

/**
 * @typedef {object} Job
 * @property {string} peer
 * @property {import('./peers.mjs').Context} context
 * @property {string} counter the file that all add to: one 32-bit number
 * @property {number} threads
 * @property {number} tasks in each thread
 * @property {number} workMs how long the section waits between its read and its write
 * @property {number} durationMs
 *
 * @typedef {object} TaskResult
 * @property {number} served how often it had the lock
 * @property {number[]} waits milliseconds from each request to its grant
 * @property {number} heldMs in total
 *
 * @typedef {object} CrowdResult
 * @property {TaskResult[]} tasks
 * @property {number} cpuMs that the process used from `go` to the end
 */

/**
 * @param {import('./peers.mjs').Request} request
 * @param {Job} job
 * @param {number} end
 * @returns {Promise<TaskResult>}
 */
async function runTask(request, job, end) {
  const counter = openSync(job.counter, 'r+');
  const count = new Int32Array(1);
  const result = { served: 0, waits: /** @type {number[]} */ ([]), heldMs: 0 };
  while (performance.now() < end) {
    const asked = performance.now();
    await request(async () => {
      const granted = performance.now();
      result.waits.push(granted - asked);
      readSync(counter, count, 0, 4, 0);
      if (job.workMs > 0) await sleep(job.workMs);
      count[0] = Number(count[0]) + 1;
      writeSync(counter, count, 0, 4, 0);
      result.served++;
      result.heldMs += performance.now() - granted;
    });
  }
  return result;
}

async function thread() {
  const job = /** @type {Job} */ (workerData);
  const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
  const request = await peerOf(job.peer).open(job.context);
  if (request === undefined) throw new Error(`${job.peer} is not to be had in this Node.`);
  port.postMessage('ready');
  await new Promise((resolve) => port.once('message', resolve));
  const end = performance.now() + job.durationMs;
  port.postMessage(await Promise.all(Array.from({ length: job.tasks }, () => runTask(request, job, end))));
  // Some locks leave something open, such as a timer.
  process.exit(0);
}

async function main() {
  const job = /** @type {Job} */ (JSON.parse(process.argv[2] ?? '{}'));
  const workers = Array.from({ length: job.threads }, () => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: job });
    worker.on('error', (error) => {
      throw error;
    });
    return worker;
  });
  /** @param {Worker} worker @returns {Promise<unknown>} */
  const message = (worker) => new Promise((resolve) => worker.once('message', resolve));
  await Promise.all(workers.map(message));
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  const before = process.cpuUsage();
  const results = workers.map(message);
  for (const worker of workers) worker.postMessage('go');
  const tasks = /** @type {TaskResult[][]} */ (await Promise.all(results)).flat();
  const { user, system } = process.cpuUsage(before);
  /** @type {CrowdResult} */
  const result = { tasks, cpuMs: (user + system) / 1000 };
  process.send?.(result, undefined, undefined, () => {
    process.exit(0);
  });
}

await (isMainThread ? main() : thread());
