import path from 'node:path';
import type { Update } from '../model/findings.js';
import { ConfigurationError, Project } from '../project/index.js';
import { ScenarioError } from '../scenario/index.js';
import { formatProof, prove as search, type ProveReport, type ProveTarget } from '../scenario/prove/index.js';
import { EXIT_FOUND, EXIT_NOTHING_FOUND, UsageError } from './exit-codes.js';

export interface ProveFlags {
  readonly format: 'text' | 'json';
  readonly dimension?: ProveTarget['dimension'];
  readonly schedule?: string;
  readonly schedules?: number;
}

/**
 * Looks for a lost update by running a function twice at once.
 * @param subject `FILE:FUNCTION`
 * @returns the exit code: whether one was witnessed
 * @throws UsageError when the function cannot be driven, with what it needs
 */
export async function prove(subject: string, flags: ProveFlags): Promise<number> {
  const directory = process.cwd();
  const { file, name } = parsed(subject);
  const interrupted = new AbortController();
  const stop = (): void => {
    interrupted.abort(new UsageError('interrupted'));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const updates = await updatesIn(directory, file, name);
    const { format, dimension, ...options } = flags;
    const dimensions = dimension === undefined ? dimensionsOf(updates) : [dimension];
    let report: ProveReport | undefined;
    for (const along of dimensions) {
      const target = { file, function: name, accesses: accessesOf(updates), dimension: along };
      const usesRedis = updates.some(({ cell }) => cell.kind === 'redis');
      report = await search(target, { ...options, usesRedis }, interrupted.signal);
      if (format === 'text') process.stdout.write(formatProof(report, directory));
      if (report.lost !== undefined) break;
    }
    if (format === 'json') process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return report?.lost === undefined ? EXIT_NOTHING_FOUND : EXIT_FOUND;
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(error.message);
    if (error instanceof ConfigurationError)
      throw new UsageError(`${error.file}:${error.line}: ${error.reason}`);
    throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function parsed(subject: string): { readonly file: string; readonly name: string } {
  const colon = subject.lastIndexOf(':');
  const name = subject.slice(colon + 1);
  if (colon <= 0 || !/^[\w$]+(\.[\w$]+)*$/.test(name)) {
    throw new UsageError(
      `"${subject}" is not FILE:FUNCTION, such as src/counter.ts:add or src/counter.ts:Counter.add`,
    );
  }
  return { file: path.resolve(subject.slice(0, colon)), name };
}

/** What the function does to shared state, itself or by what it calls. */
async function updatesIn(directory: string, file: string, name: string): Promise<Update[]> {
  const all = await new Project({ directory }).updates(file);
  const last = name.split('.').at(-1);
  const updates = all.filter(({ functions }) =>
    functions.some((one) => one === name || one.split('.').at(-1) === last),
  );
  if (updates.length > 0) return updates;
  const known = [...new Set(all.flatMap(({ functions }) => functions.at(-1) ?? []))];
  const others = known.length === 0 ? 'and no function in it does' : `those that do: ${known.join(', ')}`;
  throw new UsageError(
    `${name} in ${path.relative(directory, file)} updates no shared state that Lockkit can see; ${others}`,
  );
}

/** Those that two real executions can be made in here. A machine cannot be two hosts. */
function dimensionsOf(updates: readonly Update[]): ProveTarget['dimension'][] {
  const all = new Set(updates.flatMap(({ dimensions }) => dimensions));
  const along = (['tasks', 'processes'] as const).filter((dimension) => all.has(dimension));
  return along.length === 0 ? ['tasks'] : along;
}

function accessesOf(updates: readonly Update[]): ProveTarget['accesses'] {
  const accesses = updates.flatMap(({ cell, read, write }) => [
    { kind: 'read' as const, cell: cell.name, ...read },
    { kind: 'write' as const, cell: cell.name, ...write },
  ]);
  const unique = new Map(
    accesses.map((access) => [`${access.kind} ${access.file} ${access.start} ${access.end}`, access]),
  );
  return [...unique.values()].map(({ kind, cell, file, start, end, line }) => ({
    kind,
    cell,
    file,
    line,
    range: { start, end },
  }));
}
