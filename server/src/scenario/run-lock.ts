import { subtract } from '../model/dimensions.js';
import { Crew, sum } from './crew.js';
import type { Entries } from './entries.js';
import { ScenarioError } from './errors.js';
import { explanationOf } from './explanation.js';
import type { LockDescription } from './locks.js';
import { monotonicMs } from './opening.js';
import { dimensionsOf, expectedOf, type Plan } from './options.js';
import type { LockResult } from './report.js';
import { Workplace } from './workplace.js';

/** Milliseconds in which some process must become ready; a loaded machine starts a thread in well under one second. */
const STARTUP_IDLE_MS = 60_000;

export interface LockRunListener {
  /** All processes and threads are there and start to work. */
  onStart(pids: readonly number[]): void;
  /** Finished updates of all threads together. */
  onProgress(done: number): void;
}

/**
 * Runs the experiment under one lock, and leaves no process and no file behind.
 *
 * @throws ScenarioError when a process fails or the work did not reach every thread; the signal's reason when it aborts
 */
export async function runLock(
  plan: Plan,
  lock: LockDescription,
  entries: Entries,
  listener: LockRunListener,
  signal: AbortSignal | undefined,
): Promise<LockResult> {
  const workplace = await Workplace.make(plan.redisUrl);
  const crew = new Crew();
  try {
    crew.assemble(plan, lock, workplace, entries);
    await assembled(crew, lock, signal);
    listener.onStart(crew.pids);
    const work = await workOf(crew, plan, listener, signal);
    await (work.stuck ? crew.kill() : crew.leave());
    return resultOf(plan, lock, work, await workplace.count());
  } finally {
    await crew.kill();
    await workplace.remove();
  }
}

async function assembled(crew: Crew, lock: LockDescription, signal: AbortSignal | undefined): Promise<void> {
  await crew.until(() => crew.isReady || undefined, {
    signal,
    idleMs: STARTUP_IDLE_MS,
    onIdle: () => {
      throw new ScenarioError(
        `The processes for lock "${lock.id}" did not get ready within ${STARTUP_IDLE_MS / 1000} s. Try fewer processes or threads.`,
      );
    },
  });
}

interface Work {
  readonly seconds: number;
  readonly stuck: boolean;
  /** Finished updates of each thread of each process. */
  readonly done: readonly (readonly number[])[];
}

/** Starts the crew, and waits until it has finished, or until nothing has moved for so long that it never will. */
async function workOf(
  crew: Crew,
  plan: Plan,
  listener: LockRunListener,
  signal: AbortSignal | undefined,
): Promise<Work> {
  const started = monotonicMs();
  let reported = -1;
  let lastMove = started;
  crew.start();
  return crew.until<Work>(
    () => {
      const done = sum(crew.done.flat());
      if (done > reported) {
        reported = done;
        lastMove = monotonicMs();
        listener.onProgress(done);
      }
      const records = crew.records?.flat();
      if (records === undefined) return undefined;
      const began = Math.min(...records.map((record) => record.began));
      const ended = Math.max(...records.map((record) => record.ended));
      return { seconds: (ended - began) / 1000, stuck: false, done: crew.done };
    },
    {
      signal,
      idleMs: plan.stuckMs,
      onIdle: () => ({ seconds: (lastMove - started) / 1000, stuck: true, done: crew.done }),
    },
  );
}

function resultOf(plan: Plan, lock: LockDescription, work: Work, counted: number): LockResult {
  const expected = expectedOf(plan);
  const done = sum(work.done.flat());
  if (!work.stuck) checkReach(plan, lock, work.done);
  const result = {
    lock: lock.id,
    title: lock.title,
    span: lock.span,
    missing: subtract(dimensionsOf(plan), lock.span),
    expected,
    counted,
    // A stuck lock can have written an update that it has not finished.
    lost: work.stuck ? Math.max(0, done - counted) : expected - counted,
    seconds: work.seconds,
    opsPerSecond: work.seconds === 0 ? 0 : done / work.seconds,
    stuck: work.stuck,
    workers: work.done.flatMap((threads, process) =>
      threads.map((count, thread) => ({ process: process + 1, thread: thread + 1, done: count })),
    ),
  };
  return { ...result, explanation: explanationOf(plan, result) };
}

/**
 * A wrong lock passes when the work stays in one process or thread, so an equal share in each is a condition of the result.
 *
 * @throws ScenarioError naming the first thread that did not do its share
 */
export function checkReach(
  plan: Pick<Plan, 'processes' | 'threads' | 'tasks' | 'iterations'>,
  lock: Pick<LockDescription, 'id'>,
  done: readonly (readonly number[])[],
): void {
  const share = plan.tasks * plan.iterations;
  for (let process = 0; process < plan.processes; process++) {
    for (let thread = 0; thread < plan.threads; thread++) {
      const count = done[process]?.[thread] ?? 0;
      if (count === share) continue;
      throw new ScenarioError(
        `The work under lock "${lock.id}" did not reach every thread: process ${process + 1}, thread ${thread + 1} ` +
          `made ${count} of its ${share} updates. The result would say nothing about the lock.`,
      );
    }
  }
}
