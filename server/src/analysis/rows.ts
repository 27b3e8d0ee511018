/**
 * Rows of a database as cells. Which row a statement is about is told by a table and by what selects it; two statements are about
 * one row if what they have in common says so, since the same row is often found by one column and written by another.
 */
import { DIMENSIONS } from '../model/dimensions.js';
import type { AtomicForm } from '../model/findings.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { noteUpdate } from './candidates.js';
import { distinctBy } from './distinct.js';
import { plainKey } from './element-keys.js';
import type { Frame } from './frame.js';
import type { CellIdentity, LiveRead, State } from './state.js';
import {
  canonical,
  classFacts,
  display,
  valueOf,
  type Origins,
  type ProjectClass,
  type Shape,
  type Value,
} from './values.js';

/** Rows of a table, or one column of them. */
export interface Row {
  readonly table: string;
  /** What selects them: the value of each column, in the form in which equal values are equal. */
  readonly selector: ReadonlyMap<string, string>;
  /** The only columns that were read, when not all were. */
  readonly columns?: readonly string[];
  /** The path to a column, and into its value: `stats.hits`. */
  readonly column?: string;
}

export interface Table {
  readonly id: string;
  /** As a reader would write it. */
  readonly name: string;
  /** Nothing but the names of methods says that it is one. */
  readonly likely?: boolean;
  /** The class of the project whose instances its rows are. */
  readonly class?: ProjectClass;
}

/** Columns whose value is one row's alone. */
const IDENTITY = /^(?:_?id|uuid|guid|pk|key|slug)$/i;

/** Columns and their values, as a query selects by them; the empty name stands for what cannot be taken apart. */
export type Selector = ReadonlyMap<string, Value>;

/** Operators of equality inside of a selector. */
const EQUALS = new Set(['equals', '$eq', 'eq', '=']);

/** Takes a `where` apart. */
export function selectorOf(value: Value, path = ''): Map<string, Value> {
  const { shape } = value;
  const columns = new Map<string, Value>();
  if (shape.kind === 'condition') return new Map(shape.columns);
  if (shape.kind === 'pure' && shape.from.length === 2) {
    const compared = comparison(shape, value.origins);
    if (compared !== undefined) return compared;
  }
  if (shape.kind !== 'object' || shape.object.class !== undefined) return columns.set(path, value);
  for (const [key, inner] of shape.object.fields) {
    const name = plainKey(key);
    const at = EQUALS.has(name) ? path : path === '' ? name : `${path}.${name}`;
    for (const [column, part] of selectorOf(inner, at)) columns.set(column, part);
  }
  for (const [index, spread] of (shape.object.spreads ?? []).entries())
    columns.set(`${path}…${String(index)}`, spread);
  return columns;
}

/** A condition that compares a column: `Account.id == id`; those that are put together: `a & b`. */
function comparison(
  { name, from }: Shape & { kind: 'pure' },
  origins: Origins,
): Map<string, Value> | undefined {
  const [left, right] = from;
  if (left === undefined || right === undefined) return undefined;
  if (name === '&')
    return new Map([...selectorOf(valueOf(left, origins)), ...selectorOf(valueOf(right, origins))]);
  if (left.kind !== 'pure' || !left.name.startsWith('.') || !/^(?:[=!<>]=?=?|in|not in)$/.test(name))
    return undefined;
  const column = left.name.slice(1);
  return new Map([[name === '==' ? column : `${column} ${name}`, valueOf(right, origins)]]);
}

export function rowCell(table: Table, selector: Selector, columns?: readonly string[]): CellIdentity {
  // `where: { id: row.id }` selects the row that was read before, however that one was found.
  for (const [column, { shape }] of selector) {
    // So does a new value of the whole row: `{ ...row, total: 1 }`.
    if (shape.kind === 'record' && shape.record.row.row?.table === table.id) return shape.record.row;
    if (
      shape.kind === 'column' &&
      isSameColumn(shape.path, column) &&
      shape.record.row.row?.table === table.id
    )
      return shape.record.row;
  }
  const texts = new Map([...selector].map(([column, value]) => [column, canonical(value.shape)]));
  const key = [...texts].sort().map((pair) => pair.join('='));
  const apart = [...selector.values()].flatMap(({ shape }) => distinctBy(shape).each);
  return {
    key: `row ${table.id} ${key.join()}`,
    kind: 'row',
    name: table.name,
    reach: DIMENSIONS,
    depth: 0,
    sharing: table.likely === true ? 'likely' : 'usual',
    row: { table: table.id, selector: texts, ...(columns !== undefined && { columns }) },
    ...(apart.length > 0 && { apart }),
  };
}

/** `id` and `_id` are two names of one column in MongoDB. */
function isSameColumn(one: string, other: string): boolean {
  return one.replace(/^_/, '') === other.replace(/^_/, '');
}

