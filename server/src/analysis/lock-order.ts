/** Locks that are taken one inside the other, in one order here and in another there. */
import { DIMENSIONS, intersect, type Dimension } from '../model/dimensions.js';
import type { LockOrder, NestedAcquire, Overlap } from '../model/findings.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { levelsAbove, strongestPerDimension, weaker } from './candidates.js';
import type { Frame } from './frame.js';
import { isFlag } from './home-made-locks.js';
import { MODULE_DEPTH } from './modules.js';
import type { Acquisition, State } from './state.js';

/** A lock is waited for while another one is held: an edge of the graph of locks. */
export interface Nesting {
  readonly outer: Acquisition;
  readonly inner: Acquisition;
  /** Locks that are held besides, around the outer one or within it. */
  readonly gates: ReadonlySet<string>;
  /** Where the file that is analysed leads to the inner acquire; undefined if that is in another file, and nothing here does. */
  readonly seen: Place | undefined;
  readonly overlaps: readonly Overlap[];
  /** False if no other task can run between the two acquires. */
  readonly crossed: boolean;
}

/** The same code is called from many places; this many different ways of holding two locks are looked at. */
const WAYS = 8;
/** Longer cycles are not looked for: the more locks, the less likely that all of these executions meet. */
const LONGEST = 4;

/** What tells whether two acquisitions are of one lock. */
function nameOf({ lock, resource }: Acquisition): string {
  return resource ?? lock;
}

/** Whether it is known which lock it is, and that there is one of it for all executions. */
function isDefinite(acquisition: Acquisition): boolean {
  const { covers, several, weak, handle, chain, lock, resource, lockDepth, perProcess } = acquisition;
  return (
    covers === undefined &&
    several !== true &&
    weak !== true &&
    handle === undefined &&
    chain === undefined &&
    perProcess !== true &&
    !isFlag(acquisition) &&
    !nameOf(acquisition).includes('?') &&
    (!lock.startsWith('descriptor ') || resource !== undefined) &&
    lockDepth <= MODULE_DEPTH
  );
}

/** To be called before a lock is taken. */
export function noteNesting(analysis: Analysis, state: State, frame: Frame, inner: Acquisition): void {
  if (analysis.isImporting || analysis.depth < MODULE_DEPTH || state.held.size === 0) return;
  // Who does not wait for ever, or has the lock already, closes no circle.
  if (inner.fails !== undefined || inner.leased === true || !isDefinite(inner)) return;
  const held = [...state.held.values()];
  if (held.some((one) => one.unseen === true || nameOf(one) === nameOf(inner))) return;
  for (const outer of held) {
    if (!isDefinite(outer) || outer.leased === true) continue;
    const span = intersect(outer.span, inner.span);
    const overlaps = overlapsOf(analysis, outer, inner, span);
    if (overlaps.length === 0) continue;
    const key = `${nameOf(outer)} > ${nameOf(inner)}`;
    const ways = analysis.nestings.get(key) ?? [];
    analysis.nestings.set(key, ways);
    if (ways.length >= WAYS) continue;
    ways.push({
      outer,
      inner,
      gates: new Set(held.filter((one) => one !== outer).map(nameOf)),
      seen: seenFromRoot(analysis, frame, inner.place),
      overlaps,
      crossed: analysis.traits.everyAwaitYields || outer.content?.point !== undefined,
    });
  }
}

function seenFromRoot(analysis: Analysis, frame: Frame, place: Place): Place | undefined {
  const { file } = analysis.root.facts;
  if (place.file === file) return place;
  for (let { caller } = frame; caller !== undefined; caller = caller.frame.caller)
    if (caller.frame.module.facts.file === file) return caller.frame.module.place(caller.range);
  return undefined;
}

/** Why executions that take both locks overlap, along the dimensions in which both keep others out. */
function overlapsOf(
  analysis: Analysis,
  outer: Acquisition,
  inner: Acquisition,
  span: readonly Dimension[],
): Overlap[] {
  const levels = levelsAbove(analysis, MODULE_DEPTH - 1, analysis.depth);
  const said = strongestPerDimension(
    levels.flatMap(({ overlaps }) => overlaps.filter(({ dimension }) => span.includes(dimension))),
  );
  if (said.some(({ strength }) => strength !== 'likely')) return said;
  // What the file does as a program, it does once.
  if (analysis.entry === undefined && analysis.depth <= MODULE_DEPTH) return [];
  const dimension = DIMENSIONS.findLast((one) => span.includes(one));
  if (
    dimension === undefined ||
    (dimension === 'tasks' && !analysis.traits.everyAwaitYields && said.length === 0)
  )
    return said;
  const usual: Overlap = {
    dimension,
    strength: 'usual',
    text: `which \`${outer.name}\` and \`${inner.name}\` are made for`,
  };
  return analysis.exists(usual) ? [usual] : said;
}

