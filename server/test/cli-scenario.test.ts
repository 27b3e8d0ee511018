import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScenarioReport } from '../src/scenario/index.js';
import { Playground } from './cli-support.js';

const SMALL = ['--processes', '2', '--threads', '1', '--tasks', '2', '--iterations', '5', '--window-ms', '1'];

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => {
  ground.remove();
});

test('JSON, of the locks that are named', async () => {
  const { code, stdout, stderr } = await ground.lockkit([
    'scenario',
    'combined',
    ...SMALL,
    '--format',
    'json',
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout) as ScenarioReport).toMatchObject({
    processes: 2,
    threads: 1,
    tasks: 2,
    iterations: 5,
    windowMs: 1,
    results: [{ lock: 'combined', expected: 20, counted: 20, lost: 0 }],
  });
});

test('text', async () => {
  const { code, stdout, stderr } = await ground.lockkit(['scenario', 'combined', ...SMALL]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^combined +tasks, threads, processes +20 +20 +0 /m);
});

test.each([
  [['--processes', '65'], /^lockkit: processes must be a whole number from 1 to 64; it is 65\.\n$/],
  [['--redis', 'http://127.0.0.1'], /^lockkit: The Redis store needs a URL such as redis:/],
  [['no-such-lock'], /^lockkit: There is no lock "no-such-lock" in the scenario\. It has: none, /],
])('%j: exit code 2 and one line', async (words, message) => {
  const { code, stdout, stderr } = await ground.lockkit(['scenario', ...words]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});
