/** Findings while the analysis is under way: what only the whole file can decide is decided at the end. */
import { intersect, subtract, type Dimension } from '../model/dimensions.js';
import type { AtomicForm, EntryPoint, Finding, Guard, Overlap } from '../model/findings.js';
import type { Place } from '../model/source.js';
import { judge, type DecidedAct } from './acts.js';
import type { Analysis } from './analysis.js';
import { settleBlockingLocks } from './blocking-locks.js';
import { cellsWithLocks, settleDifferentLocks } from './different-locks.js';
import { placeIn, type Frame } from './frame.js';
import { IN_MEMORY } from './home-made-locks.js';
import { LockEvidence } from './lock-evidence.js';
import { nameOf, settleOwnLocks, type OwnLockCandidate } from './own-locks.js';
import { MODULE_DEPTH } from './modules.js';
import { meetingOf, regionOf, seenFrom, type Spot } from './spots.js';
import { outlived, settleAwaits } from './awaits.js';
import { settleLeaks } from './leaks.js';
import { settleLockOrders } from './lock-order.js';
import type { Acquisition, CellIdentity, Lapse, LiveRead, SharedHandle, State } from './state.js';

/** The overlaps of one context, and its place in the stack of contexts (counted from 1). */
export interface Level {
  readonly index: number;
  readonly overlaps: readonly Overlap[];
}

export type Candidate = UpdateCandidate | HandleCandidate | OwnLockCandidate;

export interface UpdateCandidate {
  readonly kind: 'update';
  readonly cell: CellIdentity;
  readonly read: LiveRead;
  readonly write: Place;
  readonly writeFrame: Frame;
  readonly certain: boolean;
  /** Set when only the decision to write derives from the read. */
  readonly act?: DecidedAct;
  readonly atomic?: AtomicForm;
  readonly held: readonly Acquisition[];
  readonly lapsed: readonly Lapse[];
  /** The exported function that is the outermost of the executions that overlap. */
  readonly entry?: EntryPoint;
  readonly levels: readonly Level[];
  /** True when what was read is a copy that was made when the program started. */
  readonly copied?: boolean;
  /** True when the cell begins anew after what was in it was worked with. */
  readonly begins?: boolean;
  /** See {@link Analysis.expects}. */
  readonly expects: boolean;
  /** The lock that the cell has somewhere, where nothing but that tells that it is shared. */
  readonly byLock?: Acquisition;
}

interface HandleCandidate {
  readonly kind: 'handle';
  readonly cell: CellIdentity;
  readonly acquire: Place;
  readonly handle: SharedHandle;
  readonly held: readonly Acquisition[];
  readonly levels: readonly Level[];
}

export function levelsAbove(
  analysis: Analysis,
  depth: number,
  upTo: number,
  contexts: Analysis['contexts'] = analysis.contexts,
): Level[] {
  return contexts
    .slice(0, upTo)
    .map((context, index) => ({
      index: index + 1,
      overlaps: context.overlaps.filter((overlap) => analysis.exists(overlap)),
    }))
    .filter(({ index, overlaps }) => index > depth && overlaps.length > 0);
}

/** What overlaps along the dimensions that a lock excludes, for a lock that was made at a depth. */
export function overlapsOf(analysis: Analysis, depth: number, span: readonly Dimension[]): Overlap[] {
  const levels = levelsAbove(analysis, depth, analysis.depth);
  return strongestPerDimension(
    levels.flatMap((level) => level.overlaps.filter(({ dimension }) => span.includes(dimension))),
  );
}

