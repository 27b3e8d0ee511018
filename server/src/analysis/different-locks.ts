/** One cell, guarded by different locks in different places, or guarded here and bare there. */
import { intersect } from '../model/dimensions.js';
import type { DifferentLocks, EntryPoint, Overlap } from '../model/findings.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import {
  describe,
  guardOf,
  levelsAbove,
  placeText,
  realLocks,
  strength,
  strongestPerDimension,
  uncovered,
  weaker,
  type Candidate,
  type Level,
  type UpdateCandidate,
} from './candidates.js';
import { isFlag } from './home-made-locks.js';
import type { LockEvidence } from './lock-evidence.js';
import { MODULE_DEPTH } from './modules.js';
import type { Acquisition, CellIdentity, State } from './state.js';

/** A write of a cell, and the locks that are held at it. */
export interface CellWrite {
  readonly cell: CellIdentity;
  readonly place: Place;
  readonly held: readonly Acquisition[];
  readonly contexts: Analysis['contexts'];
  /** True when it writes what is always the same, as one does to begin anew or to end. */
  readonly resets: boolean;
  readonly entry?: EntryPoint;
  /** See {@link Analysis.expects}. */
  readonly expects: boolean;
}

export function noteCellWrite(
  analysis: Analysis,
  state: State,
  write: Pick<CellWrite, 'cell' | 'place' | 'resets'>,
): void {
  const { cell, place } = write;
  if (analysis.isImporting || analysis.depth <= cell.depth) return;
  const writes = analysis.writes.get(cell.key) ?? new Map<string, CellWrite>();
  analysis.writes.set(cell.key, writes);
  // That a lock is given back too early is a bug of its own.
  const held = [...state.held.values(), ...[...state.lapsed.values()].map(({ acquisition }) => acquisition)];
  const key = `${placeText(place)} ${held.map(({ id }) => id).join()}`;
  if (writes.has(key)) return;
  const { entry, expects } = analysis;
  writes.set(key, {
    ...write,
    held,
    contexts: [...analysis.contexts],
    expects,
    ...(entry !== undefined && { entry }),
  });
}

/** A section that reads the cell and writes what comes of it, and that its lock guards. */
interface Section {
  readonly candidate: UpdateCandidate;
  readonly guards: readonly Acquisition[];
  /** Along which others would come in if they did not take the lock. */
  readonly overlaps: readonly Overlap[];
}

function sectionOf(analysis: Analysis, candidate: UpdateCandidate): Section | undefined {
  const { read, cell, levels, act, held, lapsed } = candidate;
  // What only a test has decided is not written from what was read, so nothing of it is lost.
  if (lapsed.length > 0 || act !== undefined) return undefined;
  const guards = usable(analysis, held)?.filter((lock) => read.guards.has(lock.id));
  if (guards === undefined || guards.length === 0) return undefined;
  const crossed = read.point !== undefined;
  if (uncovered(levels, cell, guards, crossed).overlaps.length > 0) return undefined;
  const overlaps = uncovered(levels, cell, [], crossed).overlaps.filter(({ dimension }) =>
    guards.some(({ span }) => span.includes(dimension)),
  );
  return overlaps.length === 0 ? undefined : { candidate, guards, overlaps };
}

/**
 * Locks of which one can say whether they are the same as others; undefined where that cannot be said of one of them: it is out
 * of sight, of one row or transaction, one of many that a key tells apart, or made in the course of an execution.
 */
function usable(analysis: Analysis, held: readonly Acquisition[]): Acquisition[] | undefined {
  const real = realLocks(analysis, held);
  const isUnclear = ({ covers, several, weak, handle, lock, resource, lockDepth }: Acquisition): boolean =>
    covers !== undefined ||
    several === true ||
    weak === true ||
    handle !== undefined ||
    (resource ?? lock).includes('?') ||
    (lock.startsWith('descriptor ') && resource === undefined) ||
    lockDepth > MODULE_DEPTH;
  return real?.some(isUnclear) === true ? undefined : real;
}

function nameOf({ lock, resource }: Acquisition): string {
  return resource ?? lock;
}

/** Cells that are read and written back under a lock somewhere: a lock beside it would not exclude those who hold that one. */
export function cellsWithLocks(analysis: Analysis, candidates: readonly Candidate[]): ReadonlySet<string> {
  return new Set(
    candidates.flatMap((candidate) =>
      candidate.kind === 'update' && sectionOf(analysis, candidate) !== undefined ? [candidate.cell.key] : [],
    ),
  );
}

interface Guarded {
  readonly write: CellWrite;
  readonly locks: readonly Acquisition[];
}

interface Settling {
  readonly candidates: readonly Candidate[];
  readonly evidence: LockEvidence;
  /** Whether something is found at a place already: that is the bug then. */
  readonly isReported: (write: Place) => boolean;
}

