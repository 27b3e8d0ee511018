/** Queries that are made step by step (`db.update(users).set(…).where(…)`) and performed when they are awaited. */
import { conditionsOf } from '../libraries/sql/expressions.js';
import { tokensOf } from '../libraries/sql/tokens.js';
import type { QueryPartModel, ConditionModel } from '../model/store-model.js';
import type { ClassModel, LibraryModel, Reference } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import type { CallSite } from './calls.js';
import { columnsOf } from './columns.js';
import { addingTo, readRow } from './row-effects.js';
import { placeIn, type Frame } from './frame.js';
import { propertyAt, valueAt, type Applied } from './references.js';
import { rowCell, selectorOf, tableOf, writeRow, type RowWrite, type Table } from './rows.js';
import type { State } from './state.js';
import { acquireRow } from './transactions.js';
import { canonical, constant, unknown, valueOf, type Shape, type Value } from './values.js';

export interface Query {
  readonly id: string;
  readonly model: LibraryModel;
  /** The class whose methods go on with it. */
  readonly class: ClassModel;
  readonly place: Place;
  readonly verb: 'read' | 'write' | 'atomic';
  readonly table?: Table;
  readonly selector: ReadonlyMap<string, Value>;
  readonly columns: ReadonlyMap<string, Value>;
  readonly locks: boolean;
  readonly record?: string;
  /** How the store could add to a column, where the query writes. */
  readonly atomic?: NonNullable<RowWrite['atomic']>;
}

/** A query with one more part. @param base the query so far, if the call goes on with one */
export function buildQuery(site: CallSite, part: QueryPartModel, applied: Applied): Value {
  const { frame, operation } = site;
  const { model, receiver } = applied;
  const at = (reference: number | string | undefined): Value | undefined =>
    reference === undefined ? undefined : valueAt(site, reference, receiver);
  const table = at(part.table);
  // A query may be handed in where a table is expected: `get_object_or_404(Account.objects.all(), pk=1)`.
  const base = queryOf(applied) ?? (table?.shape.kind === 'query' ? table.shape.query : undefined);
  const named =
    table === undefined || table.shape.kind === 'query' ? base?.table : tableOf(model.library, table.shape);
  const record = part.record ?? base?.record;
  const className = part.query;
  const query: Query = {
    id: `${frame.id}@${String(operation.range.start)}`,
    model,
    class: (className === undefined ? undefined : model.classes?.[className]) ??
      base?.class ?? { methods: {} },
    place: part.verb === undefined && base !== undefined ? base.place : placeIn(frame, operation.range),
    verb: part.verb ?? base?.verb ?? 'read',
    ...(named !== undefined && { table: named }),
    selector: new Map([...(base?.selector ?? []), ...selectorOfPart(part, at)]),
    columns: new Map([...(base?.columns ?? []), ...assignmentsOf(model, part, at)]),
    locks: part.locks === true || base?.locks === true,
    ...withAtomic(part.set === undefined ? base?.atomic : addingTo(applied, part.set, named?.name ?? '')),
    ...(record !== undefined && { record }),
  };
  return valueOf({ kind: 'query', query }, receiver?.origins);
}

/** The query that an instance is the beginning of, as the receiver of a call; any other call as it is. */
export function withQuery(site: CallSite, applied: Applied): Applied {
  const { call, model, receiver } = applied;
  const begins = receiver?.shape.kind === 'instance' ? receiver.shape.instance.class.begins : undefined;
  const goesOn = call.builds !== undefined || call.performs === 'receiver';
  if (begins === undefined || !goesOn) return applied;
  return { ...applied, receiver: buildQuery(site, begins, { call, model, ...(receiver && { receiver }) }) };
}

function withAtomic(atomic: RowWrite['atomic']): Pick<Query, 'atomic'> {
  return atomic === undefined ? {} : { atomic };
}

function queryOf({ receiver }: Applied): Query | undefined {
  return receiver?.shape.kind === 'query' ? receiver.shape.query : undefined;
}

type At = (reference: number | string | undefined) => Value | undefined;

