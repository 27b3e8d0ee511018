// `npm run bench:lock [-- --rounds 5 --seconds 2 --peers lockkit,by-hand --write]`: measures the runtime and its peers in one
// run, round by round, and prints the medians; `--write` puts them into docs/benchmarks/. Compare the rows of one run: machines
// differ, and are noisy.
import { execFileSync, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { peers } from './peers.mjs';
import { reportOf } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    peers: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const durationMs = Number(options.seconds) * 1000;
const chosen = options.peers?.split(',') ?? ['bare-flock', 'lockkit-sync', ...peers.map(({ id }) => id)];

/** The shape of the web counter that it all began with: 4 processes of 4 threads, here with 2 tasks in each thread. */
const CROWD = { processes: 4, threads: 4, tasks: 2 };

const here = import.meta.dirname;
const OUTPUT = path.join(here, '..', '..', '..', 'docs', 'benchmarks');
const scratch = mkdtempSync(path.join(tmpdir(), 'lockkit-bench-'));
process.env.LOCKKIT_DIR = path.join(scratch, 'locks');

let contexts = 0;
function newContext() {
  const file = path.join(scratch, `file-${String(contexts++)}`);
  writeFileSync(file, '');
  return { name: path.basename(file), file };
}

/** @param {string} id */
function measureAlone(id) {
  const output = execFileSync(
    process.execPath,
    [path.join(here, 'uncontended.mjs'), id, JSON.stringify(newContext()), String(durationMs / 2)],
    { encoding: 'utf8' },
  );
  const opsPerSecond = /** @type {number | null} */ (JSON.parse(output));
  return opsPerSecond === null ? undefined : { opsPerSecond };
}

/**
 * @param {string} id
 * @param {number} workMs
 */
async function measureCrowd(id, workMs) {
  const context = newContext();
  const counter = `${context.file}.count`;
  writeFileSync(counter, new Int32Array(1));
  /** @type {import('./crowd.mjs').Job} */
  const job = { peer: id, context, counter, threads: CROWD.threads, tasks: CROWD.tasks, workMs, durationMs };
  const members = Array.from({ length: CROWD.processes }, () =>
    fork(path.join(here, 'crowd.mjs'), [JSON.stringify(job)]),
  );
  /** @param {import('node:child_process').ChildProcess} member @returns {Promise<unknown>} */
  const message = (member) =>
    new Promise((resolve, reject) => {
      member.once('message', resolve);
      // Not at its 'exit', which may come before the last message has been read.
      member.once('close', (code) => {
        reject(new Error(`A process of the crowd of ${id} ended with ${String(code)}.`));
      });
    });
  await Promise.all(members.map(message));
  const began = performance.now();
  const ends = members.map(message);
  for (const member of members) member.send('go');
  const results = /** @type {import('./crowd.mjs').CrowdResult[]} */ (await Promise.all(ends));
  const seconds = (performance.now() - began) / 1000;

  const tasks = results.flatMap((result) => result.tasks);
  const served = tasks.map((task) => task.served);
  const total = sum(served);
  const waits = Float64Array.from(tasks.flatMap((task) => task.waits)).sort();
  const counted = new Int32Array(new Uint8Array(readFileSync(counter)).buffer)[0] ?? 0;
  const holdMs = sum(tasks.map((task) => task.heldMs)) / total;
  return {
    total,
    lost: total - counted,
    opsPerSecond: total / seconds,
    holdMs,
    waitP50: waits[Math.floor(waits.length * 0.5)] ?? NaN,
    waitP99: waits[Math.floor(waits.length * 0.99)] ?? NaN,
    waitMax: waits.at(-1) ?? NaN,
    /** The longest wait over that of a perfect queue: everyone else once. */
    overIdeal: (waits.at(-1) ?? NaN) / ((tasks.length - 1) * holdMs),
    share: Math.min(...served) / Math.max(...served),
    cpuPercent: (sum(results.map((result) => result.cpuMs)) / (seconds * 1000)) * 100,
    cpuMsPerOp: sum(results.map((result) => result.cpuMs)) / total,
  };
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/**
 * The rounds of one measurement by lock, medians figure by figure; `lost` is that of all rounds together.
 * @template {Record<string, number>} T
 * @param {T[]} samples
 * @returns {T}
 */
function median(samples) {
  const [first] = samples;
  if (first === undefined) throw new Error('Nothing was measured.');
  const entries = Object.keys(first).map((key) => {
    const values = samples.map((sample) => Number(sample[key])).sort((a, b) => a - b);
    return [key, key === 'lost' ? sum(values) : values[Math.floor(values.length / 2)]];
  });
  return Object.fromEntries(entries);
}

try {
  /** @type {Map<string, { alone: { opsPerSecond: number }[], busy: import('./report.mjs').Crowd[], idle: import('./report.mjs').Crowd[] }>} */
  const samples = new Map(chosen.map((id) => [id, { alone: [], busy: [], idle: [] }]));
  for (let round = 0; round < rounds; round++) {
    // Each round starts with another one, so that no lock always has the machine at the same temperature.
    const order = [...chosen.slice(round % chosen.length), ...chosen.slice(0, round % chosen.length)];
    for (const id of order) {
      console.error(`Round ${String(round + 1)} of ${String(rounds)}: ${id}`);
      const into = samples.get(id);
      const alone = measureAlone(id);
      if (alone === undefined || into === undefined) continue;
      into.alone.push(alone);
      if (id === 'bare-flock' || id === 'lockkit-sync') continue;
      into.busy.push(await measureCrowd(id, 1));
      into.idle.push(await measureCrowd(id, 0));
    }
  }
  /** @type {import('./report.mjs').Row[]} */
  const rows = [...samples].map(([id, { alone, busy, idle }]) => ({
    id,
    ...(alone.length > 0 && { alone: median(alone) }),
    ...(busy.length > 0 && { busy: median(busy), idle: median(idle) }),
  }));
  const report = reportOf(rows, { rounds, durationMs, ...CROWD });
  console.log(report.text);
  if (options.write) {
    mkdirSync(OUTPUT, { recursive: true });
    for (const [name, text] of Object.entries(report.files)) writeFileSync(path.join(OUTPUT, name), text);
    console.log(`Written to docs/benchmarks/: ${Object.keys(report.files).join(', ')}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
