import path from 'node:path';

import { ProofError } from '../errors.js';
import { RedisServer } from '../redis-server.js';
import { runs } from '../service.js';
import { configurationOf, keyOf, PROVE_FILE } from './configuration.js';
import { languageOf } from './languages.js';
import type { Hold } from './messages.js';
import type { ProveListener, ProveReport } from './report.js';
import { type Run, runSchedule, type Setting } from './run-schedule.js';
import { doubleHolds, parseSchedule, scheduleName, singleHolds, windowsOf } from './schedules.js';
import { Scratch } from './scratch.js';
import type { ProveTarget } from './target.js';
import { lostUpdateIn } from './trace.js';

export { ProofError } from '../errors.js';
export { commandOf, formatProof } from './format.js';
export type { ProveListener, ProveReport } from './report.js';
export { PROVE_DIMENSIONS, type ProveDimension, type ProveTarget, type TracedAccess } from './target.js';

export interface ProveOptions {
  /** Schedules that are tried at most. Default 100. */
  readonly schedules?: number | undefined;
  /** This schedule and no other, as an earlier report names it. */
  readonly schedule?: string | undefined;
}

/**
 * Runs the user's own function twice at once, from a scratch copy, and holds one execution between its read and its write until the
 * other has written, in each way that there is, until an update is lost.
 *
 * @throws ProofError when the function cannot be driven, with what it needs; the signal's reason when it aborts
 */
export async function prove(
  target: ProveTarget,
  options: ProveOptions = {},
  listener?: ProveListener,
  signal?: AbortSignal,
): Promise<ProveReport> {
  const language = languageOf(target.file);
  const root = language.rootOf(target.file);
  const configuration = configurationOf(root, target);
  const scratch = await Scratch.make(target, language);
  let redis: RedisServer | undefined;
  try {
    if (target.usesRedis) redis = await startRedis(scratch, signal);
    const common = { target, language, scratch, configuration, redis, signal };
    const { setting, alone } = await interpreted(common, language.interpreters(root));
    refuse(alone, target, root);
    return await search(setting, alone, options, listener);
  } finally {
    await redis?.stop();
    await scratch.remove();
  }
}

async function startRedis(scratch: Scratch, signal: AbortSignal | undefined): Promise<RedisServer> {
  if (!runs('redis-server', ['--version'])) {
    throw new ProofError(
      'The function uses Redis, and the prover runs a server of its own for it, which is not installed: apt-get install redis-server',
    );
  }
  return RedisServer.start(await scratch.sideDirectory('redis'), signal, { onPort: true });
}

/** Runs the function alone, with the first interpreter that has all modules. */
async function interpreted(
  common: Omit<Setting, 'interpreter'>,
  interpreters: readonly string[],
): Promise<{ readonly setting: Setting; readonly alone: Run }> {
  let first: { readonly setting: Setting; readonly alone: Run } | undefined;
  for (const interpreter of interpreters) {
    const setting = { ...common, interpreter };
    const alone = await runSchedule(setting, ['A'], []);
    if (alone.missing === undefined) return { setting, alone };
    first ??= { setting, alone };
  }
  if (first === undefined) throw new ProofError('There is no interpreter to run the function with.');
  return first;
}

/** @throws ProofError when the function alone does not do what the analysis has seen, with what it may need */
function refuse(alone: Run, target: ProveTarget, root: string): void {
  const cannotBeDriven = `${target.function} cannot be driven`;
  if (alone.cannot !== undefined) throw new ProofError(`${cannotBeDriven}: ${alone.cannot}.`);
  const [error] = alone.errors;
  const hasWritten = alone.trace.some(({ kind }) => kind === 'write');
  if (error === undefined ? alone.trace.length > 0 : hasWritten) return;
  const what =
    error === undefined
      ? 'it does not come to the shared state'
      : `it throws "${error}" before it has written`;
  const wanted = [
    target.place === undefined ? '"arguments": […]' : '"request": { "method": …, "params": …, "body": … }',
    ...(target.usesRedis ? ['"redis": { "key": "value" }'] : []),
  ];
  throw new ProofError(
    `${cannotBeDriven}: called by itself ${what}. If it needs something, give it in ${path.join(root, PROVE_FILE)}: ` +
      `{ ${JSON.stringify(keyOf(root, target))}: { ${wanted.join(', ')} } }`,
  );
}

const MOST_SCHEDULES = 100;

async function search(
  setting: Setting,
  alone: Run,
  options: ProveOptions,
  listener: ProveListener | undefined,
): Promise<ProveReport> {
  const { function: name, file, subject, dimension, accesses } = setting.target;
  const most = options.schedules ?? MOST_SCHEDULES;
  let tried = 0;
  let excluded = 0;
  const outcome = (): ProveReport => ({ function: name, subject, file, dimension, tried, excluded });
  /** Runs a schedule. What was lost, or whether the second execution was kept out. */
  const attempt = async (
    holds: readonly Hold[],
    of: number,
  ): Promise<ProveReport | 'excluded' | undefined> => {
    tried++;
    listener?.onSchedule(dimension, tried, Math.min(of, most));
    const run = await runSchedule(setting, ['A', 'B'], holds);
    if (run.cannot !== undefined) throw new ProofError(`${name} cannot be driven: ${run.cannot}.`);
    const lost = lostUpdateIn(run.trace);
    if (run.excluded) excluded++;
    if (lost === undefined) return run.excluded ? 'excluded' : undefined;
    return { ...outcome(), lost: { ...lost, schedule: scheduleName(holds), trace: run.trace } };
  };

  if (options.schedule !== undefined) {
    const seen = await attempt(parsed(options.schedule), 1);
    return typeof seen === 'object' ? seen : outcome();
  }
  const windows = windowsOf(alone.messages, accesses);
  /** Places at which the first execution keeps nobody out. */
  const open: number[] = [];
  for (const [index, holds] of singleHolds(windows).slice(0, most).entries()) {
    const seen = await attempt(holds, windows.length);
    if (typeof seen === 'object') return seen;
    if (seen === undefined) open.push(windows[index] ?? 0);
  }
  // Where the second one was kept out, it comes to no place of its own before the first goes on.
  const doubles = doubleHolds(open, windows).slice(0, Math.max(0, most - tried));
  for (const holds of doubles) {
    const seen = await attempt(holds, windows.length + doubles.length);
    if (typeof seen === 'object') return seen;
  }
  return outcome();
}

function parsed(schedule: string): readonly Hold[] {
  const holds = parseSchedule(schedule);
  if (holds !== undefined) return holds;
  throw new ProofError(`"${schedule}" is no schedule; one looks like A2 or A2,B1.`);
}
