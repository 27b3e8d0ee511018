/**
 * Copies in memory of what lies outside: a file that is read once, when the program starts, and written from what is in memory
 * whenever that has changed. Each process has a copy of its own, and writes over what the others have written.
 */
import type { CellKind } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { noteUpdate } from './candidates.js';
import type { Frame } from './frame.js';
import { MODULE_DEPTH } from './modules.js';
import { meetingOf, seenFrom, type Spot } from './spots.js';
import type { CellIdentity, LiveRead, State } from './state.js';
import type { ReadId, Value } from './values.js';

/** Where the copy of one lies that outlives it. */
const OUTSIDE: ReadonlySet<CellKind> = new Set(['file', 'storage']);

/** What was read while the program started, and is kept in memory. */
export interface Copies {
  /** By the key of the cell in memory: the reads that what it holds derives from. */
  readonly held: Map<string, LiveRead[]>;
  /** By their own names, for what stands in a variable that is assigned once. */
  readonly reads: Map<ReadId, LiveRead>;
}

/** A cell in memory is given what was read from outside while the program starts. */
export function noteCopy(analysis: Analysis, state: State, cell: CellIdentity, value: Value): void {
  if (analysis.depth > MODULE_DEPTH) return;
  for (const [id, certain] of value.origins) {
    const read = state.reads.get(id);
    if (!certain || read === undefined || !OUTSIDE.has(read.cell.kind)) continue;
    const { held, reads } = analysis.copies;
    reads.set(id, read);
    held.set(cell.key, [...(held.get(cell.key) ?? []), read]);
  }
}

/** Something outside is written: from its copy, if what is written derives from the cell that holds one. */
export function noteCopyWritten(
  analysis: Analysis,
  state: State,
  cell: CellIdentity,
  value: Value,
  spot: { readonly frame: Frame; readonly place: Place },
): void {
  if (!OUTSIDE.has(cell.kind) || analysis.copies.reads.size === 0 || analysis.depth <= MODULE_DEPTH) return;
  for (const [id, certain] of value.origins) {
    const copy = state.reads.get(id);
    const { held, reads } = analysis.copies;
    const known = copy === undefined ? [reads.get(id)] : (held.get(copy.cell.key) ?? []);
    const read = known.find((one) => one?.cell.key === cell.key);
    if (read === undefined) continue;
    // Tasks and threads of one process have one copy.
    const reach = read.cell.reach.filter((dimension) => dimension === 'processes' || dimension === 'hosts');
    // A lock that other processes take, too, is too late: what they wrote was not read again.
    const guards = [...state.held.values()].filter(({ span }) => !reach.some((one) => span.includes(one)));
    const to: Spot = { frame: spot.frame, range: spot.place };
    const meeting = copy && meetingOf({ frame: copy.frame, range: copy.place }, to);
    noteUpdate(analysis, state, {
      read: {
        ...read,
        cell: { ...read.cell, reach, depth: MODULE_DEPTH },
        depth: analysis.depth,
        // A lock that is taken again while it is held is one lock.
        guards: new Set(new Map(guards.map((lock) => [lock.lock, lock.id])).values()),
      },
      certain,
      write: meeting === undefined ? spot.place : seenFrom(meeting.frame, to),
      writeFrame: spot.frame,
      copied: true,
    });
    return;
  }
}
