/** The process in which the user's function runs, from a scratch copy: finds it, calls it once or twice, and tells what happens. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';

import { messageOf } from '../errors.js';
import { argumentsFor, revived } from './arguments.js';
import { Interleaving } from './interleaving.js';
import { keepToOurselves, refusal } from './isolation.js';
import { type DriverJob, TRACER } from './messages.js';
import { type Callable, CannotCall, findFunction } from './subject.js';
import { driveInThread, interleaveThreads } from './threads.js';
import type { Execution } from './trace.js';
import { isPromise, Tracer, type TracerHost } from './tracer.js';
import { awaitWord, say } from './words.js';

function cannot(message: string): never {
  say({ kind: 'cannot', message });
  process.exit(0);
}

/** Loads the module, and gives what calls the function as one of the executions, to its end. */
async function prepared(job: DriverJob, host: TracerHost): Promise<(execution: Execution) => Promise<void>> {
  const tracer = new Tracer(job, host);
  Object.assign(globalThis, { [TRACER]: tracer });
  keepToOurselves(job.redis?.socket, (where) => cannot(refusal(where)));
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(job.module).href)) as Record<string, unknown>;
  } catch (error) {
    return cannot(`loading it fails: ${messageOf(error)}`);
  }
  let call: Callable;
  try {
    call = findFunction(module, job, tracer);
  } catch (error) {
    if (error instanceof CannotCall) return cannot(error.message);
    return cannot(`making the object that has it fails: ${messageOf(error)}`);
  }
  return async (execution) => {
    try {
      await tracer.execution.run(execution, async () => {
        const { values, answered } = argumentsFor(call, job);
        const returned = call(...values);
        await (isPromise(returned) ? returned : answered);
      });
      say({ kind: 'ended', execution });
    } catch (error) {
      say({ kind: 'ended', execution, error: messageOf(error) });
    }
  };
}

async function main(): Promise<void> {
  const job = JSON.parse(process.env.LOCKKIT_PROVE ?? '{}') as DriverJob;
  if (!existsSync(job.module)) cannot(`${job.module} is not there`);
  if (job.dimension === 'threads') {
    await (isMainThread ? interleaveThreads(job) : driveInThread(prepared));
    process.exit(0);
  }
  const interleaving = new Interleaving();
  const start = await prepared(
    { ...job, ...(job.arguments !== undefined && { arguments: revived(job.arguments) as unknown[] }) },
    {
      onSign: () => {
        interleaving.onSign();
      },
      pause: () => interleaving.pause(),
      stop: awaitWord,
    },
  );
  say({ kind: 'ready' });
  awaitWord();
  if (job.dimension === 'tasks') await interleaving.run(job.executions, start);
  else for (const execution of job.executions) await start(execution);
  process.exit(0);
}

void main();
