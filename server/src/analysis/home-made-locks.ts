/**
 * Locks that a project makes by hand, known by what they do and not by their names:
 *
 * - a *flag*: tested and found down, raised before anything else can run, taken down again. A task that finds it raised and
 *   waits for a promise whose resolver it left with others is handed the lock by whoever resolves it;
 * - a *chain*: a promise is read, a new one that settles later is stored in its place, and the old one is waited for (or
 *   `then` is called on it) before the work begins.
 *
 * Both exclude the tasks of one event loop.
 */
import type { Dimension } from '../model/dimensions.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { noteRelease } from './awaits.js';
import { placeIn, type Frame } from './frame.js';
import type { Spot } from './spots.js';
import { noteReleased } from './sections.js';
import type { Acquisition, CellIdentity, State } from './state.js';
import type { Value } from './values.js';

const SPAN: readonly Dimension[] = ['tasks'];
export const IN_MEMORY: ReadonlySet<string> = new Set(['variable', 'field', 'element']);

/** The lock that a flag in a cell is. */
export function flagLock(cell: string): string {
  return `flag ${cell}`;
}

export function isFlag({ lock }: Acquisition): boolean {
  return lock.startsWith(flagLock(''));
}

/** Whether a value is certainly truthy or falsy. */
export function truth(value: Value): boolean | undefined {
  switch (value.shape.kind) {
    case 'constant':
      return Boolean(value.shape.value);
    case 'object':
    case 'instance':
    case 'function':
    case 'future':
    case 'resolver':
    case 'grant':
      return true;
    default:
      return undefined;
  }
}

/** A branch on `condition` came out as `outcome`: what was tested, if it was a cell itself. */
export function noteTest(state: State, condition: Value, outcome: boolean): void {
  if (condition.shape.kind === 'not') {
    noteTest(state, condition.shape.of, !outcome);
    return;
  }
  const read = condition.direct === undefined ? undefined : state.reads.get(condition.direct);
  if (read === undefined || read.point !== undefined || !IN_MEMORY.has(read.cell.kind)) return;
  state.tested.set(read.cell.key, outcome);
}

/** On a path where what was read turned out to be empty, nothing that is written derives from it. */
export function forgetEmpty(state: State, condition: Value, outcome: boolean): void {
  if (condition.shape.kind === 'not') forgetEmpty(state, condition.shape.of, !outcome);
  else if (!outcome && condition.direct !== undefined) {
    for (const id of condition.origins.keys()) {
      const read = state.reads.get(id);
      if (read !== undefined) state.reads.set(id, { ...read, empty: true });
    }
  }
}

export function noteFlagWrite(
  analysis: Analysis,
  state: State,
  frame: Frame,
  cell: CellIdentity,
  value: Value,
  place: Place,
): void {
  if (!IN_MEMORY.has(cell.kind)) return;
  const raised = truth(value);
  if (raised === true && state.tested.get(cell.key) === false) {
    const plain = value.shape.kind === 'constant';
    state.acquire({ ...flagAcquisition(analysis, cell, place), plain });
  } else if (raised === false) {
    noteReleased(analysis, frame, place, flagLock(cell.key));
    for (const released of state.release((held) => held.lock === flagLock(cell.key))) {
      noteRelease(analysis, released);
    }
  }
  if (raised === undefined) state.tested.delete(cell.key);
  else state.tested.set(cell.key, raised);
}

function flagAcquisition(
  analysis: Analysis,
  { key, name, depth, holder }: Pick<CellIdentity, 'key' | 'name' | 'depth' | 'holder'>,
  place: Place,
): Acquisition {
  return {
    id: flagLock(key),
    lock: flagLock(key),
    name,
    span: SPAN,
    place,
    depth: analysis.depth,
    lockDepth: depth,
    ...(holder !== undefined && { holder }),
    content: { busy: false, works: [] },
  };
}

/** The value waited for is the promise of whoever lowers a flag that this task found raised: it is handed the lock. */
export function noteHandOver(analysis: Analysis, state: State, waited: Value | undefined, spot: Spot): void {
  if (waited?.shape.kind !== 'future' || !waited.shape.escaped.resolver) return;
  const cells = new Map([...state.reads.values()].map(({ cell }) => [cell.key, cell]));
  const raised = [...state.tested].filter(([, outcome]) => outcome).map(([key]) => key);
  state.passPoint(spot);
  for (const key of raised) {
    const cell = cells.get(key) ?? { key, name: 'the flag', depth: 0 };
    state.acquire(flagAcquisition(analysis, cell, placeIn(spot.frame, spot.range)));
    state.tested.set(key, false);
  }
}

/** The cells whose promise a value is, read since the last point. */
export function chainedCells(state: State, value: Value): CellIdentity[] {
  const cells: CellIdentity[] = [];
  for (const id of value.origins.keys()) {
    const read = state.reads.get(id);
    if (read === undefined || read.empty === true) continue;
    if (read.point === undefined && IN_MEMORY.has(read.cell.kind)) cells.push(read.cell);
  }
  return cells;
}

/** A promise that derives from the cell's own promise is stored back: what runs behind it runs in turn. */
export function noteChainWrite(analysis: Analysis, state: State, cell: CellIdentity, value: Value): void {
  if (chainedCells(state, value).some((chained) => chained.key === cell.key)) analysis.chains.add(cell.key);
}

export function chainAcquisition(
  analysis: Analysis,
  cell: CellIdentity,
  place: Place,
  frame?: Frame,
): Acquisition {
  return {
    id: `chain ${cell.key}`,
    lock: `chain ${cell.key}`,
    name: cell.name,
    span: SPAN,
    place,
    depth: analysis.depth,
    lockDepth: cell.depth,
    ...(cell.holder !== undefined && { holder: cell.holder }),
    content: { busy: false, works: [] },
    ...(frame === undefined ? { chain: cell.key } : { releasedBy: frame }),
  };
}

/** The promise that was in a cell is waited for after another was put in its place: the turn has come. */
export function noteTurn(analysis: Analysis, state: State, waited: Value | undefined, spot: Spot): void {
  if (waited === undefined) return;
  const turns = chainedCells(state, waited).flatMap((cell) => {
    const next = state.written.get(cell.key);
    return next?.shape.kind === 'future'
      ? [chainAcquisition(analysis, cell, placeIn(spot.frame, spot.range), next.shape.frame)]
      : [];
  });
  if (turns.length === 0) return;
  state.passPoint(spot);
  for (const turn of turns) state.acquire(turn);
}

/**
 * What was read from a cell is waited for: who comes after has to look at the cell again. A promise that the reading itself gave,
 * since the store answers later, is not what the cell holds.
 */
export function noteWait(state: State, waited: Value | undefined): void {
  if (waited?.pending !== undefined) return;
  const read = waited?.direct === undefined ? undefined : state.reads.get(waited.direct);
  if (read === undefined || !IN_MEMORY.has(read.cell.kind)) return;
  state.conditions = state.conditions.waitFor(read);
}
