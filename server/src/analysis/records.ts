/** Rows as values: what a store returned, and what is assigned to it until it is saved. */
import type { ClassModel, LibraryModel } from '../model/library-model.js';
import { columnCell } from './rows.js';
import type { CellIdentity, State } from './state.js';
import type { Key } from './cells.js';
import { plainKey } from './element-keys.js';
import {
  valueOf,
  type Instance,
  type Origins,
  type ProjectClass,
  type ReadId,
  type Value,
} from './values.js';

/** A row that was read, or several: those of a list are not told apart. */
export interface StoredRecord {
  readonly id: string;
  readonly row: CellIdentity;
  readonly model: LibraryModel;
  readonly class: ClassModel;
  /** The instance that it was read from. */
  readonly source?: Instance;
  /** Columns by their name in the result, where that is another one (`SELECT total AS n`). */
  readonly names?: ReadonlyMap<string, string>;
  /** What was assigned to its columns since it was read. */
  readonly changes: Map<string, Value>;
  /** The class of the project that it is an instance of. */
  readonly owner?: ProjectClass;
}

/** A column of a record, as a cell of its own that was read together with the row. */
function readColumn(state: State, record: StoredRecord, origins: Origins, path: string): Value {
  const own = new Map<ReadId, boolean>();
  for (const [id, certain] of origins) {
    const read = state.reads.get(id);
    if (read === undefined || read.cell.row?.table !== record.row.row?.table) continue;
    // The row itself, or a column that the path goes on in.
    const known = read.cell.row?.column;
    if (known !== undefined && !path.startsWith(`${known}.`)) continue;
    const column = `${known === undefined ? id : id.slice(0, id.lastIndexOf(' column '))} column ${path}`;
    if (!state.reads.has(column))
      state.reads.set(column, { ...read, id: column, cell: columnCell(record.row, path) });
    own.set(column, certain);
  }
  const [direct] = own.keys();
  return {
    shape: { kind: 'column', record, path },
    origins: own,
    ...(direct !== undefined && { direct }),
  };
}

function isIndex(key: string): boolean {
  return /^\d+$/.test(key);
}

/** A property of a record: the record itself (an element of a list, `rows` of a result), or a column, if the key tells which. */
export function loadColumn(state: State, value: Value, record: StoredRecord, key: Key): Value {
  const position = typeof key === 'string' && isIndex(key) ? record.names?.get(`#${key}`) : undefined;
  if (position !== undefined)
    return record.changes.get(position) ?? readColumn(state, record, value.origins, position);
  if (typeof key !== 'string' || isIndex(key) || record.class.through?.includes(plainKey(key)) === true)
    return value;
  const name = plainKey(key);
  const path = record.names?.get(name) ?? name;
  return record.changes.get(path) ?? readColumn(state, record, value.origins, path);
}

/** A property of a column's value. */
export function loadInColumn(
  state: State,
  value: Value,
  { record, path }: { readonly record: StoredRecord; readonly path: string },
  key: Key,
): Value {
  if (typeof key !== 'string')
    return valueOf({ kind: 'pure', name: '[]', from: [value.shape, key] }, value.origins);
  const inner = `${path}.${plainKey(key)}`;
  return record.changes.get(inner) ?? readColumn(state, record, value.origins, inner);
}