/** A cell is written from what was read of it: keeps the pair if any execution can interleave. */
export function noteUpdate(
  analysis: Analysis,
  state: State,
  pair: {
    read: LiveRead;
    certain: boolean;
    write: Place;
    writeFrame: Frame;
    act?: DecidedAct;
    atomic?: AtomicForm;
    copied?: boolean;
    begins?: boolean;
  },
): void {
  if (analysis.isImporting) return;
  const covering = [...state.held.values()].filter(
    ({ covers, several }) => several !== true && (covers === undefined || covers === pair.read.cell.kind),
  );
  const inDoubt = covering.some(({ id, weak }) => weak === true && pair.read.guards.has(id));
  const cell: CellIdentity = inDoubt ? { ...pair.read.cell, sharing: 'likely' } : pair.read.cell;
  const levels = withUsual(analysis, cell, levelsAbove(analysis, cell.depth, pair.read.depth));
  // Of what an exported function does, the locks that its cell has elsewhere may tell more.
  const { expects } = analysis;
  if (levels.length === 0 && !expects) return;
  const held = covering.filter(({ weak }) => weak !== true);
  const lapsed = [...state.lapsed.values()];
  // What overlaps inside of an execution does so whoever started it.
  const isOfEntry = levels.every(({ index }) => index <= MODULE_DEPTH + 1);
  const entry = isOfEntry ? analysis.entry : undefined;
  analysis.candidates.push({
    kind: 'update',
    cell,
    held,
    lapsed,
    levels,
    expects,
    ...(entry && { entry }),
    ...pair,
  });
}

/** What a cell is made for tells along which dimensions executions share it, where nothing else says so. */
function withUsual(analysis: Analysis, cell: CellIdentity, levels: Level[]): Level[] {
  const { usually, declaration } = cell;
  const index = analysis.depth;
  if (usually === undefined || index <= MODULE_DEPTH || analysis.hasEvidence(usually.along)) return levels;
  const known = new Set(levels.flatMap((level) => level.overlaps.map(({ dimension }) => dimension)));
  const overlaps = usually.along
    .filter((dimension) => !known.has(dimension))
    .map((dimension): Overlap => ({
      dimension,
      strength: 'usual',
      text: usually.text,
      ...(declaration !== undefined && { place: declaration }),
    }));
  return overlaps.length === 0 ? levels : [...levels, { index, overlaps }];
}

/** A file lock is taken on an open file that is kept in a shared cell. */
export function noteSharedHandle(
  analysis: Analysis,
  state: State,
  cell: CellIdentity,
  acquire: Place,
  handle: SharedHandle,
): void {
  if (analysis.isImporting) return;
  const levels = levelsAbove(analysis, cell.depth, analysis.depth);
  if (levels.length === 0) return;
  analysis.candidates.push({ kind: 'handle', cell, acquire, handle, held: [...state.held.values()], levels });
}

/** Decides which candidates are findings, and says each once. */
export function settle(analysis: Analysis): Finding[] {
  const findings = new Map<string, Finding>();
  const keep = (finding: Finding): void => {
    const key = keyOf(finding);
    const known = findings.get(key);
    if (known === undefined) findings.set(key, finding);
    else
      findings.set(key, withEntriesOf(known, strength(finding) > strength(known) ? finding : known, finding));
  };
  const ownLocks: OwnLockCandidate[] = [];
  const evidence = new LockEvidence(analysis);
  const candidates = analysis.candidates.flatMap((candidate): Candidate | readonly Candidate[] =>
    candidate.kind === 'update' ? (evidence.applied(candidate) ?? []) : candidate,
  );
  const sections = acquiresOfSections(candidates);
  const locked = cellsWithLocks(analysis, candidates);
  const lockedByCallers = new Set(
    candidates.flatMap((candidate) =>
      candidate.kind === 'update' && guardsOf(analysis, candidate).length > 0 ? [endsOf(candidate)] : [],
    ),
  );
  const growing = growingCells(analysis);
  for (const candidate of candidates) {
    if (candidate.kind === 'own-lock') {
      ownLocks.push(candidate);
      continue;
    }
    if (candidate.kind === 'handle' && isPartOfSection(candidate, sections)) continue;
    const finding =
      candidate.kind === 'update'
        ? settleUpdate(analysis, candidate, {
            hasLock: locked.has(candidate.cell.key),
            grows: growing.has(candidate.cell.key),
            isLockedByCallers: lockedByCallers.has(endsOf(candidate)),
          })
        : settleHandle(analysis, candidate);
    if (finding !== undefined) keep(finding);
  }
  for (const finding of settleOwnLocks(ownLocks)) if (!findings.has(keyOf(finding))) keep(finding);
  for (const finding of settleAwaits(analysis)) keep(finding);
  const reported = new Set(
    [...findings.values()].flatMap((finding) =>
      finding.kind === 'read-modify-write' ? [placeText(finding.writesAt ?? finding.write)] : [],
    ),
  );
  const isReported = (write: Place): boolean => reported.has(placeText(write));
  for (const finding of settleDifferentLocks(analysis, { candidates, evidence, isReported })) keep(finding);
  for (const finding of settleLeaks(analysis)) keep(finding);
  for (const finding of settleLockOrders(analysis)) keep(finding);
  for (const finding of settleBlockingLocks(analysis)) keep(finding);
  for (const finding of analysis.unsafeUnlocks.values()) keep(finding);
  return [...findings.values()];
}

