/** What library models say of rows, applied: reads that return records, writes of columns. */
import type { LibraryModel, ReadModel, WriteModel } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import type { OperatorsModel } from '../model/store-model.js';
import type { Analysis } from './analysis.js';
import type { CallSite } from './calls.js';
import { readCell } from './cells.js';
import { placeIn, type Frame } from './frame.js';
import type { StoredRecord } from './records.js';
import { firstAt, valueAt, type Applied } from './references.js';
import { rowCell, selectorOf, tableOf, writeRow, type Selector, type Table } from './rows.js';
import type { CellIdentity, State } from './state.js';
import { acquireRow } from './transactions.js';
import { display, originsOf, valueOf, type Value } from './values.js';

interface RowRead {
  readonly cell: CellIdentity;
  readonly place: Place;
  readonly model: LibraryModel;
  /** The class of the records, by name; the empty one for records without methods. */
  readonly record: string;
  /** Identifies the read. */
  readonly id: string;
  readonly names?: ReadonlyMap<string, string>;
}

/** Reads rows, as the records that they are returned as. */
export function readRow(analysis: Analysis, state: State, frame: Frame, read: RowRead): Value {
  const origins = readCell(analysis, state, frame, read.cell, read.place);
  const record: StoredRecord = {
    id: read.id,
    row: read.cell,
    model: read.model,
    class: read.model.classes?.[read.record] ?? { methods: {} },
    changes: new Map(),
    ...(read.names !== undefined && { names: read.names }),
  };
  const [direct] = origins.keys();
  return { ...valueOf({ kind: 'record', record }, origins), ...(direct !== undefined && { direct }) };
}

function tableAt(site: CallSite, reference: ReadModel['table'], applied: Applied): Table | undefined {
  const { model, receiver } = applied;
  const likely = applied.likely === true ? { likely: true } : {};
  if (reference !== undefined) {
    const shape = valueAt(site, reference, receiver)?.shape;
    return shape && { ...tableOf(model.library, shape, display(shape)), ...likely };
  }
  if (receiver === undefined) return undefined;
  const { shape } = receiver;
  if (shape.kind !== 'instance') return { ...tableOf(model.library, shape, display(shape)), ...likely };
  const { name, label } = shape.instance;
  return {
    ...tableOf(model.library, name ?? shape, name === undefined ? label : display(name)),
    ...likely,
  };
}

interface Selected {
  readonly cell: CellIdentity;
  readonly selector: Selector;
}

function select(site: CallSite, model: ReadModel | WriteModel, applied: Applied): Selected | undefined {
  const table = tableAt(site, model.table, applied);
  if (table === undefined) return undefined;
  const key = model.key === undefined ? undefined : valueAt(site, model.key, applied.receiver);
  if (key === undefined) {
    // A key that is an optional argument selects all rows when it is left out.
    const selector: Selector = new Map();
    return applied.likely === true || model.column !== undefined
      ? undefined
      : { cell: rowCell(table, selector), selector };
  }
  if (applied.likely === true && model.column === undefined && key.shape.kind !== 'object') return undefined;
  const selector = model.column === undefined ? selectorOf(key) : new Map([[model.column, key]]);
  return { cell: rowCell(table, selector), selector };
}

/** Applies a read of rows. @returns the record, or undefined if the model does not fit the call */
export function applyRowRead(
  site: CallSite,
  state: State,
  model: ReadModel,
  applied: Applied,
): Value | undefined {
  const { analysis, frame, operation } = site;
  const selected = select(site, model, applied);
  if (selected === undefined) return undefined;
  const place = placeIn(frame, operation.range);
  if (model.locked !== undefined && valueAt(site, model.locked, applied.receiver) !== undefined)
    acquireRow(analysis, state, frame, selected.cell, place);
  const { returns } = applied.call;
  return readRow(analysis, state, frame, {
    cell: selected.cell,
    place,
    model: applied.model,
    record: returns !== undefined && 'record' in returns ? returns.record : '',
    id: `${frame.id}@${String(operation.range.start)}`,
  });
}

/** The value that a write takes. */
export function writtenValue(site: CallSite, { value }: WriteModel, applied: Applied): Value | undefined {
  return value === undefined ? undefined : firstAt(site, value, applied.receiver);
}

export function isCheckedByStore(site: CallSite, model: WriteModel, applied: Applied): boolean {
  return (model.checked ?? []).some((reference) => valueAt(site, reference, applied.receiver) !== undefined);
}

/** Applies a write of rows. */
export function applyRowWrite(site: CallSite, state: State, model: WriteModel, applied: Applied): void {
  const { analysis, frame, operation } = site;
  const place = placeIn(frame, operation.range);
  const value = writtenValue(site, model, applied);
  if (model.changes === true) {
    for (const record of recordsIn(value ?? applied.receiver)) {
      writeRow(analysis, state, frame, {
        cell: record.row,
        selector: new Map(),
        columns: record.changes,
        place,
      });
    }
    return;
  }
  const record = applied.receiver?.shape.kind === 'record' ? applied.receiver.shape.record : undefined;
  const selected =
    record === undefined
      ? select(site, model, applied)
      : { cell: record.row, selector: new Map<string, Value>() };
  if (selected === undefined || value === undefined) return;
  writeRow(analysis, state, frame, {
    ...selected,
    columns: columnsOf(applied.model.operators, value),
    place,
  });
}

/** The records that a value is, or is a list of. */
function recordsIn(value: Value | undefined): StoredRecord[] {
  if (value?.shape.kind === 'record') return [value.shape.record];
  if (value?.shape.kind !== 'object') return [];
  return [...value.shape.object.fields.values()].flatMap(({ shape }) =>
    shape.kind === 'record' ? [shape.record] : [],
  );
}

/**
 * An object of columns taken apart. What the store computes itself is left out (`{ total: { increment: 1 } }`, `{ $inc: … }`).
 * The empty name stands for columns that are not told apart.
 */
export function columnsOf(operators: OperatorsModel | undefined, value: Value): Map<string, Value> {
  const columns = new Map<string, Value>();
  const { shape } = value;
  if (shape.kind !== 'object') return columns.set('', value);
  const isAtomic = (name: string): boolean => operators?.atomic?.includes(name) === true;
  const isSet = (name: string): boolean => operators?.sets?.includes(name) === true;
  for (const [name, inner] of shape.object.fields) {
    if (isAtomic(name) || inner.shape.kind === 'constant') continue;
    if (isSet(name)) {
      for (const [column, part] of columnsOf(operators, inner)) columns.set(column, part);
      continue;
    }
    const parts = inner.shape.kind === 'object' ? [...inner.shape.object.fields] : [];
    if (parts.length > 0 && parts.every(([operator]) => isAtomic(operator))) continue;
    columns.set(name, parts.find(([operator]) => isSet(operator))?.[1] ?? inner);
  }
  for (const spread of shape.object.spreads ?? []) {
    for (const [column, part] of columnsOf(operators, spread)) {
      const known = columns.get(column);
      if (known === undefined) columns.set(column, part);
      else if (column === '') columns.set('', { ...known, origins: originsOf([known, part]) });
    }
  }
  return columns;
}
