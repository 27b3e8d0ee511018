/**
 * Critical sections as the text of one function shows them: where it acquires a lock, by itself or by a call, and where it
 * releases it. What the paths between come to is worked out at the end; see `paths/`.
 */
import type { Operation, Temporary } from '../model/facts.js';
import type { Overlap } from '../model/findings.js';
import type { TextRange } from '../model/source.js';
import type { Analysis } from './analysis.js';
import type { CallSite } from './calls.js';
import { overlapsOf, strongestPerDimension } from './candidates.js';
import { placeIn, type Frame } from './frame.js';
import { isFlag } from './home-made-locks.js';
import { expectedBy } from './lock-evidence.js';
import { rangeKey } from './paths/paths.js';
import { Failures } from './paths/throwing.js';
import type { Acquisition, State } from './state.js';
import type { Value } from './values.js';

/** What one call of a function does with locks. */
interface Log {
  readonly acquires: Map<string, { readonly range: TextRange; readonly acquisition: Acquisition }>;
  /** Where locks are released, by the lock. */
  readonly releases: Map<string, TextRange[]>;
  /** Locks that functions within this one release. */
  readonly inCallbacks: Set<string>;
  readonly final: Set<string>;
  readonly failures: Failures;
}

/** A lock that a function acquires and releases, over all calls of the function that were looked at. */
export interface SectionCandidate {
  readonly frame: Frame;
  readonly acquire: TextRange;
  readonly acquisition: Acquisition;
  /** By their range. */
  readonly releases: Map<string, TextRange>;
  readonly final: ReadonlySet<string>;
  readonly failures: Failures;
  overlaps: readonly Overlap[];
  /** Whom the lock itself tells to be expected. */
  readonly expected?: Overlap;
}

export class Sections {
  private readonly logs = new Map<Frame, Log>();
  readonly candidates = new Map<string, SectionCandidate>();
  /** Locks that are released by code which has not acquired them: they are handed over. */
  readonly handedOver = new Set<string>();
  /** Operations that were seen to release a lock, by {@link operationKey}. */
  readonly releasing = new Set<string>();

  log(frame: Frame): Log {
    let log = this.logs.get(frame);
    if (log === undefined) {
      log = {
        acquires: new Map(),
        releases: new Map(),
        inCallbacks: new Set(),
        final: new Set(),
        failures: new Failures(),
      };
      this.logs.set(frame, log);
    }
    return log;
  }

  /** Ends the log of a call. */
  take(frame: Frame): Log | undefined {
    const log = this.logs.get(frame);
    this.logs.delete(frame);
    return log;
  }

  has(frame: Frame, lock: string): boolean {
    return [...(this.logs.get(frame)?.acquires.values() ?? [])].some(
      ({ acquisition }) => releaseKey(acquisition) === lock,
    );
  }
}

/** What a release is known by: the lock, or the call whose promise it settles. */
export function releaseKey({ lock, releasedBy }: Acquisition): string {
  return releasedBy === undefined ? lock : turnKey(releasedBy);
}

function isWithin({ facts, module }: Frame, outer: Frame): boolean {
  let { parent } = facts;
  while (parent !== undefined && module.facts.functions[parent] !== outer.facts) {
    parent = module.facts.functions[parent]?.parent;
  }
  return parent !== undefined && module === outer.module;
}

export function operationKey(file: string, range: TextRange): string {
  return `${file} ${rangeKey(range)}`;
}

export function turnKey(frame: Frame): string {
  return `turn ${frame.id}`;
}

/** Sees which locks an operation has left held. */
export function noteOperation(
  analysis: Analysis,
  frame: Frame,
  { range }: Extract<Operation, { readonly range: TextRange }>,
  before: ReadonlySet<string>,
  { held }: State,
): void {
  if (held.size === 0) return;
  for (const [id, acquisition] of held) {
    if (before.has(id) || acquisition.ofTransaction === true || acquisition.weak === true) continue;
    analysis.sections.log(frame).acquires.set(id, { range, acquisition });
  }
}

