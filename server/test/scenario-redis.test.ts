import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { runScenario } from '../src/scenario/index.js';
import { type Bench, processesOf, setUpBench, temporaryFilesOf } from './scenario-support.js';

let bench: Bench;
let server: ChildProcessByStdio<null, Readable, null>;
let client: Redis;
let url: string;

beforeAll(async () => {
  if (spawnSync('redis-server', ['--version']).error !== undefined) {
    throw new Error('This test runs a Redis server of its own. Install it: apt-get install redis-server');
  }
  bench = await setUpBench();
  const port = await freePort();
  url = `redis://127.0.0.1:${port}`;
  server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  for await (const line of createInterface(server.stdout)) {
    if (line.includes('Ready to accept connections')) break;
  }
  client = new Redis(url);
});
afterAll(async () => {
  client.disconnect();
  server.kill();
  await once(server, 'exit');
  bench.remove();
});
afterEach(async () => {
  expect(processesOf(bench)).toEqual([]);
  expect(temporaryFilesOf(bench)).toEqual([]);
  expect(await client.keys('lockkit:*')).toEqual([]);
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  await once(listener, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const SIZE = { processes: 2, threads: 2, tasks: 2, iterations: 5 };

test('counts in Redis, under a key of its own that is gone afterwards', async () => {
  await client.set('other', '7');
  const keys = new Set<string>();
  const looks: Promise<void>[] = [];
  const report = await runScenario(
    { ...SIZE, redisUrl: url, entryDirectory: bench.entryDirectory },
    (event) => {
      if (event.kind !== 'lock-started') return;
      const look = client.keys('lockkit:scenario:*').then((found) => {
        for (const key of found) keys.add(key);
      });
      looks.push(look);
    },
  );
  await Promise.all(looks);
  expect(keys.size).toBe(4);
  expect(report.store).toBe('redis');
  for (const { lock, lost, expected, counted } of report.results) {
    expect(expected).toBe(40);
    expect(lost).toBe(expected - counted);
    if (lock === 'combined') expect(lost).toBe(0);
    else expect(lost, lock).toBeGreaterThan(0);
  }
  expect(await client.get('other')).toBe('7');
});

test('cancelling removes the key', async () => {
  const controller = new AbortController();
  const run = runScenario(
    {
      ...SIZE,
      iterations: 100_000,
      locks: ['combined'],
      redisUrl: url,
      entryDirectory: bench.entryDirectory,
    },
    (event) => {
      if (event.kind === 'progress' && event.done > 0) controller.abort();
    },
    controller.signal,
  );
  await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
});

test('a server that cannot be reached is named without its password', async () => {
  const port = await freePort();
  const run = runScenario({ ...SIZE, redisUrl: `redis://:secret@127.0.0.1:${port}` }, () => undefined);
  await expect(run).rejects.toThrow(
    `Redis at 127.0.0.1:${port} cannot be reached (connect ECONNREFUSED 127.0.0.1:${port}). Start it, or leave out its URL to count in a file.`,
  );
});
