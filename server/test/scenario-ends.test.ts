import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { runScenario, type ScenarioEvent } from '../src/scenario/index.js';
import { type Bench, eventually, processesOf, setUpBench, temporaryFilesOf } from './scenario-support.js';

/** More work than any test waits for. */
const ENDLESS = { processes: 2, threads: 2, tasks: 2, iterations: 1_000_000, windowMs: 1 };

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

function runEndless(lock: string, onEvent: (event: ScenarioEvent) => void, signal?: AbortSignal) {
  return runScenario({ ...ENDLESS, locks: [lock], entryDirectory: bench.entryDirectory }, onEvent, signal);
}

/** A file of the run that is on. */
function fileOfRun(name: string): string {
  const [directory, ...others] = temporaryFilesOf(bench);
  expect(others).toEqual([]);
  return path.join(bench.temporary, directory ?? 'none', name);
}

/** Waits until the threads have all come to the lock. */
async function allHaveAsked(): Promise<void> {
  const threads = ENDLESS.processes * ENDLESS.threads;
  await eventually(() => statSync(fileOfRun('asked'), { throwIfNoEntry: false })?.size === threads);
}

describe('cancelling', () => {
  test.each(['none', 'flock-shared', 'combined'])('in the middle of the work under %s', async (lock) => {
    const controller = new AbortController();
    const run = runEndless(
      lock,
      (event) => {
        if (event.kind !== 'progress' || event.done === 0) return;
        expect(processesOf(bench)).toHaveLength(2);
        controller.abort();
      },
      controller.signal,
    );
    await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(controller.signal.aborted).toBe(true);
  });

  test('while threads are blocked in flock', async () => {
    const controller = new AbortController();
    const run = runEndless(
      'flock-field',
      (event) => {
        if (event.kind !== 'lock-started') return;
        void allHaveAsked().then(() => {
          controller.abort();
        });
      },
      controller.signal,
    );
    await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  test('while the processes start', async () => {
    const controller = new AbortController();
    const run = runEndless('combined', () => undefined, controller.signal);
    await eventually(() => processesOf(bench).length > 0);
    controller.abort();
    await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  test('before the start, with a reason of the caller', async () => {
    const reason = new Error('never mind');
    await expect(runEndless('none', () => undefined, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('a failure says where it was', () => {
  test('when a process is killed', async () => {
    let killed = -1;
    const run = runEndless('combined', (event) => {
      if (event.kind !== 'lock-started') return;
      killed = event.pids[1] ?? -1;
      process.kill(killed, 'SIGKILL');
    });
    await expect(run).rejects.toThrow(
      /^Process 2 of 2 \(pid \d+\) was ended by SIGKILL, while the scenario ran lock "combined"/,
    );
    await expect(run).rejects.toThrow(`(pid ${killed})`);
  });

  test('when a thread fails', async () => {
    const run = runEndless('none', (event) => {
      if (event.kind !== 'lock-started') return;
      // The threads have it open, and find it emptied at their first read.
      truncateSync(fileOfRun('counter'));
    });
    await expect(run).rejects.toThrow(
      /^Process \d of 2 \(pid \d+\) failed in thread \d: The counter file .* holds "" instead of eight digits/,
    );
  });

  test('when a process cannot start, with its last words', async () => {
    process.env.NODE_OPTIONS = '--require=/nowhere/preload.cjs';
    try {
      const run = runEndless('none', () => undefined);
      await expect(run).rejects.toThrow(
        /ended with exit code 1, while .*Its last words:\n[^]*\/nowhere\/preload\.cjs/,
      );
    } finally {
      delete process.env.NODE_OPTIONS;
    }
  });
});

describe('when the parent is killed, its processes end and clear up', () => {
  test.each(['none', 'combined', 'flock-field'])('under %s', async (lock) => {
    const options = JSON.stringify({ ...ENDLESS, locks: [lock] });
    const parent = spawn(process.execPath, [path.join(bench.entryDirectory, 'runner.cjs'), options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface(parent.stdout);
    await once(lines, 'line');
    await allHaveAsked();
    expect(processesOf(bench)).toHaveLength(2);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await eventually(() => processesOf(bench).length === 0);
  });
});