function selectorOfPart(part: QueryPartModel, at: At): ReadonlyMap<string, Value> {
  const where = at(part.where);
  if (where === undefined) return new Map();
  if (part.where === 'arguments' && where.shape.kind === 'object') {
    const conditions = [...where.shape.object.fields.values()];
    return new Map(conditions.flatMap((condition) => [...selectorOf(condition)]));
  }
  if (part.column !== undefined && where.shape.kind !== 'object' && where.shape.kind !== 'condition') {
    const isComparison = where.shape.kind === 'pure' && !where.shape.name.startsWith('.');
    return isComparison ? selectorOf(where) : new Map([[part.column, where]]);
  }
  const value = at(part.value);
  const text = where.shape.kind === 'constant' ? String(where.shape.value) : '';
  if (/[=<>(]/.test(text)) return conditionsOfText(text, value);
  if (value === undefined || value === where) return selectorOf(where);
  const operator = at(part.operator);
  const name = columnName(where.shape);
  const isEqual = operator === undefined || operator === value || isEquality(operator.shape);
  return new Map([[isEqual ? name : `${name} ${canonical(operator.shape)}`, value]]);
}

/** A condition written in SQL, with an object of the values of its placeholders: `.where('id = :id', { id })`. */
function conditionsOfText(text: string, values: Value | undefined): ReadonlyMap<string, Value> {
  const columns = new Map<string, Value>();
  for (const { column, operator, value } of conditionsOf(tokensOf([text]))) {
    const [placeholder] = value.placeholders;
    const given = placeholder && values && propertyAt(values, String(placeholder.at));
    columns.set(operator === '=' ? column : `${column} ${operator}`, given ?? constant(value.text));
  }
  return columns;
}

function isEquality(shape: Shape): boolean {
  return shape.kind === 'constant' && (shape.value === '=' || shape.value === '==');
}

/** `'id'`, `'users.id'` and Drizzle's `users.id` are the column `id`. */
export function columnName(shape: Shape): string {
  if (shape.kind === 'constant') return String(shape.value).split('.').at(-1) ?? '';
  if (shape.kind === 'pure' && shape.name.startsWith('.')) return shape.name.slice(1);
  if (shape.kind === 'library') return shape.path.at(-1) ?? '';
  return canonical(shape);
}

function assignmentsOf(model: LibraryModel, part: QueryPartModel, at: At): ReadonlyMap<string, Value> {
  const references = Array.isArray(part.set) ? (part.set as readonly Reference[]) : [part.set as Reference];
  const set = references.map(at).find((given) => given !== undefined);
  if (set === undefined) return new Map();
  const to = at(part.to);
  if (to === undefined || to === set) return columnsOf(model.operators, set);
  return new Map([[columnName(set.shape), to]]);
}

/** What a condition says of columns. */
export function conditionValue(site: CallSite, condition: ConditionModel, applied: Applied): Value {
  if ('all' in condition) {
    const columns = new Map<string, Value>();
    for (const argument of site.arguments)
      for (const [column, value] of selectorOf(argument)) columns.set(column, value);
    return valueOf({ kind: 'condition', columns });
  }
  const column = valueAt(site, condition.column, applied.receiver);
  const value = valueAt(site, condition.value, applied.receiver);
  const columns = new Map<string, Value>();
  if (column !== undefined && value !== undefined) columns.set(columnName(column.shape), value);
  return valueOf({ kind: 'condition', columns });
}

/** Performs a query, and returns what it gives. */
export function performQuery(analysis: Analysis, state: State, frame: Frame, query: Query): Value {
  const { table, selector, columns, place } = query;
  const result = unknown(`${query.id} result`, 'result');
  if (table === undefined) return result;
  const cell = rowCell(table, selector);
  if (query.verb === 'read') {
    if (query.locks) acquireRow(analysis, state, frame, cell, place);
    return readRow(analysis, state, frame, {
      cell,
      place,
      model: query.model,
      record: query.record ?? '',
      id: query.id,
      owner: table.class,
    });
  }
  if (query.verb === 'write') {
    writeRow(analysis, state, frame, { cell, selector, columns, place, ...withAtomic(query.atomic) });
  }
  return result;
}

/** Performs a value that is a query, where it is awaited. */
export function performed(analysis: Analysis, state: State, frame: Frame, value: Value): Value {
  return value.shape.kind === 'query' ? performQuery(analysis, state, frame, value.shape.query) : value;
}