/** Each cycle once: by the locks in it. */
export function settleLockOrders(analysis: Analysis): LockOrder[] {
  const after = new Map<string, Map<string, readonly Nesting[]>>();
  for (const ways of analysis.nestings.values()) {
    const [first] = ways;
    if (first === undefined) continue;
    const inner = after.get(nameOf(first.outer)) ?? new Map<string, readonly Nesting[]>();
    after.set(nameOf(first.outer), inner);
    inner.set(nameOf(first.inner), ways);
  }
  const found = new Map<string, LockOrder>();
  const follow = (path: readonly string[], ways: readonly (readonly Nesting[])[]): void => {
    const [start = ''] = path;
    for (const [next, nestings] of after.get(path.at(-1) ?? '') ?? []) {
      if (next === start) {
        const key = [...path].sort().join(' ');
        const cycle = found.has(key) ? undefined : cycleOf(analysis, [...ways, nestings]);
        if (cycle !== undefined) found.set(key, cycle);
      } else if (next > start && !path.includes(next) && path.length < LONGEST) {
        follow([...path, next], [...ways, nestings]);
      }
    }
  };
  for (const start of after.keys()) follow([start], []);
  return [...found.values()];
}

/** One way to take each pair, such that the executions can hold one lock each, and each wait for the next one's. */
function cycleOf(analysis: Analysis, edges: readonly (readonly Nesting[])[]): LockOrder | undefined {
  for (const cycle of combinations(edges)) {
    const overlaps = meeting(cycle);
    if (overlaps.length === 0 || haveGate(cycle)) continue;
    const order = reported(analysis, cycle, overlaps);
    if (order !== undefined) return order;
  }
  return undefined;
}

function combinations(edges: readonly (readonly Nesting[])[]): Nesting[][] {
  return edges.reduce<Nesting[][]>(
    (all, ways) => all.flatMap((one) => ways.map((way) => [...one, way])).slice(0, WAYS * WAYS),
    [[]],
  );
}

/** Who takes one lock around all of it is alone inside. */
function haveGate([first, ...others]: readonly Nesting[]): boolean {
  return [...(first?.gates ?? [])].some((gate) => others.every(({ gates }) => gates.has(gate)));
}

/** Along which dimensions all of them overlap. */
function meeting(cycle: readonly Nesting[]): Overlap[] {
  const [first, ...others] = cycle;
  const crossed = cycle.some((nesting) => nesting.crossed);
  return (first?.overlaps ?? []).flatMap((overlap): Overlap[] => {
    let { strength } = overlap;
    for (const { overlaps } of others) {
      const other = overlaps.find(({ dimension }) => dimension === overlap.dimension);
      if (other === undefined) return [];
      strength = weaker(strength, other.strength);
    }
    return overlap.dimension === 'tasks' && !crossed ? [] : [{ ...overlap, strength }];
  });
}

/**
 * The later inner acquire is reported. Where all of them are in one other file, its own analysis tells of it; where they are
 * in several, the file that leads to them does.
 */
function reported(
  analysis: Analysis,
  cycle: readonly Nesting[],
  overlaps: readonly Overlap[],
): LockOrder | undefined {
  const { file } = analysis.root.facts;
  const files = new Set(cycle.map(({ inner }) => inner.place.file));
  const own = cycle.filter(({ inner }) => inner.place.file === file);
  const candidates = own.length > 0 ? own : files.size > 1 ? cycle : [];
  const last = candidates
    .filter(({ seen }) => seen !== undefined)
    .reduce<Nesting | undefined>(
      (one, other) => (one === undefined || startOf(other) > startOf(one) ? other : one),
      undefined,
    );
  if (last?.seen === undefined) return undefined;
  const at = cycle.indexOf(last);
  return {
    kind: 'lock-order',
    place: last.seen,
    cycle: [...cycle.slice(at), ...cycle.slice(0, at)].map(nestedAcquire),
    certain: true,
    overlaps,
  };
}

function startOf({ seen }: Nesting): number {
  return seen?.start ?? 0;
}

function nestedAcquire({ outer, inner }: Nesting): NestedAcquire {
  return { held: outer.name, heldSince: outer.place, lock: inner.name, acquire: inner.place };
}
