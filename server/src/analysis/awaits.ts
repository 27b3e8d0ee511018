/**
 * What is not awaited: an acquire, whose lock is then not held yet; a section, whose writes are then not made yet; work that is
 * started in a section, which then outlives the lock.
 */
import { DIMENSIONS } from '../model/dimensions.js';
import type { Call, FunctionFacts, Node, Temporary } from '../model/facts.js';
import type { FixRegion, MissingAwait } from '../model/findings.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import type { CallSite } from './calls.js';
import { describe, levelsAbove, overlapsOf, strongestPerDimension, type Level } from './candidates.js';
import { Fates, type Fate } from './fate.js';
import { placeIn, type Frame } from './frame.js';
import { flagLock, isFlag } from './home-made-locks.js';
import { givesBackLock, isRelease } from './unseen.js';
import type { Acquisition, CellIdentity, Lapse, State, Unawaited } from './state.js';
import { functionFacts, type ProjectFunction, type Value } from './values.js';
import { walk } from './walk.js';

/** What one analysis notes of waiting, until the whole is known. */
export class Awaits {
  readonly missing: MissingAwait[] = [];
  readonly lapsedWrites: LapsedWrite[] = [];
  /** Where cells are touched under a lock, by {@link guardedKey}. */
  readonly guarded = new Map<string, Place>();
  /** Sections under way that nobody waits for: the cells that they write, and where. */
  readonly recorders: Map<string, Place>[] = [];
  private readonly fates = new Map<FunctionFacts, Fates>();

  fatesOf({ module, facts }: Frame): Fates {
    let known = this.fates.get(facts);
    if (known === undefined) {
      const { functions, variables } = module.facts;
      const scope = functions.indexOf(facts);
      known = new Fates(facts, (variable) => {
        const declared = variables[variable];
        return declared?.kind === 'synthetic' || (declared?.scope === scope && !declared.captured);
      });
      this.fates.set(facts, known);
    }
    return known;
  }
}

/** What an imported module does is told where that module is the root. */
function report(analysis: Analysis, finding: MissingAwait): void {
  if (!analysis.isImporting) analysis.awaits.missing.push(finding);
}

interface LapsedWrite {
  readonly cell: CellIdentity;
  readonly write: Place;
  readonly lapse: Lapse;
  readonly levels: readonly Level[];
}

const LOST: readonly Fate[] = ['dropped', 'discarded', 'used'];

export function fateOf({ analysis, frame, operation }: CallSite): Fate {
  return analysis.awaits.fatesOf(frame).of(operation);
}

/** True when nobody ever waits for the promise that a call gives. */
export function isLost(site: CallSite): boolean {
  return LOST.includes(fateOf(site));
}

function isChained({ analysis, frame, operation }: CallSite): boolean {
  return analysis.awaits.fatesOf(frame).isChained(operation);
}

/** Sees what a call gave: a promise is the call's own from here on, and one that brings a lock is to be awaited. */
export function noteCall(site: CallSite, state: State, value: Value): Value {
  const { pending } = value;
  if (pending === undefined) return value;
  const { analysis, frame, operation } = site;
  const [lock] = pending.locks;
  if (lock !== undefined && isLost(site) && !isChained(site)) {
    const isDirect = lock.place.start === operation.range.start;
    if (isDirect || fateOf(site) === 'used' || isGivenBackLater(frame.facts, operation)) {
      report(analysis, {
        kind: 'missing-await',
        what: 'acquire',
        lock: lock.name,
        call: placeIn(frame, operation.range),
        text: operation.text,
        certain: true,
        overlaps: overlapsOf(analysis, lock.lockDepth, lock.span),
        region: regionAt(frame, operation),
      });
      // What follows runs without the lock because of this, which is reported once.
      for (const acquisition of pending.locks) state.acquire(acquisition);
    }
  }
  return { ...value, pending: { ...pending, frame, call: operation.range, text: operation.text } };
}

function isGivenBackLater(facts: FunctionFacts, { range }: Call): boolean {
  let found = false as boolean;
  walk(facts.body, (node) => {
    if (node.kind !== 'call' || node.range.start < range.end || node.target.kind !== 'method') return;
    if (typeof node.target.key === 'string' && isRelease(node.target.key)) found = true;
  });
  return found;
}

function regionAt(frame: Frame, { range }: Pick<Call, 'range'>): FixRegion {
  const { facts } = frame;
  return {
    file: frame.module.facts.file,
    function: facts.range,
    from: range,
    to: range,
    async: facts.async && !facts.generator,
  };
}