/** A column of a row: the same cell for all who read or write it. */
export function columnCell(row: CellIdentity, path: string): CellIdentity {
  if (row.row === undefined) return row;
  return {
    ...row,
    key: `${row.key}.${path}`,
    name: `${row.name}.${path}`,
    row: { ...row.row, column: path },
  };
}

/** True when two selectors certainly select a row in common. */
function selectSameRow(one: Row, other: Row): boolean {
  if (one.table !== other.table) return false;
  if (one.selector === other.selector) return true;
  let shared = 0;
  for (const [column, value] of one.selector) {
    const theirs = other.selector.get(column);
    if (theirs === value) {
      if (IDENTITY.test(column)) return true;
      shared++;
    } else if (theirs !== undefined) return false;
  }
  return shared === Math.min(one.selector.size, other.selector.size);
}

/** One is the other, or a part of it. SQL does not tell upper from lower case. */
function overlap(path: string, otherPath: string): boolean {
  const [one, other] = [path.toLowerCase(), otherPath.toLowerCase()];
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

/** Which column of the row a read is of, if all that was read is one. */
function columnOf({ cell }: LiveRead): string | undefined {
  const { row } = cell;
  return row?.column ?? (row?.columns?.length === 1 ? row.columns[0] : undefined);
}

/** A value that is written comes from a read of the same row. */
interface Match {
  readonly read: LiveRead;
  readonly certain: boolean;
  /** The column is not computed from itself: the old value is put back, or what was computed is not in sight. */
  readonly likely: boolean;
  readonly unchanged: boolean;
  readonly path: string;
}

function isUnchanged(value: Value, id: string): boolean {
  const original = id.replace(/'+$/, '');
  const is = (read: string): boolean => read.replace(/'+$/, '') === original;
  return (value.direct !== undefined && is(value.direct)) || [...(value.unchanged ?? [])].some(is);
}

function matches(state: State, row: Row, path: string, value: Value): Match[] {
  const found: Match[] = [];
  for (const [id, certain] of value.origins) {
    const read = state.reads.get(id);
    if (read?.cell.row === undefined || !selectSameRow(read.cell.row, row)) continue;
    const column = columnOf(read);
    const whole = path === '' || column === undefined;
    if (!whole && !overlap(column, path)) continue;
    const unchanged = isUnchanged(value, id);
    found.push({ read, certain: certain && !whole, likely: whole || unchanged, unchanged, path });
  }
  return found;
}

export interface RowWrite {
  readonly cell: CellIdentity;
  readonly selector: Selector;
  /** New values by column; the empty name stands for columns that are not told apart. */
  readonly columns: ReadonlyMap<string, Value>;
  readonly place: Place;
  /** How the store could add to a column. */
  readonly atomic?: (column: string) => AtomicForm | undefined;
  /** Values that are as they were read are not written: the store, or the record, knows what has changed. */
  readonly onlyChanged?: boolean;
}

/** Columns of a row are written: at most one finding, of the column that is most surely lost. */
export function writeRow(analysis: Analysis, state: State, frame: Frame, write: RowWrite): void {
  const { row } = write.cell;
  if (row === undefined || isChecked(state, row, write)) return;
  const found = [...write.columns]
    .flatMap(([path, value]) => matches(state, row, path, value))
    .filter(({ unchanged }) => write.onlyChanged !== true || !unchanged);
  const rank = (match: Match): number => (match.likely ? 0 : 2) + (match.certain ? 1 : 0);
  const best = found.sort((one, other) => rank(other) - rank(one))[0];
  if (best === undefined) return;
  const cell: CellIdentity = best.likely ? { ...best.read.cell, sharing: 'likely' } : best.read.cell;
  const atomic = best.path === '' ? undefined : write.atomic?.(best.path);
  noteUpdate(analysis, state, {
    ...(atomic !== undefined && { atomic }),
    read: { ...best.read, cell },
    certain: best.certain,
    write: write.place,
    writeFrame: frame,
  });
}

/**
 * Compare-and-set: the row is selected by what was read of it, so that it is not found if someone else has changed it
 * (`where: { id, version: row.version }`). Selecting it by an identity alone checks nothing.
 */
function isChecked(state: State, row: Row, { selector, columns }: RowWrite): boolean {
  if (selector.size < 2) return false;
  return [...selector].some(([condition, { origins }]) => {
    const [column = ''] = condition.split(' ');
    if (column !== '' && /id$/i.test(column) && !columns.has(column)) return false;
    return [...origins.keys()].some((id) => {
      const read = state.reads.get(id);
      return read?.cell.row !== undefined && selectSameRow(read.cell.row, row);
    });
  });
}

/** What a table is called by: a constant, or whatever the expression is. */
export function tableOf(library: string, of: Shape): Table {
  const shape = of.kind === 'instance' ? (of.instance.table ?? of.instance.name ?? of) : of;
  const name = shape.kind === 'class' ? (classFacts(shape)?.name ?? 'the row') : display(shape);
  const owner = shape.kind === 'class' ? shape : undefined;
  return { id: `${library} ${canonical(shape)}`, name, ...(owner !== undefined && { class: owner }) };
}