/** A finding that is made more than once is one of exported functions only if it is so each time. */
function withEntriesOf(one: Finding, kept: Finding, other: Finding): Finding {
  if (kept.kind !== 'read-modify-write') return kept;
  const both = [one, other].map((finding) => (finding.kind === kept.kind ? (finding.entries ?? []) : []));
  const byKey = new Map(both.flat().map((entry) => [entry.key, entry]));
  return { ...kept, entries: both.every(({ length }) => length > 0) ? [...byKey.values()] : [] };
}

/** Findings of one key are one bug. */
function keyOf(finding: Finding): string {
  switch (finding.kind) {
    case 'read-modify-write':
      // One write under several keys, which its callers choose, is one bug.
      return [finding.cell.kind, ...[finding.write, finding.writesAt].map(placeText)].join(' ');
    case 'shared-lock-handle':
      return `handle ${finding.acquire.file} ${String(finding.acquire.start)}`;
    case 'process-lock':
      return `process lock ${finding.made.file} ${String(finding.made.start)}`;
    case 'own-lock':
      return `own lock ${finding.made.file} ${String(finding.made.start)}`;
    case 'different-locks':
      return `different locks ${finding.cell.name} ${placeText(finding.write)}`;
    case 'missing-await':
      return `missing await ${finding.call.file} ${String(finding.call.start)}`;
    case 'lock-order':
      return `lock order ${finding.cycle
        .map(({ lock }) => lock)
        .sort()
        .join()} ${placeText(finding.place)}`;
    case 'unsafe-unlock':
      return `unsafe unlock ${placeText(finding.release)}`;
    case 'blocking-lock':
      return `blocking lock ${placeText(finding.acquire)}`;
    case 'leaked-lock':
      return `leaked lock ${finding.acquire.file} ${String(finding.acquire.start)}`;
  }
}

export function placeText(place: Place | undefined): string {
  return place === undefined ? '' : `${place.file}:${String(place.start)}`;
}

const STRENGTH = { shown: 2, usual: 1, likely: 0 } as const;

export function weaker(one: Overlap['strength'], other: Overlap['strength']): Overlap['strength'] {
  return STRENGTH[one] < STRENGTH[other] ? one : other;
}

export function strength(finding: Finding): number {
  return (
    Math.max(...finding.overlaps.map((overlap) => STRENGTH[overlap.strength])) * 4 +
    (finding.certain ? 2 : 0) +
    // What guards the test guards the update that it decides, and not the other way round.
    (finding.kind === 'read-modify-write' && finding.derivation === 'control' ? 1 : 0)
  );
}

/** The acquires of file locks that some code was seen to release again. */
function acquiresOfSections(candidates: readonly Candidate[]): ReadonlySet<string> {
  return new Set(
    candidates.flatMap((candidate) =>
      candidate.kind === 'handle' && candidate.handle.release !== undefined
        ? [placeText(candidate.acquire)]
        : [],
    ),
  );
}

