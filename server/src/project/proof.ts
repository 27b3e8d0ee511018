/** From what a person points at to what the prover runs: which function it is, and where it reads and writes shared state. */
import path from 'node:path';

import type { Update, UpdatingFunction } from '../model/findings.js';
import {
  prove,
  PROVE_DIMENSIONS,
  ProofError,
  type ProveDimension,
  type ProveListener,
  type ProveOptions,
  type ProveReport,
  type ProveTarget,
} from '../scenario/prove/index.js';
import type { Project } from './project.js';

export interface ProofRequest extends Pick<ProveOptions, 'schedule' | 'schedules'> {
  /** Absolute path. */
  readonly file: string;
  /** A function's name, or a line of it, from 1. */
  readonly subject: string;
  /** Default: each along which executions overlap here, one after the other, until an update is lost. */
  readonly dimension?: ProveDimension | undefined;
}

/**
 * Proves an update, along one dimension after the other.
 *
 * @param from the directory that paths are shown from
 * @returns a report for each dimension that was tried; the last one has the lost update, if one was witnessed
 * @throws ProofError when there is no such function, or it cannot be driven, with what it needs; ConfigurationError;
 *   the signal's reason when it aborts
 */
export async function proveIn(
  project: Project,
  request: ProofRequest,
  from: string,
  listener?: ProveListener,
  signal?: AbortSignal,
): Promise<ProveReport[]> {
  const { file, subject, dimension, ...options } = request;
  const all = await project.updates(file);
  const { updates, ...named } = /^\d+$/.test(subject)
    ? atLine(all, file, Number(subject), from)
    : byName(all, file, subject, from);
  const usesRedis = updates.some(({ cell }) => cell.kind === 'redis');
  const accesses = accessesOf(updates);
  const reports: ProveReport[] = [];
  for (const along of dimension === undefined ? dimensionsOf(updates, file) : [dimension]) {
    const target = { file, subject, ...named, accesses, usesRedis, dimension: along };
    const report = await prove(target, options, listener, signal);
    reports.push(report);
    if (report.lost !== undefined) break;
  }
  return reports;
}

type Meant = Pick<ProveTarget, 'function' | 'place'> & { readonly updates: readonly Update[] };

function byName(all: readonly Update[], file: string, name: string, from: string): Meant {
  const last = name.split('.').at(-1);
  const updates = all.filter(({ functions }) =>
    functions.some((one) => one.name === name || one.name.split('.').at(-1) === last),
  );
  if (updates.length > 0) return { function: name, updates };
  throw new ProofError(
    `${name} in ${path.relative(from, file)} updates no shared state that Lockkit can see; ${othersIn(all, file)}`,
  );
}

/** The outermost function of the file that makes an update which the line has a part in. */
function atLine(all: readonly Update[], file: string, line: number, from: string): Meant {
  const isAt = ({ file: of, line: first, endLine }: Update['read']): boolean =>
    of === file && first <= line && line <= endLine;
  const at = all.filter(({ read, write }) => isAt(read) || isAt(write));
  const around = all.filter(({ functions }) => functions.some(({ place }) => isAt(place)));
  const candidates = (at.length > 0 ? at : around).flatMap(({ functions }) => {
    const own = functions.filter(({ place }) => place.file === file);
    return (at.length > 0 ? own : own.filter(({ place }) => isAt(place))).at(-1) ?? [];
  });
  const chosen = candidates.find(({ exported }) => exported) ?? candidates[0];
  if (chosen === undefined) {
    throw new ProofError(
      `Around line ${line} of ${path.relative(from, file)} there is no function that updates shared state that Lockkit can see; ${othersIn(all, file)}`,
    );
  }
  const { start, end } = chosen.place;
  const updates = all.filter(({ functions }) => functions.some((one) => isSame(one, chosen)));
  return { function: chosen.name, place: { start, end }, updates };
}

function isSame(left: UpdatingFunction, right: UpdatingFunction): boolean {
  return left.place.file === right.place.file && left.place.start === right.place.start;
}

/** What could be meant instead: names, and lines where there is no name that can be written. */
function othersIn(all: readonly Update[], file: string): string {
  const known = all.flatMap(({ functions }) => {
    const outermost = functions.filter(({ place }) => place.file === file).at(-1);
    if (outermost === undefined) return [];
    return /^[\w$.]+$/.test(outermost.name) ? outermost.name : `line ${outermost.place.line}`;
  });
  return known.length === 0
    ? 'and no function in it does'
    : `those that do: ${[...new Set(known)].join(', ')}`;
}

/** Those that two real executions can be made in here. A machine cannot be two hosts. */
function dimensionsOf(updates: readonly Update[], file: string): ProveDimension[] {
  const all = new Set(updates.flatMap(({ dimensions }) => dimensions));
  const isAsync = updates.some(({ functions }) => functions.some(({ async }) => async));
  const usual = file.endsWith('.py') && !isAsync ? 'threads' : 'tasks';
  const along = PROVE_DIMENSIONS.filter((dimension) => all.has(dimension));
  return along.length === 0 ? [usual] : along;
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
