import { readdirSync } from 'node:fs';

import { expect, test } from 'vitest';

import { runSeed, type SeedReport } from '../src/scenario/seed/index.js';
import { Playground } from './cli-support.js';

const leftOvers = () => readdirSync('/tmp').filter((name) => name.startsWith('lockkit-seed-'));

/** Several minutes of patience: eight starts of uWSGI with four processes each, on a machine that does other things too. */
const PATIENCE_MS = 300_000;

test(
  'under real uWSGI, Flask and Redis each lock loses what the post and the kernel say, and nothing is left behind',
  async () => {
    const report = await runSeed({ processes: 4, threads: 4, iterations: 20 });
    const results = new Map(report.results.map((result) => [result.lock, result]));
    for (const lock of ['none', 'threading', 'multiprocessing']) {
      expect(results.get(lock), lock).toMatchObject({ expected: 320, broken: 0, stuck: false });
      expect(results.get(lock)?.lost, lock).toBeGreaterThan(0);
    }
    // A lock that breaks may break an update by an exception instead of losing it.
    const posted = results.get('flock-posted');
    expect((posted?.lost ?? 0) + (posted?.broken ?? 0)).toBeGreaterThan(0);
    expect(results.get('flock-kept')).toMatchObject({ stuck: true });
    for (const lock of ['flock-own', 'combined-posted', 'lockkit']) {
      expect(results.get(lock), lock).toMatchObject({ counted: 320, lost: 0, broken: 0, stuck: false });
      // All workers took part, or the count would say nothing.
      expect(results.get(lock)?.byProcess, lock).toHaveLength(4);
    }
    expect(leftOvers()).toEqual([]);
  },
  PATIENCE_MS,
);

test('ends when it is told to, and leaves nothing behind', async () => {
  const stop = new AbortController();
  const enough = () => {
    stop.abort(new Error('enough'));
  };
  const running = runSeed({}, () => setTimeout(enough, 1_500), stop.signal);
  await expect(running).rejects.toThrow('enough');
  expect(leftOvers()).toEqual([]);
});

test.each([
  [['seed', 'combined'], /"seed" is an experiment of its own/],
  [['seed', '--tasks', '2'], /leave out --redis and --tasks/],
  [['seed', '--processes', '99'], /processes must be a whole number from 1 to 16; it is 99/],
])('%j cannot run, and says why', async (args, message) => {
  const ground = new Playground();
  try {
    const { code, stderr } = await ground.lockkit(['scenario', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  } finally {
    ground.remove();
  }
});

test('the report says as JSON what it says as text', async () => {
  const { formatSeed } = await import('../src/scenario/seed/index.js');
  const report: SeedReport = {
    scenario: 'seed',
    processes: 2,
    threads: 1,
    requests: 2,
    iterations: 5,
    windowMs: 5,
    results: [
      {
        lock: 'flock-posted',
        title: 'FLock',
        span: ['processes'],
        expected: 10,
        counted: 3,
        lost: 6,
        broken: 1,
        exception: "ValueError('I/O operation on closed file')",
        stuck: false,
        seconds: 1.25,
        byProcess: [5, 4],
        post: '"it cannot lock threads"',
        cause: 'the file is closed too early',
      },
    ],
  };
  expect(JSON.parse(formatSeed(report, 'json'))).toEqual(report);
  const text = formatSeed(report, 'text');
  expect(text).toMatch(/^FLock +10 +3 +6 +1 +1\.25 +5 4$/m);
  expect(text).toContain(
    'FLock: The post: "it cannot lock threads". Why: the file is closed too early. Some updates end in ValueError',
  );
});