/** Whether an acquire was seen by itself, which other code makes a section of: under what that code holds, it decides. */
function isPartOfSection({ acquire, handle }: HandleCandidate, sections: ReadonlySet<string>): boolean {
  return handle.release === undefined && sections.has(placeText(acquire));
}

/** Locks that really exclude; undefined when code that the analysis cannot see may hold one. */
export function realLocks(analysis: Analysis, held: readonly Acquisition[]): Acquisition[] | undefined {
  const real = held.filter((lock) => lock.chain === undefined || analysis.chains.has(lock.chain));
  return real.some((lock) => lock.unseen === true) ? undefined : real;
}

/** Whether the executions of a level have one lock, and not each a lock of its own. */
function isShared(lock: Acquisition, level: Level): boolean {
  return lock.lockDepth < level.index || lock.holder?.published === true;
}

/** The overlaps of a level that no lock excludes. */
function openAt(
  level: Level,
  cell: CellIdentity,
  locks: readonly Acquisition[],
  crossed: boolean,
): Overlap[] {
  if (cell.apart?.includes(level.index) === true) return [];
  const covered = locks.filter((lock) => isShared(lock, level)).flatMap((lock) => lock.span);
  return level.overlaps
    .filter(({ dimension }) => subtract(intersect([dimension], cell.reach), covered).length > 0)
    .filter(({ dimension }) => dimension !== 'tasks' || crossed)
    .map((overlap) => ({ ...overlap, strength: cell.sharing === 'likely' ? 'likely' : overlap.strength }));
}

/** Locks taken in a context, or in one inside of it: one that an outer execution holds does not tell its like apart. */
function takenAt(level: Level, locks: readonly Acquisition[]): Acquisition[] {
  return locks.filter((lock) => lock.depth >= level.index);
}

interface Uncovered {
  readonly overlaps: readonly Overlap[];
  /** Locks that are there and do not reach far enough; with the dimensions that they would cover, were they shared. */
  readonly locks: ReadonlyMap<Acquisition, readonly Dimension[]>;
}

/** What interleaves in spite of the locks that are held. */
export function uncovered(
  levels: readonly Level[],
  cell: CellIdentity,
  held: readonly Acquisition[],
  crossed: boolean,
): Uncovered {
  const overlaps: Overlap[] = [];
  const locks = new Map<Acquisition, readonly Dimension[]>();
  for (const level of levels) {
    const taken = takenAt(level, held);
    const open = openAt(level, cell, taken, crossed);
    overlaps.push(...open);
    if (open.length === 0) continue;
    const dimensions = open.map(({ dimension }) => dimension);
    for (const lock of taken) {
      const own = isShared(lock, level) ? [] : intersect(lock.span, dimensions);
      locks.set(lock, [...(locks.get(lock) ?? []), ...own]);
    }
  }
  return { overlaps: strongestPerDimension(overlaps), locks };
}

export function strongestPerDimension(overlaps: readonly Overlap[]): Overlap[] {
  const best = new Map<string, Overlap>();
  for (const overlap of overlaps) {
    const known = best.get(overlap.dimension);
    if (known === undefined || STRENGTH[overlap.strength] >= STRENGTH[known.strength]) {
      best.set(overlap.dimension, overlap);
    }
  }
  return [...best.values()];
}

export function guardOf(lock: Acquisition, unshared: readonly Dimension[] = []): Guard {
  const { name, span, place, holder } = lock;
  const made = holder?.made;
  return { name, span, acquired: place, unshared, ...(made !== undefined && { made }) };
}

export function describe(cell: CellIdentity): {
  kind: CellIdentity['kind'];
  name: string;
  reach: CellIdentity['reach'];
  declaration?: Place;
} {
  const { kind, name, reach, declaration } = cell;
  return { kind, name, reach, ...(declaration !== undefined && { declaration }) };
}

const OF_ONE_PROCESS: ReadonlySet<Dimension> = new Set(['tasks', 'threads']);

