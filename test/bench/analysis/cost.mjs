// Loaded into a process with `--import`: when it ends, writes what it has cost to the file that LOCKKIT_BENCH_COST names.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * @typedef {object} Cost
 * @property {number} wallMs from the start of the process
 * @property {number} cpuMs of all threads
 * @property {number} peakMb memory of the process at its largest, in MiB
 */

const into = process.env.LOCKKIT_BENCH_COST;
if (isMainThread && into !== undefined) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    /** @type {Cost} */
    const cost = {
      wallMs: process.uptime() * 1000,
      cpuMs: (user + system) / 1000,
      peakMb: process.resourceUsage().maxRSS / 1024,
    };
    writeFileSync(into, JSON.stringify(cost));
  });
}
