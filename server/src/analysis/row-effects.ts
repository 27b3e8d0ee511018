/** What library models say of rows, applied: reads that return records, writes of columns. */
import type { AtomicForm } from '../model/findings.js';
import type { LibraryModel, ReadModel, WriteModel } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import type { CallSite } from './calls.js';
import { readCell } from './cells.js';
import { placeIn, type Frame } from './frame.js';
import { tableModelOf } from './inheritance.js';
import type { StoredRecord } from './records.js';
import { firstAt, isGiven, valueAt, type Applied } from './references.js';
import { rowCell, selectorOf, tableOf, writeRow, type Selector, type Table } from './rows.js';
import type { CellIdentity, State } from './state.js';
import { acquireRow } from './transactions.js';
import { columnsOf, columnsOfExpression } from './columns.js';
import { unknown, valueOf, type ProjectClass, type Value } from './values.js';

interface RowRead {
  readonly cell: CellIdentity;
  readonly place: Place;
  readonly model: LibraryModel;
  /** The class of the records, by name; the empty one for records without methods. */
  readonly record: string;
  /** Identifies the read. */
  readonly id: string;
  readonly names?: ReadonlyMap<string, string>;
  readonly owner?: ProjectClass | undefined;
  /** What it is read from. */
  readonly source?: Value | undefined;
}

/** Reads rows, as the records that they are returned as. */
export function readRow(analysis: Analysis, state: State, frame: Frame, read: RowRead): Value {
  const origins = readCell(analysis, state, frame, read.cell, read.place);
  const source = read.source?.shape.kind === 'instance' ? read.source.shape.instance : undefined;
  const record: StoredRecord = {
    id: read.id,
    row: read.cell,
    model: read.model,
    class: read.model.classes?.[read.record] ?? { methods: {} },
    changes: new Map(),
    ...(read.names !== undefined && { names: read.names }),
    ...(source !== undefined && { source }),
    ...(read.owner !== undefined && { owner: read.owner }),
  };
  source?.records?.push(record);
  const [direct] = origins.keys();
  return { ...valueOf({ kind: 'record', record }, origins), ...(direct !== undefined && { direct }) };
}

function tableAt(site: CallSite, reference: ReadModel['table'], applied: Applied): Table | undefined {
  const shape = valueAt(site, reference ?? 'receiver', applied.receiver)?.shape;
  return shape && { ...tableOf(applied.model.library, shape), likely: applied.likely === true };
}

interface Selected {
  readonly table: Table;
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
      : { table, cell: rowCell(table, selector), selector };
  }
  const isObject = key.shape.kind === 'object' || key.shape.kind === 'condition';
  if (applied.likely === true && model.column === undefined && !isObject) return undefined;
  const selector = model.column === undefined || isObject ? selectorOf(key) : new Map([[model.column, key]]);
  return { table, cell: rowCell(table, selector), selector };
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
  if (model.locked !== undefined && isGiven(valueAt(site, model.locked, applied.receiver)))
    acquireRow(analysis, state, frame, selected.cell, place);
  const { returns } = applied.call;
  return readRow(analysis, state, frame, {
    cell: selected.cell,
    place,
    model: applied.model,
    record: returns !== undefined && 'record' in returns ? returns.record : '',
    id: `${frame.id}@${String(operation.range.start)}`,
    owner: selected.table.class,
    source: applied.receiver,
  });
}

/** The value that a write takes. */
export function writtenValue(site: CallSite, { value }: WriteModel, applied: Applied): Value | undefined {
  return value === undefined ? undefined : firstAt(site, value, applied.receiver);
}

/** What the instance was made with that a record comes from is not known to be an option unless it is in sight. */
export function isCheckedByStore(site: CallSite, model: WriteModel, applied: Applied): boolean {
  return (model.checked ?? []).some((reference) => {
    const value = valueAt(site, reference, applied.receiver);
    const ofSource = typeof reference === 'string' && reference.startsWith('source.');
    return isGiven(value) && !(ofSource && (value?.shape.kind === 'pure' || value?.shape.kind === 'unknown'));
  });
}

/** Applies a write of rows. */
export function applyRowWrite(site: CallSite, state: State, model: WriteModel, applied: Applied): void {
  const { analysis, frame, operation } = site;
  const place = placeIn(frame, operation.range);
  const value = writtenValue(site, model, applied);
  if (model.changes === true) {
    for (const record of recordsIn(value ?? applied.receiver)) {
      const columns = new Map(
        [...record.changes].filter(([, part]) => model.lists !== 'checked' || !isList(part)),
      );
      const cell = record.row;
      writeRow(analysis, state, frame, {
        cell,
        selector: new Map(),
        columns,
        place,
        onlyChanged: true,
        atomic: expressionsOf(record),
      });
    }
    return;
  }
  const record = applied.receiver?.shape.kind === 'record' ? applied.receiver.shape.record : undefined;
  const selected =
    record === undefined
      ? select(site, model, applied)
      : { cell: record.row, selector: new Map<string, Value>() };
  if (selected === undefined) return;
  const columns =
    model.expression === undefined
      ? value && columnsOf(applied.model.operators, value)
      : columnsOfExpression(site, model.expression, applied);
  if (columns === undefined) return;
  // A row that is put as a whole is selected by nothing but its key, whatever else is in it.
  const selector: Selector = model.key === model.value ? new Map() : selected.selector;
  writeRow(analysis, state, frame, {
    cell: selected.cell,
    selector,
    columns,
    place,
    atomic: addingTo(applied, model.value, selected.cell.name),
  });
}