/** Cells that something adds to: in place, or by writing more than was read. */
function growingCells({ grown, candidates }: Analysis): ReadonlySet<string> {
  const updated = candidates.flatMap((candidate) =>
    candidate.kind === 'update' && candidate.act === undefined && candidate.begins !== true
      ? [candidate.cell.key]
      : [],
  );
  return new Set([...grown, ...updated]);
}

function endsOf({ read, write }: UpdateCandidate): string {
  return `${placeText(read.place)} ${placeText(write)}`;
}

/** The locks that an update is seen to be made under. */
function guardsOf(analysis: Analysis, { held, read }: UpdateCandidate): Acquisition[] {
  return (realLocks(analysis, held) ?? []).filter((lock) => read.guards.has(lock.id));
}

interface Locked {
  /** True when the cell has a lock elsewhere, so that another one is no cure. */
  readonly hasLock: boolean;
  /** True when something adds to what the cell holds. */
  readonly grows: boolean;
  /** True when other code calls the same function with a lock held. */
  readonly isLockedByCallers: boolean;
}

function settleUpdate(
  analysis: Analysis,
  candidate: UpdateCandidate,
  { hasLock, isLockedByCallers, grows }: Locked,
): Finding | undefined {
  const locks = realLocks(analysis, candidate.held);
  if (locks === undefined) return undefined;
  const guards = locks.filter((lock) => candidate.read.guards.has(lock.id));
  const { point } = candidate.read;
  const { overlaps: open, locks: shortGuards } = uncovered(
    candidate.levels,
    candidate.cell,
    guards,
    point !== undefined,
  );
  // What comes in through the handle of a file lock that is shared is that lock's bug, and reported where it is taken.
  const sharesHandle = guards.some((lock) => lock.handle !== undefined);
  const overlaps = sharesHandle ? open.filter(({ dimension }) => !OF_ONE_PROCESS.has(dimension)) : open;
  if (overlaps.length === 0) return undefined;
  const judgement = candidate.act && judge(candidate.act, candidate.cell, point !== undefined);
  if (candidate.act !== undefined && judgement === undefined) return undefined;
  // Of a store, a lock around the section tells that others are meant to stay out of it.
  const isTaken = IN_MEMORY.has(candidate.cell.kind) ? grows : guards.length > 0;
  if (candidate.begins === true && !isTaken) return undefined;
  const lapsed = candidate.lapsed.filter(({ acquisition }) =>
    overlaps.some(({ dimension }) => acquisition.span.includes(dimension)),
  );
  if (lapsed.length > 0) {
    // Who waits for a turn takes a lock of his own.
    if (candidate.act?.kind === 'take-turn') return undefined;
    // A lock that its starter does not give back is the work's own.
    const lapse = lapsed.find(({ acquisition, work }) => work.givenBack.has(acquisition.id));
    const { cell, write, certain } = candidate;
    return lapse && outlived(lapse, cell, write, { overlaps, certain });
  }
  const ofProcess = [...shortGuards.keys()].find((lock) => lock.perProcess === true);
  const processes = overlaps.filter(({ dimension }) => dimension === 'processes');
  if (ofProcess !== undefined && processes.length > 0) return processLock(candidate, ofProcess, processes);
  const own = [...shortGuards].find(
    ([lock, unshared]) => lock.holder?.made !== undefined && unshared.length > 0,
  );
  if (own !== undefined) return ownLock(candidate, own, overlaps);
  const from: Spot = { frame: candidate.read.frame, range: candidate.read.place };
  const to: Spot = { frame: candidate.writeFrame, range: candidate.write };
  const meeting = candidate.copied === true ? undefined : meetingOf(from, to);
  const near = (spot: Spot): Place =>
    meeting === undefined ? placeIn(spot.frame, spot.range) : seenFrom(meeting.frame, spot);
  const [read, write] = [near(from), near(to)];
  const lateGuards = locks.filter((lock) => !candidate.read.guards.has(lock.id));
  // That the lock is taken elsewhere and not here is the bug then.
  const isReportedThere = hasLock && judgement === undefined;
  if (candidate.byLock !== undefined && locks.length === 0 && (isReportedThere || isLockedByCallers))
    return undefined;
  // Around a lock that is taken in between, one more could be waited for in another order than elsewhere.
  const isFree = !hasLock && lateGuards.length === 0 && candidate.byLock === undefined;
  const isDirect = isSamePlace(candidate.read.place, read) && isSamePlace(candidate.write, write);
  return {
    kind: 'read-modify-write',
    cell: describe(candidate.cell),
    read,
    write,
    ...(!isSamePlace(candidate.read.place, read) && { readsAt: candidate.read.place }),
    ...(!isSamePlace(candidate.write, write) && { writesAt: candidate.write }),
    derivation: judgement === undefined ? 'data' : 'control',
    ...(judgement !== undefined && { act: judgement.act }),
    ...(candidate.entry !== undefined && { entries: [candidate.entry] }),
    certain: candidate.certain,
    ...(candidate.copied === true && { copied: true }),
    ...(candidate.begins === true && { begins: true }),
    guards: [...shortGuards].map(([lock, unshared]) => guardOf(lock, unshared)),
    lateGuards: lateGuards.map((lock) => guardOf(lock)),
    ...(candidate.byLock !== undefined && { elsewhere: guardOf(candidate.byLock) }),
    overlaps:
      judgement?.likely === true ? overlaps.map((overlap) => ({ ...overlap, strength: 'likely' })) : overlaps,
    ...(point !== undefined && { point: near(point) }),
    ...(meeting !== undefined && isFree && { region: regionOf(meeting) }),
    ...(isDirect && candidate.atomic !== undefined && { atomic: candidate.atomic }),
  };
}

