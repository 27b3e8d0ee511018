/** Transactions, and the rows that they lock. */
import { DIMENSIONS } from '../model/dimensions.js';
import type { CellKind } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import type { Conflicts, TransactionModel } from '../model/store-model.js';
import type { Analysis } from './analysis.js';
import type { CallSite } from './calls.js';
import { placeIn, type Frame } from './frame.js';
import { valueAt, type Applied } from './references.js';
import type { CellIdentity, State } from './state.js';

/** Levels of isolation at which a transaction is refused if others changed what it read. */
const REFUSES = /serializable|snapshot|repeatable/i;

/**
 * Begins a transaction. Most databases let two transactions read the same row and both write it (READ COMMITTED); whether this one
 * does is not known unless something says so.
 */
export function beginTransaction(
  analysis: Analysis,
  state: State,
  frame: Frame,
  place: Place,
  conflicts: Conflicts | undefined,
  covers: CellKind = 'row',
): void {
  if (conflicts === 'lost') return;
  const id = `transaction ${frame.id}@${String(place.start)}`;
  state.acquire({
    id,
    lock: id,
    name: 'the transaction',
    span: DIMENSIONS,
    place,
    depth: analysis.depth,
    lockDepth: 0,
    covers,
    ofTransaction: true,
    ...(conflicts === undefined && { weak: true }),
  });
}

export function beginModelled(site: CallSite, state: State, model: TransactionModel, applied: Applied): void {
  const { analysis, frame, operation } = site;
  const isolation =
    model.isolation === undefined ? undefined : valueAt(site, model.isolation, applied.receiver)?.shape;
  const said =
    isolation?.kind === 'constant'
      ? String(isolation.value)
      : isolation?.kind === 'library'
        ? (isolation.path.at(-1) ?? '')
        : isolation?.kind === 'pure'
          ? isolation.name
          : '';
  const conflicts = REFUSES.test(said) ? 'refused' : model.conflicts;
  beginTransaction(analysis, state, frame, placeIn(frame, operation.range), conflicts, model.kind);
}

/** The transaction ends, and with it the locks that were taken in it. */
export function endTransaction(state: State): void {
  state.release((held) => held.ofTransaction === true);
}

/** A row is locked until the transaction ends (`SELECT … FOR UPDATE`). */
export function acquireRow(
  analysis: Analysis,
  state: State,
  frame: Frame,
  row: CellIdentity,
  place: Place,
): void {
  state.acquire({
    id: `lock ${row.key} ${frame.id}@${String(place.start)}`,
    lock: `lock ${row.key}`,
    name: row.name,
    span: DIMENSIONS,
    place,
    depth: analysis.depth,
    lockDepth: 0,
    covers: 'row',
    ofTransaction: true,
  });
}
