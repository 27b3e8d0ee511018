import { ScenarioError } from '../errors.js';
import { RedisServer } from '../redis-server.js';
import { runs } from '../service.js';
import { configurationOf } from './configuration.js';
import type { ProveReport } from './report.js';
import { runSchedule, type Setting } from './run-schedule.js';
import { parseSchedule, scheduleName, schedulesOf, windowsOf } from './schedules.js';
import { packageRootOf, Scratch } from './scratch.js';
import type { ProveTarget } from './target.js';
import { lostUpdateIn } from './trace.js';

export { formatProof } from './format.js';
export type { ProveReport } from './report.js';
export type { ProveTarget, TracedAccess } from './target.js';

export interface ProveOptions {
  /** Schedules that are tried at most. Default 100. */
  readonly schedules?: number | undefined;
  /** This schedule and no other, as an earlier report names it. */
  readonly schedule?: string | undefined;
  readonly usesRedis?: boolean | undefined;
}

/**
 * Runs the user's own function twice at once, from a scratch copy, and holds one execution between its read and its write until the
 * other has written, in each way that there is, until an update is lost.
 *
 * @throws ScenarioError when the function cannot be driven, with what it needs; the signal's reason when it aborts
 */
export async function prove(
  target: ProveTarget,
  options: ProveOptions = {},
  signal?: AbortSignal,
): Promise<ProveReport> {
  const scratch = await Scratch.make(target);
  let redis: RedisServer | undefined;
  try {
    if (options.usesRedis === true) redis = await startRedis(scratch, signal);
    const configuration = configurationOf(packageRootOf(target.file), target);
    return await search({ target, scratch, configuration, redis }, options, signal);
  } finally {
    await redis?.stop();
    await scratch.remove();
  }
}

async function startRedis(scratch: Scratch, signal: AbortSignal | undefined): Promise<RedisServer> {
  if (!runs('redis-server', ['--version'])) {
    throw new ScenarioError(
      'The function uses Redis, and the prover runs a server of its own for it, which is not installed: apt-get install redis-server',
    );
  }
  return RedisServer.start(await scratch.sideDirectory('redis'), signal);
}

async function search(
  setting: Setting,
  options: ProveOptions,
  signal: AbortSignal | undefined,
): Promise<ProveReport> {
  const { target } = setting;
  const { file, dimension } = target;
  const alone = await runSchedule(setting, ['A'], []);
  if (alone.cannot !== undefined)
    throw new ScenarioError(`${target.function} cannot be driven: ${alone.cannot}.`);
  const [error] = alone.errors;
  if (error !== undefined && alone.trace.length === 0) {
    throw new ScenarioError(
      `${target.function} cannot be driven: called by itself it throws "${error}". If it needs arguments, give them in lockkit.prove.json beside package.json: { "FILE:FUNCTION": { "arguments": […] } }`,
    );
  }
  if (alone.trace.length === 0) {
    throw new ScenarioError(
      `${target.function} cannot be driven: called by itself it does not come to the shared state. If it needs arguments, give them in lockkit.prove.json.`,
    );
  }
  const schedules =
    options.schedule === undefined
      ? schedulesOf(windowsOf(alone.messages, target.accesses), options.schedules ?? 100)
      : [parsed(options.schedule)];
  let excluded = 0;
  for (const [index, holds] of schedules.entries()) {
    signal?.throwIfAborted();
    const run = await runSchedule(setting, ['A', 'B'], holds);
    if (run.cannot !== undefined)
      throw new ScenarioError(`${target.function} cannot be driven: ${run.cannot}.`);
    const lost = lostUpdateIn(run.trace);
    if (run.excluded) excluded++;
    if (lost === undefined) continue;
    return {
      function: target.function,
      file,
      dimension,
      tried: index + 1,
      excluded,
      lost: { ...lost, schedule: scheduleName(holds), trace: run.trace },
    };
  }
  return { function: target.function, file, dimension, tried: schedules.length, excluded };
}

function parsed(schedule: string): NonNullable<ReturnType<typeof parseSchedule>> {
  const holds = parseSchedule(schedule);
  if (holds !== undefined) return holds;
  throw new ScenarioError(`"${schedule}" is no schedule; one looks like A2 or A2,B1.`);
}
