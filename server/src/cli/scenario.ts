import { formatScenario, runScenario, ScenarioError, type ScenarioFormat } from '../scenario/index.js';
import { formatSeed, runSeed } from '../scenario/seed/index.js';
import { EXIT_NOTHING_FOUND, UsageError } from './exit-codes.js';

export interface ScenarioFlags {
  readonly format: ScenarioFormat;
  readonly processes?: number;
  readonly threads?: number;
  readonly tasks?: number;
  readonly iterations?: number;
  readonly windowMs?: number;
  readonly redis?: string;
}

/** The name of the experiment with uWSGI and Flask, in the place of locks' names. */
const SEED = 'seed';

/**
 * Runs an experiment; progress goes to standard error when a person watches.
 * @param names ids of locks; none: the default ones; `seed` alone: the experiment with uWSGI and Flask
 * @returns the exit code
 * @throws UsageError when it could not run
 */
export async function scenario(names: readonly string[], flags: ScenarioFlags): Promise<number> {
  const interrupted = new AbortController();
  const stop = (): void => {
    interrupted.abort(new UsageError('interrupted'));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const text = names.includes(SEED)
      ? await seed(names, flags, interrupted.signal)
      : await locks(names, flags, interrupted.signal);
    process.stdout.write(text);
    return EXIT_NOTHING_FOUND;
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(error.message);
    throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

async function locks(names: readonly string[], flags: ScenarioFlags, signal: AbortSignal): Promise<string> {
  const { format, redis, ...size } = flags;
  const report = await runScenario(
    { ...size, redisUrl: redis, ...(names.length === 0 ? {} : { locks: names }) },
    (event) => {
      if (event.kind === 'lock-started') announce(event.title, event.number, event.of);
    },
    signal,
  );
  return formatScenario(report, format);
}

async function seed(names: readonly string[], flags: ScenarioFlags, signal: AbortSignal): Promise<string> {
  const { format, redis, tasks, ...size } = flags;
  if (names.length > 1)
    throw new UsageError(`"${SEED}" is an experiment of its own: name no locks beside it.`);
  if (redis !== undefined || tasks !== undefined) {
    throw new UsageError(
      `The ${SEED} experiment has a Redis server of its own and no async tasks: leave out --redis and --tasks.`,
    );
  }
  return formatSeed(await runSeed(size, announce, signal), format);
}

function announce(title: string, number: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`${number} of ${of}: ${title}\n`);
}