export function settleDifferentLocks(analysis: Analysis, settling: Settling): DifferentLocks[] {
  const { candidates, evidence, isReported } = settling;
  const updated = new Set(
    candidates.flatMap((one) =>
      one.kind === 'update' && one.act === undefined ? [placeText(one.write)] : [],
    ),
  );
  const found = new Map<string, DifferentLocks>();
  for (const candidate of candidates) {
    if (candidate.kind !== 'update') continue;
    const section = sectionOf(analysis, candidate);
    if (section === undefined) continue;
    const { cell } = candidate;
    const guarded = [...(analysis.writes.get(cell.key)?.values() ?? [])].flatMap((write): Guarded[] => {
      const locks = usable(analysis, write.held);
      return locks === undefined || isReported(write.place) ? [] : [{ write, locks }];
    });
    const isLockedByCallers = ({ write, locks }: Guarded): boolean =>
      candidate.byLock !== undefined &&
      write.expects &&
      locks.length === 0 &&
      guarded.some((one) => one.locks.length > 0 && isSame(one.write.place, write.place));
    for (const other of guarded) {
      if (isLockedByCallers(other)) continue;
      // Whom nothing but a lock tells to be there loses by a plain write what he may not mind to lose.
      if (candidate.byLock !== undefined && !updated.has(placeText(other.write.place))) continue;
      const finding = disagreement(section, other, guarded, levelsOf(analysis, other.write, evidence));
      if (finding === undefined || isReported(candidate.write)) continue;
      const key = `${cell.key} ${keyOf(finding)}`;
      const known = found.get(key);
      if (known === undefined || strength(finding) >= strength(known)) found.set(key, finding);
    }
  }
  return [...found.values()];
}

/** One lock that is left out, or taken in the place of another, is one bug in each function. */
function keyOf({ write, guards, other }: DifferentLocks): string {
  const names = [...guards, ...other.guards].map(({ name }) => name).sort();
  return guards.length === 0 ? placeText(write) : names.join();
}

/** A write may come between the read and the write of a section whose lock it does not hold. */
function disagreement(
  { candidate, guards, overlaps: ofSection }: Section,
  { write, locks }: Guarded,
  all: readonly Guarded[],
  levels: readonly Level[],
): DifferentLocks | undefined {
  const { cell, read } = candidate;
  const names = new Set(guards.map(nameOf));
  if (locks.some((lock) => names.has(nameOf(lock))) || isSame(write.place, candidate.write)) return undefined;
  const overlaps = together(ofSection, levels, cell, write, [...guards, ...locks]);
  if (overlaps.length === 0) return undefined;
  const withLocks = (wanted: ReadonlySet<string>): number =>
    placesOf(all.filter((one) => one.locks.some((lock) => wanted.has(nameOf(lock)))));
  const ofOthers =
    locks.length === 0
      ? placesOf(all.filter((one) => one.locks.length === 0 && !one.write.resets))
      : withLocks(new Set(locks.map(nameOf)));
  const isMinority =
    ofOthers < withLocks(names) ||
    (ofOthers === withLocks(names) && (locks.length === 0 || isAfter(write.place, candidate.write)));
  const section = { read: read.place, write: candidate.write, guards: guards.map((lock) => guardOf(lock)) };
  const single = { write: write.place, guards: locks.map((lock) => guardOf(lock)) };
  const [reported, other] = isMinority ? [single, section] : [section, single];
  return {
    kind: 'different-locks',
    cell: describe(cell),
    ...reported,
    other,
    certain: candidate.certain,
    overlaps,
    ...(write.entry !== undefined && { entries: [write.entry] }),
  };
}

function levelsOf(
  analysis: Analysis,
  { cell, contexts, expects }: CellWrite,
  evidence: LockEvidence,
): readonly Level[] {
  const depth = contexts.length;
  const levels = levelsAbove(analysis, cell.depth, depth, contexts);
  return evidence.levels(cell, levels, depth, expects);
}

/** Along which dimensions a write overlaps a section. */
function together(
  ofSection: readonly Overlap[],
  levels: readonly Level[],
  cell: CellIdentity,
  { resets }: CellWrite,
  locks: readonly Acquisition[],
): Overlap[] {
  const ofWrite = strongestPerDimension(levels.flatMap(({ overlaps }) => overlaps));
  const isLikely = cell.sharing === 'likely' || resets || locks.some(isFlag);
  return ofWrite.flatMap((overlap): Overlap[] => {
    const section = ofSection.find(({ dimension }) => dimension === overlap.dimension);
    if (section === undefined || intersect([overlap.dimension], cell.reach).length === 0) return [];
    return [{ ...overlap, strength: isLikely ? 'likely' : weaker(overlap.strength, section.strength) }];
  });
}

function placesOf(guarded: readonly Guarded[]): number {
  return new Set(guarded.map(({ write: { place } }) => placeText(place))).size;
}

function isSame(one: Place, other: Place): boolean {
  return one.file === other.file && one.start === other.start;
}

function isAfter(one: Place, other: Place): boolean {
  return one.file === other.file ? one.start > other.start : one.file > other.file;
}
