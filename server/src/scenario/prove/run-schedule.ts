/** One schedule, from the start of its processes to the trace. */
import path from 'node:path';

import type { RedisServer } from '../redis-server.js';
import type { ProveConfiguration } from './configuration.js';
import { Driven } from './drive.js';
import type { ProveLanguage } from './language.js';
import type { DriverJob, FromDriver, Hold } from './messages.js';
import type { Scratch } from './scratch.js';
import type { ProveTarget } from './target.js';
import type { Execution, TraceEvent } from './trace.js';

/** Milliseconds without a word after which a process counts as waiting for the one that is held. */
const QUIET_MS = 1_000;
/** Milliseconds without a word after which a run is given up. */
const GIVEN_UP_MS = 15_000;

export interface Run {
  readonly messages: readonly FromDriver[];
  readonly trace: readonly TraceEvent[];
  /** The second execution waited for the one that was held: a lock kept it out, or it would have lost. */
  readonly excluded: boolean;
  /** Why the function cannot be driven. */
  readonly cannot?: string;
  /** The module that this interpreter lacks, if that is why. */
  readonly missing?: string;
  /** The executions that threw, and what. */
  readonly errors: readonly string[];
}

export interface Setting {
  readonly target: ProveTarget;
  readonly language: ProveLanguage;
  readonly interpreter: string;
  readonly scratch: Scratch;
  readonly configuration: ProveConfiguration;
  readonly redis: RedisServer | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * @param executions one of them runs alone; two as the holds say
 * @throws the signal's reason when it aborts; all processes have ended then
 */
export async function runSchedule(
  setting: Setting,
  executions: readonly Execution[],
  holds: readonly Hold[],
): Promise<Run> {
  const { target, scratch, redis, language, interpreter, signal } = setting;
  signal?.throwIfAborted();
  const { redis: stored = {}, ...call } = setting.configuration;
  await redis?.client.flushall();
  if (Object.keys(stored).length > 0) await redis?.client.mset(stored);
  const copy = await scratch.copy();
  const job: DriverJob = {
    module: path.join(copy, scratch.module),
    function: target.function,
    caught: target.place !== undefined,
    ...call,
    redis: redis === undefined ? undefined : { socket: redis.socket, port: redis.port },
    dimension: target.dimension,
    executions,
    holds,
  };
  const environment = { LOCKKIT_DIR: path.join(copy, '.lockkit-locks') };
  const inProcesses = target.dimension === 'processes';
  const crew = (inProcesses ? executions.map((execution) => [execution]) : [executions]).map((own) => {
    const command = language.command(
      { ...job, executions: own },
      { interpreter, root: scratch.root, copy, target },
    );
    return new Driven(command, copy, environment);
  });
  const stop = (): void => {
    for (const driven of crew) driven.kill();
  };
  signal?.addEventListener('abort', stop);
  try {
    const messages = inProcesses ? await interleave(crew) : await listen(crew[0]);
    signal?.throwIfAborted();
    return runOf(messages, target, crew.map(({ output }) => output).join(''));
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
    await scratch.discard(copy);
  }
}

/** Both executions in one process: it follows the schedule by itself. */
async function listen(driven: Driven | undefined): Promise<FromDriver[]> {
  const messages: FromDriver[] = [];
  for (;;) {
    const message = await driven?.next(GIVEN_UP_MS);
    if (message === undefined || message === 'quiet') return messages;
    messages.push(message);
    if (message.kind === 'ready') driven?.go();
  }
}

/** A process each: the first runs to where it is held, then the second one to its end or to where it waits, then the first goes on. */
async function interleave(crew: readonly Driven[]): Promise<FromDriver[]> {
  const messages: FromDriver[] = [];
  /** Reads until the process ends, is held or says nothing for a while. */
  const follow = async (driven: Driven, quietMs: number): Promise<FromDriver | 'quiet' | undefined> => {
    for (;;) {
      const message = await driven.next(quietMs);
      if (message === undefined || message === 'quiet') return message;
      messages.push(message);
      if (message.kind === 'held' || message.kind === 'ready') return message;
    }
  };
  for (const driven of crew) await follow(driven, GIVEN_UP_MS);
  for (const [index, driven] of crew.entries()) {
    driven.go();
    const end = await follow(driven, index === 0 ? GIVEN_UP_MS : QUIET_MS);
    if (end === 'quiet' && index > 0) messages.push({ kind: 'blocked', execution: 'B' });
  }
  for (const driven of crew) {
    driven.go();
    await follow(driven, GIVEN_UP_MS);
  }
  return messages;
}

function runOf(messages: readonly FromDriver[], target: ProveTarget, output: string): Run {
  const trace = messages.flatMap((message): TraceEvent[] => {
    if (message.kind !== 'event') return [];
    const access = target.accesses[message.access - 1];
    if (access === undefined) return [];
    const { kind, cell, line, file } = access;
    return [{ execution: message.execution, kind, cell, value: message.value, line, file }];
  });
  const refusal = messages.find((message) => message.kind === 'cannot');
  const cannot = refusal?.message;
  const ended = messages.filter((message) => message.kind === 'ended');
  const silent =
    cannot === undefined && ended.length === 0
      ? `it does not come to its end${output === '' ? '' : `; it printed: ${output.trim().slice(-500)}`}`
      : undefined;
  const why = cannot ?? silent;
  return {
    messages,
    trace,
    excluded: messages.some((message) => message.kind === 'blocked'),
    ...(why !== undefined && { cannot: why }),
    ...(refusal?.missing !== undefined && { missing: refusal.missing }),
    errors: ended.flatMap((message) => (message.error === undefined ? [] : [message.error])),
  };
}