/** How a call that is given columns and their new values could add to one of them. */
export function addingTo(
  { call, model }: Pick<Applied, 'call' | 'model'>,
  value: WriteModel['value'],
  table: string,
): (column: string) => AtomicForm | undefined {
  return (column) => {
    if (call.adds === undefined) return computedBy(model, table)(column);
    if (typeof value === 'object') return undefined;
    return { kind: 'call', adds: call.adds, column, ...(value !== undefined && { value }) };
  };
}

/** How a store could compute the new value of a column itself. */
function computedBy(model: LibraryModel, table: string): (column: string) => AtomicForm | undefined {
  const adds = model.operators?.adds;
  return (column) => {
    if (adds?.place !== 'expression') return adds && { kind: 'operator', adds, column };
    return { kind: 'expression', expression: adds, column, table };
  };
}

/** A list that is made anew, and not changed in place. */
function isList({ shape }: Value): boolean {
  if (shape.kind === 'object') return [...shape.object.fields.keys()].some((key) => /^…?\d+$/.test(key));
  return shape.kind === 'unknown' && /\.(filter|map|concat|slice|flatMap)$/.test(shape.label);
}

/** The records that a value is, or is a list of. */
function recordsIn(value: Value | undefined): StoredRecord[] {
  if (value?.shape.kind === 'record') return [value.shape.record];
  if (value?.shape.kind === 'instance') return [...(value.shape.instance.records ?? [])];
  if (value?.shape.kind !== 'object') return [];
  return [...value.shape.object.fields.values()].flatMap(({ shape }) =>
    shape.kind === 'record' ? [shape.record] : [],
  );
}

/** Assigns to a column of a record: it is written when the record is saved, or at once, for stores that see what is assigned. */
export function assignColumn(
  analysis: Analysis,
  state: State,
  frame: Frame,
  record: StoredRecord,
  path: string,
  value: Value,
  place: Place,
): void {
  record.changes.set(path, value);
  if (record.class.tracked !== true) return;
  const columns = new Map([[path, value]]);
  writeRow(analysis, state, frame, {
    cell: record.row,
    selector: new Map(),
    columns,
    place,
    onlyChanged: true,
    atomic: expressionsOf(record),
  });
}

/** What can be assigned to a column of a record so that the store computes it; operators have no place there. */
function expressionsOf({ model, row }: StoredRecord): (column: string) => AtomicForm | undefined {
  const computed = computedBy(model, row.name);
  return (column) => {
    const form = computed(column);
    return form?.kind === 'expression' ? form : undefined;
  };
}

/**
 * A row that others have read, and handed in. Where nothing of the project calls the function, whether they have locked it is not
 * known.
 * @param name of the parameter that it is handed in as
 */
export function rowStandIn(
  analysis: Analysis,
  state: State,
  frame: Frame,
  owner: ProjectClass,
  name: string,
): Value | undefined {
  const table = tableModelOf(analysis, owner);
  if (table === undefined) return undefined;
  const { model, record } = table;
  const of = tableOf(model.library, { kind: 'class', ...owner });
  const id = `${frame.id} ${name}`;
  const cell = rowCell({ ...of, likely: analysis.entry !== undefined }, new Map([['', unknown(id, name)]]));
  return readRow(analysis, state, frame, {
    cell,
    place: placeIn(frame, frame.facts.nameRange),
    model,
    record,
    id,
    owner,
  });
}

/** What is gone through in a column of an instance of a table's class: the rows that are related to it. */
export function relatedRows(analysis: Analysis, state: State, frame: Frame, value: Value): Value {
  const { shape } = value;
  if (shape.kind !== 'column' || shape.record.class.rows !== true) return value;
  const [id] = value.origins.keys();
  const read = id === undefined ? undefined : state.reads.get(id);
  if (read === undefined) return value;
  const { record, path } = shape;
  const table = `${record.row.row?.table ?? ''}.${path}`;
  const cell = rowCell({ id: table, name: `${record.row.name}.${path}` }, new Map([['', value]]));
  return readRow(analysis, state, frame, {
    cell,
    place: read.place,
    model: record.model,
    record: classNameOf(record),
    id: `${record.id}.${path}`,
  });
}

/** The name of a record's class in its library's model. */
function classNameOf({ model, class: own }: StoredRecord): string {
  return Object.entries(model.classes ?? {}).find(([, facts]) => facts === own)?.[0] ?? '';
}