/** An update is guarded by a lock that each execution makes for itself. */
function ownLock(
  { cell, read, write, certain }: UpdateCandidate,
  [lock, unshared]: readonly [Acquisition, readonly Dimension[]],
  overlaps: readonly Overlap[],
): Finding | undefined {
  const { span, place, holder } = lock;
  if (holder?.made === undefined) return undefined;
  return {
    kind: 'own-lock',
    lock: nameOf(lock),
    span,
    made: holder.made,
    acquired: place,
    guarded: { cell: describe(cell), read: read.place, write },
    certain,
    overlaps: overlaps.filter(({ dimension }) => unshared.includes(dimension)),
    beyond: overlaps.map(({ dimension }) => dimension).filter((dimension) => !span.includes(dimension)),
  };
}

/** An update is guarded by a lock that each process makes for itself, and should have inherited. */
function processLock(
  { cell, read, write, certain }: UpdateCandidate,
  { name, place, holder }: Acquisition,
  overlaps: readonly Overlap[],
): Finding {
  return {
    kind: 'process-lock',
    lock: name,
    made: holder?.made ?? place,
    acquired: place,
    guarded: { cell: describe(cell), read: read.place, write },
    certain,
    overlaps,
  };
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.file === other.file && one.start === other.start;
}

function settleHandle(analysis: Analysis, candidate: HandleCandidate): Finding | undefined {
  const { handle, cell } = candidate;
  const locks = realLocks(analysis, candidate.held);
  if (locks === undefined) return undefined;
  const overwritten = analysis.overwritten.get(cell.key);
  // A lock object that opens its file in each acquire is made to be used more than once.
  const sharing = overwritten === undefined ? cell.sharing : 'usual';
  const { overlaps } = uncovered(candidate.levels, { ...cell, sharing }, locks, handle.crossed);
  if (overlaps.length === 0) return undefined;
  const meeting =
    handle.release &&
    meetingOf(
      { frame: handle.frame, range: candidate.acquire },
      { frame: handle.release.frame, range: handle.release.place },
    );
  return {
    kind: 'shared-lock-handle',
    handle: cell.name,
    acquire: candidate.acquire,
    certain: true,
    overlaps,
    ...(cell.declaration !== undefined && { declaration: cell.declaration }),
    ...(overwritten !== undefined && { overwritten }),
    ...(meeting !== undefined && { region: regionOf(meeting) }),
  };
}
