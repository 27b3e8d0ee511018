import { formatScenario, runScenario, ScenarioError, type ScenarioFormat } from '../scenario/index.js';
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

/**
 * Runs the experiment; progress goes to standard error when a person watches.
 * @param names ids of locks; none: the default ones
 * @returns the exit code
 * @throws UsageError when it could not run
 */
export async function scenario(names: readonly string[], flags: ScenarioFlags): Promise<number> {
  const { format, redis, ...size } = flags;
  const interrupted = new AbortController();
  const stop = (): void => {
    interrupted.abort(new UsageError('interrupted'));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const report = await runScenario(
      { ...size, redisUrl: redis, ...(names.length === 0 ? {} : { locks: names }) },
      (event) => {
        if (event.kind === 'lock-started' && process.stderr.isTTY) {
          process.stderr.write(`${event.number} of ${event.of}: ${event.title}\n`);
        }
      },
      interrupted.signal,
    );
    process.stdout.write(formatScenario(report, format));
    return EXIT_NOTHING_FOUND;
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(error.message);
    throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