/**
 * Marks a state as that of work which nobody waits for.
 * @param held the starter's acquisitions
 */
export function startUnawaited(site: CallSite, state: State, held: Iterable<Acquisition>): void {
  const { frame, operation } = site;
  const locks = [...held];
  if (locks.length === 0) return;
  const work: Unawaited = {
    call: placeIn(frame, operation.range),
    text: operation.text,
    region: regionAt(frame, operation),
    locks: new Set(locks.map(({ id }) => id)),
    givenBack: new Set(),
  };
  state.unawaited = work;
  for (const { content } of locks) content?.works.push(work);
}

/** True for functions that go on after their caller does: they wait, or give on a promise that they have chained something to. */
export function isWork(analysis: Analysis, callee: ProjectFunction): boolean {
  const facts = functionFacts(callee);
  if (facts?.async !== true || facts.generator) return false;
  let found = false as boolean;
  walk(facts.body, (node) => {
    if (node.kind === 'point' || (node.kind === 'call' && isChain(analysis, node))) found = true;
  });
  return found;
}

/** `.then(callback)`, on whatever it is called. */
function isChain(analysis: Analysis, { target }: Call): boolean {
  return (
    target.kind === 'method' &&
    typeof target.key === 'string' &&
    analysis.models.structuralMethods(target.key, '').some(({ call }) => call.future === 'then')
  );
}

/** The value of a call as a promise, and what it brings. */
export function pendingOf(
  { frame, operation }: CallSite,
  value: Value,
  locks: readonly Acquisition[],
  calm = false,
): Value {
  const call = { call: operation.range, text: operation.text, frame };
  return { ...value, pending: { ...call, locks, ...(calm && { calm }) } };
}

/**
 * Something is done under the locks that are held, by code that is waited for.
 * @param written the cell that is written, if that is what is done: a flag is no work under itself
 */
export function noteContent(state: State, written?: string): void {
  if (state.unawaited !== undefined) return;
  for (const { content, lock } of state.held.values()) {
    if (content !== undefined && (written === undefined || lock !== flagLock(written))) content.busy = true;
  }
}

/** A lock is given back: by whoever started work under it; were such works all that was done, it guarded nothing. */
export function noteRelease(analysis: Analysis, acquisition: Acquisition): void {
  const { id, content, lockDepth, span, unseen, chain } = acquisition;
  for (const work of content?.works ?? []) work.givenBack.add(id);
  const [work] = content?.works ?? [];
  if (content === undefined || work === undefined || content.busy || unseen === true) return;
  if (chain !== undefined && !analysis.chains.has(chain)) return;
  const overlaps = overlapsOf(analysis, lockDepth, span);
  if (overlaps.length === 0) return;
  report(analysis, unawaitedWork(work, acquisition, { overlaps, certain: true }));
  content.busy = true;
}

function guardedKey(lock: string, cell: string): string {
  return `${lock} | ${cell}`;
}

export function noteRead(
  analysis: Analysis,
  state: State,
  frame: Frame,
  cell: CellIdentity,
  place: Place,
): void {
  noteGuarded(analysis, state, cell, place);
  const section = state.started.get(cell.key);
  if (section?.frame !== frame || section.write.start === place.start) return;
  const started = new Map(state.started);
  started.delete(cell.key);
  state.started = started;
  const overlaps = overlapsOf(analysis, section.lock.lockDepth, section.lock.span);
  report(analysis, {
    kind: 'missing-await',
    what: 'section',
    lock: section.lock.name,
    call: section.call,
    text: section.text,
    cell: describe(cell),
    access: place,
    certain: true,
    overlaps,
    region: section.region,
  });
}

export function noteWrite(analysis: Analysis, state: State, cell: CellIdentity, place: Place): void {
  for (const recorder of analysis.awaits.recorders) recorder.set(cell.key, place);
  noteGuarded(analysis, state, cell, place);
  noteContent(state, cell.key);
  if (state.lapsed.size === 0 || analysis.isImporting) return;
  const levels = levelsAbove(analysis, cell.depth, analysis.depth);
  if (levels.length === 0) return;
  for (const lapse of state.lapsed.values()) {
    analysis.awaits.lapsedWrites.push({ cell, write: place, lapse, levels });
  }
}

function noteGuarded(analysis: Analysis, state: State, cell: CellIdentity, place: Place): void {
  for (const { lock, unseen } of state.held.values()) {
    if (unseen === true) continue;
    const key = guardedKey(lock, cell.key);
    if (!analysis.awaits.guarded.has(key)) analysis.awaits.guarded.set(key, place);
  }
}

