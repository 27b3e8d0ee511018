import { describe, expect, test } from 'vitest';

import { subtract } from '../src/model/dimensions.js';
import { formatScenario, type LockId, type LockResult, type ScenarioReport } from '../src/scenario/index.js';
import { explanationOf } from '../src/scenario/explanation.js';
import { findLock } from '../src/scenario/locks.js';
import { dimensionsOf } from '../src/scenario/options.js';

function reportOf(
  size: { processes: number; threads: number; tasks: number },
  counts: Partial<Record<LockId, number>>,
  more: Partial<LockResult> = {},
): ScenarioReport {
  const expected = size.processes * size.threads * size.tasks * 50;
  const results = Object.entries(counts).map(([id, counted]): LockResult => {
    const { id: lock, title, span } = findLock(id);
    const result = {
      lock,
      title,
      span,
      missing: subtract(dimensionsOf(size), span),
      expected,
      counted,
      lost: expected - counted,
      seconds: 2,
      opsPerSecond: expected / 2,
      stuck: false,
      workers: [{ process: 1, thread: 1, done: 3 }],
      ...more,
    };
    return { ...result, explanation: explanationOf(size, result) };
  });
  return { ...size, iterations: 50, windowMs: 1, store: 'file', results };
}

const SEED = { processes: 4, threads: 4, tasks: 2 };

describe('as text', () => {
  test('a table, a bar for each lock, and a sentence that names the missing dimensions', () => {
    const text = formatScenario(
      reportOf(SEED, { none: 50, 'async-mutex': 124, 'flock-shared': 800, combined: 1600 }),
      'text',
    );
    expect(text).toMatchInlineSnapshot(`
      "4 processes × 4 threads × 2 async tasks, 50 updates each on a counter in a local file, 1 ms between read and write

      lock          span                       expected  counted  lost  seconds  ops/s  counted # / lost .
      none          nothing                        1600       50  1550     2.00    800  #.......................
      async-mutex   tasks                          1600      124  1476     2.00    800  ##......................
      flock-shared  processes                      1600      800   800     2.00    800  ############............
      combined      tasks, threads, processes      1600     1600     0     2.00    800  ########################

      none: its span lacks async tasks, threads and processes, and this run has 4 processes × 4 threads × 2 async tasks; without a lock nothing is excluded. Two workers can read 41 and both write 42: 1550 of 1600 updates are lost.
      async-mutex: its span lacks threads and processes, and this run has 4 processes × 4 threads × 2 async tasks; a Mutex lives in the memory of one thread, so each thread has its own. Two workers can read 41 and both write 42: 1476 of 1600 updates are lost.
      flock-shared: its span lacks async tasks and threads, and this run has 4 processes × 4 threads × 2 async tasks; flock belongs to the open file description, and all of a process share one: locking it again converts the lock and never blocks. Two workers can read 41 and both write 42: 800 of 1600 updates are lost.
      combined: its span covers async tasks, threads and processes, all that can interleave in this run; one name is one lock, in every task, thread and process. Nothing is lost.
      "
    `);
  });

  test('a lock that is stuck says how far it got', () => {
    const text = formatScenario(reportOf(SEED, { 'flock-field': 0 }, { stuck: true, lost: 0 }), 'text');
    expect(text).toContain('flock-field: it got stuck after 3 of 1600 updates: ');
    expect(text).toMatch(/flock-field .* stuck\n/);
  });

  test('a wrong lock that was lucky is not praised', () => {
    const text = formatScenario(reportOf(SEED, { 'async-mutex': 1600 }), 'text');
    expect(text).toContain(
      'async-mutex: its span lacks threads and processes, and this run has 4 processes × 4 threads × 2 async tasks;',
    );
    expect(text).toContain('Nothing was lost this time, and nothing prevents it.');
  });

  test('a loss under a lock that spans all is called a defect', () => {
    const text = formatScenario(reportOf(SEED, { combined: 1599 }), 'text');
    expect(text).toContain(
      'and still 1 of 1600 updates are lost. This is a defect of the lock or of the store.',
    );
    expect(text).toContain(' #######################.\n');
  });

  test('where tasks alone interleave, tasks alone are named', () => {
    const text = formatScenario(reportOf({ processes: 1, threads: 1, tasks: 2 }, { none: 50 }), 'text');
    expect(text).toContain('1 process × 1 thread × 2 async tasks, 50 updates each');
    expect(text).toContain('Two async tasks can read 41 and both write 42: 50 of 100 updates are lost.');
  });

  test('where nothing interleaves, no lock is enough', () => {
    const text = formatScenario(reportOf({ processes: 1, threads: 1, tasks: 1 }, { none: 50 }), 'text');
    expect(text).toContain('none: nothing can interleave in this run');
  });
});

test('as JSON, the report as it is', () => {
  const report = reportOf(SEED, { none: 50, combined: 1600 });
  const text = formatScenario(report, 'json');
  expect(JSON.parse(text)).toEqual(report);
  expect(text.endsWith('}\n')).toBe(true);
});
