/** Reads and writes of cells, wherever they come from: variables, properties, and the calls of libraries. */
import { subtract, type Dimension } from '../model/dimensions.js';
import type { VariableIndex } from '../model/facts.js';
import type { AtomicForm } from '../model/findings.js';
import type { CellKind } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { noteAct } from './acts.js';
import { noteRead, noteWrite } from './awaits.js';
import { noteUpdate } from './candidates.js';
import { noteCopyWritten } from './copies.js';
import { noteCellWrite } from './different-locks.js';
import { distinctBy } from './distinct.js';
import { openFileOf } from './files.js';
import { placeIn, variableKey, type Frame } from './frame.js';
import { fieldOf } from './heap.js';
import { noteFlagWrite, noteChainWrite } from './home-made-locks.js';
import type { CellIdentity, LiveRead, State } from './state.js';
import {
  canonical,
  display,
  unknown,
  type AbstractObject,
  type Instance,
  type Origins,
  type Shape,
  type Value,
  type ReadId,
  NAMELESS,
} from './values.js';

/** The dimensions along which what is outside of a process can be touched at the same time. */
const REACH: Readonly<Partial<Record<CellKind, readonly Dimension[]>>> = {
  storage: ['tasks', 'processes'],
  file: ['tasks', 'threads', 'processes'],
  redis: ['tasks', 'threads', 'processes', 'hosts'],
  row: ['tasks', 'threads', 'processes', 'hosts'],
  shared: ['tasks', 'threads'],
  remote: ['tasks', 'threads', 'processes', 'hosts'],
};

function reachOf({ traits }: Analysis, kind: CellKind): readonly Dimension[] {
  return REACH[kind] ?? traits.memory;
}

export function variableCell(analysis: Analysis, owner: Frame, variable: VariableIndex): CellIdentity {
  const facts = owner.module.facts.variables[variable];
  return {
    key: `variable ${variableKey(owner, variable)}`,
    kind: 'variable',
    name: facts?.name ?? '',
    reach: reachOf(analysis, 'variable'),
    depth: owner.depth,
    sharing: 'usual',
    ...(facts !== undefined && { declaration: placeIn(owner, facts.range) }),
  };
}

/** A property's name, as part of a cell's identity and of its name. */
export type Key = string | Shape;

/** A property as it is written after its object. */
export function accessOf(key: string): string {
  if (key.startsWith('[')) return key;
  return /^\d+$/.test(key) ? `[${key}]` : `.${key}`;
}

function keyText(key: Key): { identity: string; name: string } {
  if (typeof key === 'string') return { identity: `.${key}`, name: accessOf(key) };
  if (key.kind === 'constant') return { identity: `.${String(key.value)}`, name: `[${display(key)}]` };
  return { identity: `[${canonical(key)}]`, name: `[${display(key)}]` };
}

export function fieldCell(analysis: Analysis, object: AbstractObject, key: Key): CellIdentity {
  const { identity, name } = keyText(key);
  const declared = object.class && fieldOf(analysis, object.class, key);
  return {
    key: `${object.id}${identity}`,
    kind: typeof key === 'string' ? 'field' : 'element',
    name: `${object.label}${name}`,
    reach: reachOf(analysis, 'field'),
    depth: object.depth,
    sharing: object.sharing,
    holder: object,
    ...(typeof key !== 'string' && { container: object.id }),
    ...apartBy(key),
    ...(declared !== undefined && { declaration: placeIn(declared.owner.frame, declared.field.range) }),
  };
}

