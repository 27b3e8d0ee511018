// `npm run bench:analysis [-- --rounds N] [-- --write] [DIRECTORY…]`: what a check costs, beside peers that read the same files in
// the same run. Ratios are what counts: the machine's speed is in both.
import { spawnSync } from 'node:child_process';
import { cpus, tmpdir } from 'node:os';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { Project } from '../../../server/dist/project/index.js';
import { measureEdits } from './edits.mjs';
import { reportOf } from './report.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, write: { type: 'boolean', default: false } },
});
const rounds = Number(options.rounds);
const here = import.meta.dirname;
const ROOT = path.resolve(here, '../../..');
const CLI = path.join(ROOT, 'dist/cli.cjs');
const OUTPUT = path.join(ROOT, 'docs/benchmarks');
const PYTHON = process.env.LOCKKIT_PYTHON ?? 'python3';
const scratch = mkdtempSync(path.join(tmpdir(), 'lockkit-bench-'));

/**
 * @typedef {import('./cost.mjs').Cost} Cost
 * @typedef {'typescript' | 'javascript' | 'javascript without shared state' | 'python' | 'named'} Kind
 * @typedef {{ kind: Kind, directory: string }} Corpus
 */

/**
 * Runs a program, and gives back what it has cost.
 * @param {readonly string[]} command
 * @param {{ cwd: string, script: boolean }} where `script` for a module of Node's
 * @returns {Cost}
 */
function costOf(command, { cwd, script }) {
  const into = path.join(scratch, 'cost.json');
  const [program, ...rest] = script
    ? [process.execPath, '--import', path.join(here, 'cost.mjs'), ...command]
    : command;
  const ended = spawnSync(program ?? '', rest, {
    cwd,
    env: { ...process.env, LOCKKIT_BENCH_COST: into },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  // 1: something was found.
  if (ended.error !== undefined || (ended.status !== 0 && ended.status !== 1))
    throw new Error(`${command.join(' ')} failed: ${ended.error?.message ?? ended.stderr.slice(-2000)}`);
  const cost = /** @type {Cost} */ (JSON.parse(readFileSync(into, 'utf8')));
  rmSync(into);
  return cost;
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** @param {readonly Cost[]} costs @returns {Cost} */
function medianOf(costs) {
  return {
    wallMs: median(costs.map(({ wallMs }) => wallMs)),
    cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
    peakMb: Math.max(...costs.map(({ peakMb }) => peakMb)),
  };
}

/** The cost of what every process of Node pays before it does anything. */
function costOfNode() {
  const empty = path.join(scratch, 'empty.mjs');
  writeFileSync(empty, '');
  return medianOf(Array.from({ length: rounds }, () => costOf([empty], { cwd: scratch, script: true })));
}

/** @param {Corpus} corpus */
async function measureCorpus({ kind, directory }) {
  const { files } = await new Project({ directory }).select([directory]);
  const list = path.join(scratch, 'files.json');
  writeFileSync(list, JSON.stringify(files));
  const cache = path.join(scratch, 'cache');
  /** @type {Record<'cold' | 'jobs' | 'warm' | 'peer', Cost[]>} */
  const costs = { cold: [], jobs: [], warm: [], peer: [] };
  const check = [CLI, 'check', '.', '--format', 'json'];
  /** @param {readonly string[]} more */
  const lockkit = (more) => costOf([...check, ...more], { cwd: directory, script: true });
  for (let round = 0; round < rounds; round++) {
    console.error(`Round ${String(round + 1)} of ${String(rounds)}: ${directory}`);
    rmSync(cache, { recursive: true, force: true });
    costs.cold.push(lockkit(['--no-cache', '--jobs', '1']));
    costs.jobs.push(lockkit(['--no-cache']));
    lockkit(['--cache-dir', cache]);
    costs.warm.push(lockkit(['--cache-dir', cache]));
    costs.peer.push(
      kind === 'python'
        ? costOf([PYTHON, path.join(here, 'parse.py'), list], { cwd: directory, script: false })
        : costOf([path.join(here, 'eslint.mjs'), list], { cwd: directory, script: true }),
    );
  }
  return {
    kind,
    directory,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    cold: medianOf(costs.cold),
    jobs: medianOf(costs.jobs),
    warm: medianOf(costs.warm),
    peer: medianOf(costs.peer),
  };
}

/** @param {Kind} kind @param {readonly string[]} directories @returns {Corpus[]} */
function corpora(kind, directories) {
  return directories
    .map((directory) => ({ kind, directory: path.resolve(ROOT, directory) }))
    .filter(({ directory }) => existsSync(directory));
}

/** Where Python's own library is. */
function pythonLibrary() {
  const asked = spawnSync(PYTHON, ['-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))'], {
    encoding: 'utf8',
  });
  return asked.status === 0
    ? [path.join(asked.stdout.trim(), 'asyncio'), path.join(asked.stdout.trim(), 'email')]
    : [];
}

const chosen =
  positionals.length > 0
    ? corpora('named', positionals)
    : [
        ...corpora('typescript', ['server/src', 'lockkit/src']),
        ...corpora('javascript', [
          'node_modules/vite/dist/node',
          'node_modules/undici/lib',
          'node_modules/eslint/lib',
        ]),
        ...corpora('javascript without shared state', ['node_modules/lodash', 'node_modules/zrender/lib']),
        ...corpora('python', pythonLibrary()),
      ];

try {
  const node = costOfNode();
  const measured = [];
  for (const corpus of chosen) measured.push(await measureCorpus(corpus));
  const edits = positionals.length > 0 ? [] : await measureEdits(scratch);
  const machine = `${cpus()[0]?.model ?? 'a processor'}, ${String(cpus().length)} cores, Node ${process.versions.node}`;
  const report = reportOf({ node, measured, edits, rounds, machine, root: ROOT });
  console.log(report);
  if (options.write) {
    mkdirSync(OUTPUT, { recursive: true });
    writeFileSync(path.join(OUTPUT, 'analysis.md'), report);
    console.log('Written to docs/benchmarks/analysis.md');
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
