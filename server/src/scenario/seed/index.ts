import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { ScenarioError } from '../errors.js';
import { monotonicMs } from '../opening.js';
import { RedisServer } from '../redis-server.js';
import { SEED_LOCKS, type SeedLock } from './locks.js';
import { type SeedOptions, type SeedPlan, seedPlanOf } from './options.js';
import type { SeedReport, SeedResult } from './report.js';
import { checkServices, SeedServer } from './services.js';

export { formatSeed } from './format.js';
export type { SeedOptions } from './options.js';
export type { SeedReport, SeedResult } from './report.js';

/** Milliseconds without a finished update after which nothing will come any more; one takes a few. */
const STUCK_MS = 3_000;
/** uWSGI hands requests to whoever accepts first: a run that missed a process says nothing, and is made again. */
const TRIES = 5;

/**
 * Runs the experiment of the post that Lockkit comes from, for real: Flask under uWSGI with processes × threads, the number in
 * Redis, one lock after the other.
 *
 * @param onLock a lock's turn begins
 * @param signal ends all processes and removes what they made
 * @throws ScenarioError when an option is wrong, uWSGI, Flask or Redis are missing, or the requests do not reach all workers
 */
export async function runSeed(
  options: SeedOptions,
  onLock: (title: string, number: number, of: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<SeedReport> {
  const plan = seedPlanOf(options);
  checkServices();
  const results: SeedResult[] = [];
  for (const [index, lock] of SEED_LOCKS.entries()) {
    onLock(lock.title, index + 1, SEED_LOCKS.length);
    results.push(await reachingAll(plan, lock, signal));
  }
  return { scenario: 'seed', ...plan, results };
}

async function reachingAll(
  plan: SeedPlan,
  lock: SeedLock,
  signal: AbortSignal | undefined,
): Promise<SeedResult> {
  for (let tried = 0; tried < TRIES; tried++) {
    const { result, reached } = await runOnce(plan, lock, signal);
    if (reached === plan.processes) return result;
  }
  throw new ScenarioError(
    `In ${TRIES} tries the requests did not reach all ${plan.processes} processes under ${lock.title}, so the count says nothing. Try again when the machine is less busy.`,
  );
}

async function runOnce(
  plan: SeedPlan,
  lock: SeedLock,
  signal: AbortSignal | undefined,
): Promise<{ readonly result: SeedResult; readonly reached: number }> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lockkit-seed-'));
  let redis: RedisServer | undefined;
  let server: SeedServer | undefined;
  try {
    redis = await RedisServer.start(directory, signal);
    await redis.client.set('lock-test', 0);
    server = await SeedServer.start(
      {
        plan,
        lock: lock.id,
        directory,
        redisSocket: redis.socket,
        program: besideThisModule('counter.py'),
        pythonPath: besideThisModule('python'),
      },
      signal,
    );
    const began = monotonicMs();
    const running = server;
    const reached = new Set(await Promise.all(Array.from({ length: plan.requests }, () => running.run())));
    const stuck = await ended(redis, plan, signal);
    const result = await resultOf(redis, plan, lock, { stuck, seconds: (monotonicMs() - began) / 1000 });
    return { result, reached: reached.size };
  } finally {
    await server?.stop();
    await redis?.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits for the end of all threads, or until nothing moves any more. Whether they are stuck. */
async function ended(redis: RedisServer, plan: SeedPlan, signal: AbortSignal | undefined): Promise<boolean> {
  let before = -1;
  let lastMove = monotonicMs();
  for (;;) {
    signal?.throwIfAborted();
    if (Number(await redis.client.get('finished')) === plan.requests) return false;
    const made = await updatesOf(redis);
    const now = made.total + (await redis.client.llen('errors'));
    if (now !== before) {
      before = now;
      lastMove = monotonicMs();
    } else if (monotonicMs() - lastMove > STUCK_MS) return true;
    await sleep(50);
  }
}

async function updatesOf(
  redis: RedisServer,
): Promise<{ readonly total: number; readonly byProcess: number[] }> {
  const byProcess = Object.values(await redis.client.hgetall('updates'))
    .map(Number)
    .sort((a, b) => b - a);
  return { total: byProcess.reduce((sum, count) => sum + count, 0), byProcess };
}

async function resultOf(
  redis: RedisServer,
  plan: SeedPlan,
  lock: SeedLock,
  end: { readonly stuck: boolean; readonly seconds: number },
): Promise<SeedResult> {
  const { total, byProcess } = await updatesOf(redis);
  const counted = Number(await redis.client.get('lock-test'));
  const [exception] = await redis.client.lrange('errors', 0, 0);
  return {
    lock: lock.id,
    title: lock.title,
    span: lock.span,
    expected: plan.requests * plan.iterations,
    counted,
    // One that is stuck may have written without having said so.
    lost: Math.max(0, total - counted),
    broken: await redis.client.llen('errors'),
    ...(exception !== undefined && { exception }),
    stuck: end.stuck,
    seconds: end.seconds,
    byProcess,
    ...(lock.post !== undefined && { post: lock.post }),
    cause: lock.cause,
  };
}

/** Where the Python files are, seen from this module: beside it in a bundle, and in the sources when the compiler's output runs. */
const PLACES: Readonly<Record<'counter.py' | 'python', readonly string[]>> = {
  'counter.py': ['./seed/counter.py', './counter.py', '../../../src/scenario/seed/counter.py'],
  python: ['./python', '../../../../lockkit/python/src'],
};

function besideThisModule(name: 'counter.py' | 'python'): string {
  const { url } = import.meta as { url?: string };
  const here = path.dirname(url === undefined ? __filename : fileURLToPath(url));
  const places = PLACES[name].map((place) => path.resolve(here, place));
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new ScenarioError(`A part of the experiment is missing; it should be one of: ${places.join(', ')}`);
}
