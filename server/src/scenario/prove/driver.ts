/** The process in which the user's function runs, from a scratch copy: finds it, calls it once or twice, and tells what happens. */
import { existsSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

import { type DriverJob, type Hold, TRACER } from './messages.js';
import { awaitWord, say, Tracer } from './tracer.js';
import type { Execution } from './trace.js';

/** Milliseconds without any sign of life after which an execution counts as waiting for the one that is held. */
const QUIET_MS = 400;
/** Where Redis is by default. */
const REDIS_PORT = 6379;

const job = JSON.parse(process.env.LOCKKIT_PROVE ?? '{}') as DriverJob;
const tracer = new Tracer(job);
Object.assign(globalThis, { [TRACER]: tracer });

/** No other server is reached than one that the prover started: the user's real stores stay as they are. */
function keepToOurselves(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the socket as its receiver
  const connect = net.Socket.prototype.connect as (this: net.Socket, ...args: unknown[]) => net.Socket;
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    const [first, second] = args.flat();
    const target: { port?: unknown; host?: string; path?: string } =
      typeof first === 'object' && first !== null ? first : { port: first, host: second as string };
    const port = Number(target.port ?? 0);
    if (port === REDIS_PORT && job.redisSocket !== undefined) {
      return connect.call(this, { ...target, port: undefined, host: undefined, path: job.redisSocket });
    }
    const where = target.path ?? `${target.host ?? 'localhost'}:${String(port)}`;
    cannot(
      `it connects to ${where}, which may be one of your real stores; the prover brings a Redis server (port ${REDIS_PORT}) and no other`,
    );
  };
}

function cannot(message: string): never {
  say({ kind: 'cannot', message });
  process.exit(0);
}

async function loadModule(): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(job.module).href)) as Record<string, unknown>;
  } catch (error) {
    return cannot(`loading it fails: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Callable = (...args: readonly unknown[]) => unknown;

/** The function, bound to what it is a method of. */
function findFunction(module: Record<string, unknown>): Callable {
  const names = job.function.split('.');
  const roots = [module, module.default, ...tracer.exposed.map((get) => ({ [names[0] ?? '']: get() }))];
  for (const root of roots) {
    const found = follow(root, names);
    if (found !== undefined) return found;
  }
  return cannot(
    `there is no function ${job.function} in it; name an exported function, \`object.method\` or \`Class.method\``,
  );
}

function follow(root: unknown, names: readonly string[]): Callable | undefined {
  let receiver: unknown;
  let value: unknown = root;
  for (const [index, name] of names.entries()) {
    receiver = value;
    value = member(value, name);
    const isLast = index === names.length - 1;
    if (typeof value === 'function' && !isLast && member(value, names[index + 1] ?? '') === undefined) {
      value = construct(value as new (...args: readonly unknown[]) => unknown);
    }
  }
  if (typeof value !== 'function') return undefined;
  const called = value as Callable;
  return (...args) => called.apply(receiver, [...args]);
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' || typeof value === 'function'
    ? (value as Record<string, unknown> | null)?.[name]
    : undefined;
}

function construct(Class: new (...args: readonly unknown[]) => unknown): unknown {
  if (job.construct.length < Class.length) {
    cannot(`${Class.name} takes ${Class.length} arguments: give them in lockkit.prove.json as "construct"`);
  }
  return new Class(...job.construct);
}

async function run(execution: Execution, call: Callable): Promise<void> {
  try {
    await tracer.execution.run(execution, () => call(...job.arguments));
    say({ kind: 'ended', execution });
  } catch (error) {
    say({ kind: 'ended', execution, error: error instanceof Error ? error.message : String(error) });
  }
}

/** A runs to where it is held; then B, to its end or to where it is held or waits; then A goes on. */
async function interleave(call: Callable): Promise<void> {
  const held: { hold: Hold; release: () => void }[] = [];
  let wake: () => void = () => undefined;
  tracer.onHeld = (hold, release) => {
    held.push({ hold, release });
    wake();
  };
  for (const execution of job.executions) {
    const running = run(execution, call);
    const isHeld = new Promise<'held'>((resolve) => {
      wake = () => {
        resolve('held');
      };
    });
    const end = await Promise.race([running, isHeld, quiet()]);
    if (end === 'quiet') say({ kind: 'blocked', execution });
    ended.push(running);
  }
  for (const { release } of held) {
    release();
    await Promise.race([Promise.all(ended), quiet()]);
  }
  await Promise.all(ended);
}

const ended: Promise<void>[] = [];

async function quiet(): Promise<'quiet'> {
  tracer.lastSign = performance.now();
  while (performance.now() - tracer.lastSign < QUIET_MS) await sleep(QUIET_MS / 8);
  return 'quiet';
}

async function main(): Promise<void> {
  if (!existsSync(job.module)) cannot(`${job.module} is not there`);
  keepToOurselves();
  const call = findFunction(await loadModule());
  say({ kind: 'ready' });
  awaitWord();
  if (job.dimension === 'tasks') await interleave(call);
  else for (const execution of job.executions) await run(execution, call);
  process.exit(0);
}

void main();