/** A lock is released: by this operation, and by each call that led to it. */
export function noteReleased(analysis: Analysis, frame: Frame, range: TextRange, lock: string): void {
  let isOwn = false;
  analysis.sections.releasing.add(operationKey(frame.module.facts.file, range));
  for (
    let spot: { readonly frame: Frame; readonly range: TextRange } | undefined = { frame, range };
    spot !== undefined;
    spot = spot.frame.caller
  ) {
    const { releases, inCallbacks } = analysis.sections.log(spot.frame);
    releases.set(lock, [...(releases.get(lock) ?? []), spot.range]);
    if (isWithin(frame, spot.frame)) inCallbacks.add(lock);
    isOwn ||= analysis.sections.has(spot.frame, lock);
  }
  if (!isOwn) analysis.sections.handedOver.add(lock);
}

/** A call may throw where it stands. */
export function noteThrowing({ analysis, frame, operation }: CallSite, how: 'known' | 'unseen'): void {
  analysis.sections.log(frame).failures.calls.set(operation.range, how);
}

/** A call does not come back. */
export function noteFinal({ analysis, frame, operation }: CallSite): void {
  analysis.sections.log(frame).final.add(rangeKey(operation.range));
}

/** A wait for what cannot fail. */
export function noteWaitFor(
  analysis: Analysis,
  frame: Frame,
  range: TextRange,
  waited: Value | undefined,
): void {
  if (waited !== undefined && isCalm(waited)) analysis.sections.log(frame).failures.calm.add(range);
}

/** Whether a value can be waited for without an error: it is no promise, or one that nothing rejects. */
export function isCalm({ shape, pending }: Value): boolean {
  if (shape.kind === 'future' && shape.calm === true) return true;
  return pending === undefined ? shape.kind === 'constant' : pending.calm === true;
}

/**
 * A call of a function is over.
 * @param into where its caller has the result; absent for callbacks and roots
 * @returns true when no error can leave it
 */
export function leaveFrame(analysis: Analysis, frame: Frame, into?: Temporary): boolean {
  const log = analysis.sections.take(frame);
  if (log !== undefined) keepSections(analysis, frame, log);
  const caller = frame.caller?.frame;
  if (into !== undefined && caller !== undefined) {
    const { failures } = analysis.sections.log(caller);
    failures.callees.set(into, { facts: frame.facts, failures: log?.failures ?? new Failures() });
  }
  return frame.facts.async && !(log?.failures ?? new Failures()).leave(frame.facts);
}

function keepSections(analysis: Analysis, frame: Frame, log: Log): void {
  if (analysis.isImporting || frame.facts.generator || frame.facts.kind === 'module') return;
  for (const { range, acquisition } of log.acquires.values()) {
    const key = releaseKey(acquisition);
    const releases = log.releases.get(key) ?? [];
    // A flag that a callback takes down says that something is under way, for as long as that takes.
    if (isFlag(acquisition) && (acquisition.plain !== true || log.inCallbacks.has(key))) continue;
    if (releases.length > 0) keep(analysis, frame, log, { range, acquisition }, releases);
  }
}

function keep(
  analysis: Analysis,
  frame: Frame,
  { final, failures }: Log,
  { range, acquisition }: { readonly range: TextRange; readonly acquisition: Acquisition },
  releases: readonly TextRange[],
): void {
  const overlaps = overlapsOf(analysis, acquisition.lockDepth, acquisition.span);
  const expected = analysis.expects ? expectedBy(analysis, [acquisition]) : undefined;
  const place = placeIn(frame, range);
  const key = `${place.file} ${String(place.start)} ${acquisition.name}`;
  const known = analysis.sections.candidates.get(key);
  if (known === undefined) {
    const byRange = new Map(releases.map((release) => [rangeKey(release), release]));
    analysis.sections.candidates.set(key, {
      frame,
      acquire: range,
      acquisition,
      releases: byRange,
      final,
      failures,
      overlaps,
      ...(expected !== undefined && { expected }),
    });
    return;
  }
  // What one call of the function releases, another may have left to others.
  for (const release of releases) known.releases.set(rangeKey(release), release);
  known.overlaps = strongestPerDimension([...known.overlaps, ...overlaps]);
}