/**
 * Runs a critical section that nobody waits for.
 * @returns what the caller goes on with
 */
export function runStarted<T extends { readonly value: Value }>(
  site: CallSite,
  state: State,
  lock: Acquisition | undefined,
  run: (state: State) => T & { readonly state: State },
): T & { readonly state: State } {
  const { analysis, frame, operation } = site;
  const writes = new Map<string, Place>();
  const apart = state.copy();
  const outer = [...state.held.values()].filter((held) => held !== lock);
  startUnawaited(site, apart, outer);
  apart.passPoint({ frame, range: operation.range });
  analysis.awaits.recorders.push(writes);
  const result = run(apart);
  analysis.awaits.recorders.pop();
  if (lock !== undefined && fateOf(site) === 'dropped' && !isChained(site)) {
    const started = new Map(state.started);
    const call = placeIn(frame, operation.range);
    for (const [cell, write] of writes) {
      started.set(cell, {
        call,
        text: operation.text,
        frame,
        lock,
        write,
        region: regionAt(frame, operation),
      });
    }
    state.started = started;
  }
  return { ...result, state };
}

/**
 * A promise is returned out of a `try`, and in its `finally` a lock is given back before the promise is settled.
 * @param released the acquisitions that the `finally` is seen to end
 */
export function noteReturned(
  analysis: Analysis,
  value: Value | undefined,
  finalizer: Node,
  released: readonly Acquisition[],
): void {
  const { pending } = value ?? {};
  if (pending === undefined) return;
  // A lock that is handed to the caller is only waited for.
  if (pending.locks.length > 0) return;
  const [lock] = released;
  if (lock === undefined && !releasesByName(pending.frame, finalizer)) return;
  report(analysis, {
    kind: 'missing-await',
    what: 'return',
    ...(lock !== undefined && { lock: lock.name }),
    call: placeIn(pending.frame, pending.call),
    text: pending.text,
    certain: true,
    overlaps: overlapsOf(analysis, lock?.lockDepth ?? 0, lock?.span ?? DIMENSIONS),
    region: regionAt(pending.frame, { range: pending.call }),
  });
}

/** Whether a call in a node is named like one that gives back a lock: a lock that is no library's, in a store of its own. */
function releasesByName({ module }: Frame, node: Node): boolean {
  const names = new Map<Temporary, string>();
  let found = false as boolean;
  walk(node, (inner) => {
    if (inner.kind === 'load-variable') {
      names.set(inner.into, module.facts.variables[inner.variable]?.name ?? '');
    }
    if (inner.kind !== 'call') return;
    const given = inner.arguments.map(({ value }) => names.get(value) ?? '');
    if (givesBackLock(inner.text, given)) found = true;
  });
  return found;
}

function unawaitedWork(
  { call, text, region }: Unawaited,
  { name, place }: Acquisition,
  rest: Pick<MissingAwait, 'overlaps' | 'certain' | 'cell' | 'access'>,
): MissingAwait {
  return { kind: 'missing-await', what: 'work', lock: name, acquired: place, call, text, region, ...rest };
}

/** The finding that a read-modify-write comes to whose lock was given back while the work was under way. */
export function outlived(
  lapse: Lapse,
  cell: CellIdentity,
  write: Place,
  rest: Pick<MissingAwait, 'overlaps' | 'certain'>,
): MissingAwait {
  return unawaitedWork(lapse.work, lapse.acquisition, { cell: describe(cell), access: write, ...rest });
}

/** What is not awaited, besides what candidates come to. */
export function settleAwaits(analysis: Analysis): MissingAwait[] {
  const { missing, lapsedWrites, guarded } = analysis.awaits;
  const late = lapsedWrites.flatMap(({ cell, write, lapse, levels }) => {
    const { acquisition, work } = lapse;
    if (isFlag(acquisition) || !work.givenBack.has(acquisition.id)) return [];
    const elsewhere = guarded.get(guardedKey(acquisition.lock, cell.key));
    if (acquisition.unseen === true || elsewhere === undefined || elsewhere.start === write.start) return [];
    if (acquisition.chain !== undefined && !analysis.chains.has(acquisition.chain)) return [];
    const overlaps = strongestPerDimension(
      levels.flatMap((level) =>
        level.overlaps.filter(
          ({ dimension }) => acquisition.span.includes(dimension) && cell.reach.includes(dimension),
        ),
      ),
    );
    return overlaps.length === 0 ? [] : [outlived(lapse, cell, write, { overlaps, certain: false })];
  });
  return [...missing, ...late];
}