/** State inside of a library's instance that executions share, if a property of it is that. */
export function sharedCell(instance: Instance, key: Key): CellIdentity | undefined {
  const { cells } = instance.class;
  if (cells === undefined) return undefined;
  const { identity, name } = keyText(key);
  const isElement = typeof key !== 'string' || /^(?:\d+$|\[)/.test(key);
  const model = cells[isElement ? '*' : key];
  if (model === undefined) return undefined;
  return {
    // What is opened by its name is one thing, however often it is opened.
    key: `${instance.name === undefined ? instance.id : `${instance.model.library} ${canonical(instance.name)}`}${identity}`,
    kind: 'shared',
    name: `${instance.label}${name}`,
    reach: model.reach,
    depth: instance.name === undefined ? instance.depth : 0,
    sharing: 'usual',
    holder: instance,
    ...(model.usually !== undefined && { usually: model.usually }),
    ...(instance.made !== undefined && { declaration: instance.made }),
  };
}

/** What a cell holds, of which no more is known. */
export function contentsOf({ key, name, depth, apart, sharing }: CellIdentity): Shape {
  return {
    kind: 'contents',
    cell: key,
    label: name,
    depth,
    ...(apart !== undefined && { apart }),
    ...(sharing === 'likely' && { sharing }),
  };
}

/** The property `apart` of a cell that is named by a key. */
function apartBy(key: Key | undefined, holder: readonly number[] = []): Pick<CellIdentity, 'apart'> {
  const each = key === undefined || typeof key === 'string' ? [] : distinctBy(key).each;
  const apart = [...holder, ...each];
  return apart.length === 0 ? {} : { apart };
}

/** A property of whatever a cell holds. */
export function innerCell(
  analysis: Analysis,
  contents: Shape & { kind: 'contents' },
  key: Key,
): CellIdentity {
  const { identity, name } = keyText(key);
  return {
    key: `${contents.cell}${identity}`,
    kind: typeof key === 'string' ? 'field' : 'element',
    name: `${contents.label}${name}`,
    reach: reachOf(analysis, 'field'),
    depth: contents.depth,
    sharing: contents.sharing ?? 'usual',
    ...(typeof key !== 'string' && { container: contents.cell }),
    ...apartBy(key, contents.apart),
  };
}

/** A cell of a store that a library opens, by the value that names it. */
export function storeCell(
  analysis: Analysis,
  kind: CellKind,
  name: Shape | undefined,
  scope: { id: string; depth: number },
  label: string,
): CellIdentity {
  const reach = reachOf(analysis, kind);
  const distinct = name === undefined ? undefined : distinctBy(name);
  return {
    key: `${kind} ${scope.id} ${name === undefined ? '' : canonical(name)}`,
    kind,
    name: name === undefined || display(name) === NAMELESS ? label : display(name),
    reach: distinct === undefined ? reach : subtract(reach, distinct.dimensions),
    depth: Math.max(scope.depth, distinct?.depth ?? 0),
    sharing: 'usual',
    ...apartBy(name),
  };
}

/** An element of a map that a library's instance is. */
export function elementCell(
  analysis: Analysis,
  kind: CellKind,
  key: Shape | undefined,
  map: { readonly id: string; readonly depth: number; readonly sharing?: CellIdentity['sharing'] },
  label: string,
): CellIdentity {
  const { id: container, sharing = 'usual' } = map;
  const cell = { ...storeCell(analysis, kind, key, map, label), sharing, container };
  return key === undefined ? cell : { ...cell, name: `${label}[${display(key)}]` };
}

/**
 * Reads a cell.
 * @param presence true when the value tells no more than whether there is something
 * @returns the reads that the value now derives from
 */
export function readCell(
  analysis: Analysis,
  state: State,
  frame: Frame,
  cell: CellIdentity,
  place: Place,
  presence = false,
): Origins {
  const { depth } = analysis;
  noteRead(analysis, state, frame, cell, place);
  const id = `${frame.id}@${String(place.start)} ${cell.key}`;
  state.reads.delete(`${id}'`);
  const guards = new Set(state.held.keys());
  state.reads.set(id, { id, cell, place, frame, depth, guards, ...(presence && { presence }) });
  state.written.delete(cell.key);
  state.conditions = state.conditions.forgetWait(cell.key);
  return new Map([[id, true]]);
}

export function writeCell(
  analysis: Analysis,
  state: State,
  frame: Frame,
  cell: CellIdentity,
  value: Value,
  place: Place,
  atomic?: AtomicForm,
): void {
  if (openFileOf(value) !== undefined) analysis.overwritten.set(cell.key, place);
  noteWrite(analysis, state, cell, place);
  noteCellWrite(analysis, state, { cell, place, resets: value.shape.kind === 'constant' });
  noteChainWrite(analysis, state, cell, value);
  noteFlagWrite(analysis, state, frame, cell, value, place);
  noteCopyWritten(analysis, state, cell, value, { frame, place });
  state.written.set(cell.key, value);
  let isUpdate = false;
  let adds = false;
  const own = [...value.origins].flatMap(([id, certain]) => {
    const read = state.reads.get(id);
    return read?.cell.key === cell.key && read.empty !== true ? [{ id, certain, read }] : [];
  });
  // What is read anew for the write has what others wrote since an older read: `total += taken` loses nothing of theirs.
  const isRenewed = own.some(({ id, read }) => read.point === undefined && value.direct !== id);
  const renewed = new Set(own.flatMap(({ id, read }) => (read.point === undefined ? [id] : [])));
  for (const { id, certain, read } of own) {
    if (isRenewed && read.point !== undefined && !putsBack(value, id, renewed)) continue;
    noteUpdate(analysis, state, {
      read,
      certain,
      write: place,
      writeFrame: frame,
      ...(atomic !== undefined && { atomic }),
    });
    if (read.point !== undefined) isUpdate = true;
    // What fills a cell that is empty, and else leaves it as it is, adds nothing.
    else if (value.direct !== id && value.unchanged?.has(id) !== true) adds = true;
  }
  const taken = takenBefore(state, frame, cell, value);
  if (taken !== undefined)
    noteUpdate(analysis, state, {
      read: taken,
      certain: true,
      write: place,
      writeFrame: frame,
      begins: true,
    });
  if (!isUpdate) noteAct(analysis, state, { cell, value, place, frame, adds });
  settleReads(state, cell);
}

/** Whether a function is another one, or is written inside of it. */
function isInside(frame: Frame, around: Frame): boolean {
  for (let at: Frame | undefined = frame; at !== undefined; at = at.outer) if (at === around) return true;
  return false;
}

/**
 * What was read of a cell and worked with, while others could add to it, before the cell begins anew:
 * `await send(lines); lines = []`.
 */
function takenBefore(
  { conditions, reads }: State,
  frame: Frame,
  cell: CellIdentity,
  { shape, origins }: Value,
): LiveRead | undefined {
  const isRemoved = cell.kind === 'redis' && shape.kind === 'constant' && shape.value === null;
  if (cell.kind !== 'variable' && cell.kind !== 'field' && !isRemoved) return undefined;
  if ([...origins.keys()].some((id) => reads.get(id)?.cell.key === cell.key)) return undefined;
  return [...reads.values()].findLast(
    (read) =>
      read.cell.key === cell.key &&
      isInside(frame, read.frame) &&
      read.point !== undefined &&
      read.settled !== true &&
      conditions.used.has(read.id),
  );
}

/**
 * Whether a part of an object comes of an older read alone, and so goes over what others wrote, whatever is read anew for the rest:
 * `{ ...state, items: [...olderItems, item] }`.
 */
function putsBack({ shape }: Value, older: ReadId, renewed: ReadonlySet<ReadId>): boolean {
  if (shape.kind !== 'object' || shape.object.class !== undefined) return false;
  const { fields, spreads = [] } = shape.object;
  // What is spread last goes over what was spread before.
  return [...fields.values(), ...spreads.slice(-1)].some(
    ({ origins }) => origins.has(older) && ![...renewed].some((id) => origins.has(id)),
  );
}

/** What was read of a cell before it was written has had its effect. */
function settleReads(state: State, cell: CellIdentity): void {
  for (const [id, read] of state.reads) {
    if (read.cell.key === cell.key && read.settled !== true) state.reads.set(id, { ...read, settled: true });
  }
  state.conditions = state.conditions.forgetWait(cell.key);
}

/** A cell is changed in one step that reads it too, so that only a decision can be out of date. */
export function changeCell(
  analysis: Analysis,
  state: State,
  frame: Frame,
  cell: CellIdentity,
  place: Place,
): void {
  const value = unknown(analysis.freshId(), NAMELESS);
  noteCellWrite(analysis, state, { cell, place, resets: false });
  noteAct(analysis, state, { cell, value, place, frame, adds: true });
  settleReads(state, cell);
}
