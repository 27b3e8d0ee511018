import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { runScenario, type ScenarioEvent } from '../src/scenario/index.js';
import { checkReach } from '../src/scenario/run-lock.js';
import { type Bench, processesOf, setUpBench, temporaryFilesOf } from './scenario-support.js';

const WRONG = ['none', 'async-mutex', 'flock-shared'];
const SMALL = { processes: 2, threads: 2, tasks: 2, iterations: 4, windowMs: 1 };

let bench: Bench;
beforeAll(async () => {
  bench = await setUpBench();
});
afterAll(() => {
  bench.remove();
});
afterEach(() => {
  expect(processesOf(bench)).toEqual([]);
  expect(temporaryFilesOf(bench)).toEqual([]);
});

const ignore = () => undefined;

describe('the experiment', () => {
  test.each(Array.from({ length: 20 }, (_, run) => run + 1))(
    'run %i: three locks that lack a dimension lose updates, CombinedLock loses none',
    async () => {
      const report = await runScenario({ ...SMALL, entryDirectory: bench.entryDirectory }, ignore);
      expect(report.results.map((result) => result.lock)).toEqual([...WRONG, 'combined']);
      for (const result of report.results) {
        expect(result.expected).toBe(32);
        expect(result.lost).toBe(result.expected - result.counted);
        expect(result.stuck).toBe(false);
        if (WRONG.includes(result.lock)) expect(result.lost, result.lock).toBeGreaterThan(0);
        else expect(result.lost, result.lock).toBe(0);
      }
    },
  );

  test('reaches every process and every thread, in real processes', async () => {
    const events: ScenarioEvent[] = [];
    const size = { processes: 3, threads: 4, tasks: 2, iterations: 3 };
    const report = await runScenario(
      { ...size, locks: ['combined'], entryDirectory: bench.entryDirectory },
      (event) => {
        events.push(event);
        if (event.kind === 'lock-started') expect(processesOf(bench).sort()).toEqual([...event.pids].sort());
      },
    );
    expect(report).toMatchObject({ ...size, store: 'file' });
    const workers = [1, 2, 3].flatMap((process) =>
      [1, 2, 3, 4].map((thread) => ({ process, thread, done: 6 })),
    );
    expect(report.results[0]?.workers).toEqual(workers);
    const [first] = events;
    expect(first).toMatchObject({ kind: 'lock-started', lock: 'combined', expected: 72, number: 1, of: 1 });
    expect(first?.kind === 'lock-started' && new Set(first.pids).size).toBe(3);
    expect(events.at(-1)).toEqual({ kind: 'lock-finished', lock: 'combined', result: report.results[0] });
    const counts = events.flatMap((event) => (event.kind === 'progress' ? [event.done] : []));
    expect(counts).toEqual(counts.toSorted((left, right) => left - right));
    expect(counts.at(-1)).toBe(72);
  });

  test.each([
    { lock: 'async-mutex', processes: 1, threads: 1, tasks: 4 },
    { lock: 'flock-shared', processes: 4, threads: 1, tasks: 1 },
    { lock: 'flock-own', processes: 2, threads: 2, tasks: 2 },
    { lock: 'flock-field', processes: 2, threads: 2, tasks: 1 },
    { lock: 'none', processes: 1, threads: 1, tasks: 1 },
  ])('$lock loses nothing where its span covers all: $processes × $threads × $tasks', async (run) => {
    const { lock, ...size } = run;
    const report = await runScenario(
      { ...size, iterations: 10, locks: [lock], entryDirectory: bench.entryDirectory },
      ignore,
    );
    expect(report.results[0]).toMatchObject({ missing: [], lost: 0, stuck: false });
  });

  test.each([
    { lock: 'async-mutex', missing: ['threads'], processes: 1, threads: 2, tasks: 1 },
    { lock: 'async-mutex', missing: ['processes'], processes: 2, threads: 1, tasks: 1 },
    { lock: 'flock-shared', missing: ['tasks'], processes: 1, threads: 1, tasks: 2 },
    { lock: 'flock-shared', missing: ['threads'], processes: 1, threads: 2, tasks: 1 },
  ])('one update each is enough for $lock to lose one, lacking $missing', async (run) => {
    const { lock, missing, ...size } = run;
    const report = await runScenario(
      { ...size, iterations: 1, windowMs: 0, locks: [lock], entryDirectory: bench.entryDirectory },
      ignore,
    );
    expect(report.results[0]).toMatchObject({ missing, expected: 2, counted: 1, lost: 1 });
  });

  test('a lock in which no task gets on is reported as stuck, with what was done', async () => {
    const report = await runScenario(
      { ...SMALL, locks: ['flock-field', 'none'], stuckMs: 1500, entryDirectory: bench.entryDirectory },
      ignore,
    );
    expect(report.results[0]).toMatchObject({ lock: 'flock-field', stuck: true, counted: 0, lost: 0 });
    expect(report.results[1]).toMatchObject({ lock: 'none', stuck: false });
  });
});

describe('the check of reach', () => {
  const size = { processes: 2, threads: 2, tasks: 1, iterations: 5 };
  const lock = { id: 'async-mutex' } as const;

  test('accepts an equal share in every thread', () => {
    expect(() => {
      checkReach(size, lock, [
        [5, 5],
        [5, 5],
      ]);
    }).not.toThrow();
  });

  test.each([
    { done: [[5, 5]], where: 'process 2, thread 1 made 0 of its 5' },
    { done: [[5, 5], [5]], where: 'process 2, thread 2 made 0 of its 5' },
    {
      done: [
        [5, 6],
        [5, 4],
      ],
      where: 'process 1, thread 2 made 6 of its 5',
    },
  ])('refuses a result in which $where', ({ done, where }) => {
    expect(() => {
      checkReach(size, lock, done);
    }).toThrow(where);
  });
});

describe('options', () => {
  test.each([
    {
      options: { locks: ['mutex'] },
      says: 'There is no lock "mutex" in the scenario. It has: none, async-mutex',
    },
    { options: { processes: 0 }, says: 'processes must be a whole number from 1 to 64; it is 0.' },
    { options: { tasks: 1.5 }, says: 'tasks must be a whole number from 1 to 1000; it is 1.5.' },
    { options: { iterations: 10_000_000 }, says: 'the counter holds 99999999 at most' },
    {
      options: { windowMs: Number.NaN },
      says: 'windowMs must be from 0 to 3600000 milliseconds; it is NaN.',
    },
    { options: { redisUrl: 'localhost:6379' }, says: 'needs a URL such as redis://127.0.0.1:6379' },
    { options: { entryDirectory: '/nowhere' }, says: 'are missing in /nowhere' },
  ])('$options is refused', async ({ options, says }) => {
    await expect(runScenario(options, ignore)).rejects.toThrow(says);
  });
});
