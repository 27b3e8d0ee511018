/** Locks that library models tell of: taken and given back. */
import { DIMENSIONS } from '../model/dimensions.js';
import type { CallModel } from '../model/library-model.js';
import { noteRelease } from './awaits.js';
import type { CallSite } from './calls.js';
import { noteSharedHandle } from './candidates.js';
import { placeIn } from './frame.js';
import { noteOwnLock } from './own-locks.js';
import { valueAt, type Applied } from './references.js';
import type { Acquisition, CellIdentity, SharedHandle, State } from './state.js';
import { canonical, display, valueOf, type Holder, type Shape, type Value } from './values.js';

interface Lock {
  readonly id: string;
  readonly name: string;
  readonly span: Acquisition['span'];
  readonly depth: number;
  readonly holder?: Holder;
}

function lockOf(
  site: CallSite,
  state: State,
  lock: NonNullable<CallModel['acquires']>['lock'] | NonNullable<CallModel['releases']>['lock'],
  { receiver, model }: Applied,
): Lock | undefined {
  if ('receiver' in lock) {
    if (receiver?.shape.kind !== 'instance') return undefined;
    const { instance } = receiver.shape;
    if (instance.exclusive === false) return undefined;
    const key = lock.key === undefined ? undefined : valueAt(site, lock.key, receiver)?.shape;
    return {
      id: key === undefined ? instance.id : `${instance.id} ${canonical(key)}`,
      name: instance.name === undefined ? instance.label : display(instance.name),
      span: instance.class.lock?.span ?? [],
      depth: instance.depth,
      holder: instance,
    };
  }
  if ('name' in lock) {
    const name = valueAt(site, lock.name, receiver)?.shape;
    const key = lock.key === undefined ? undefined : valueAt(site, lock.key, receiver)?.shape;
    if (name === undefined || (lock.key !== undefined && key === undefined)) return undefined;
    const parts = [...resources(name), ...(key === undefined ? [] : [key])];
    const span = 'span' in lock ? lock.span : DIMENSIONS;
    return {
      id: `${model.library} ${parts.map(canonical).join(' ')}`,
      name: parts.map(display).join(' '),
      span,
      depth: 0,
    };
  }
  if ('grant' in lock) {
    const grant = valueAt(site, lock.grant, receiver)?.shape;
    return grant?.kind === 'grant' ? { id: grant.lock, name: '', span: [], depth: 0 } : undefined;
  }
  const file = valueAt(site, lock.descriptor, receiver);
  if (file === undefined) return undefined;
  const kept = keptIn(site, state, file);
  const id = kept === undefined ? canonical(file.shape) : kept.key;
  return { id: `descriptor ${id}`, name: kept?.name ?? display(file.shape), span: ['processes'], depth: 0 };
}

/** The resources that one lock is over: `['a', 'b']` locks both, `['a']` is the lock `'a'`. */
function resources(shape: Shape): readonly Shape[] {
  if (shape.kind !== 'object' || shape.object.class !== undefined || shape.object.fields.size === 0)
    return [shape];
  return [...shape.object.fields.values()].map((value) => value.shape);
}

/** Whether a word is among the arguments: by itself, or as a property of an object of options. */
function hasOption(args: readonly Value[], option: string): boolean {
  return args.some(({ shape }) => {
    if (shape.kind === 'constant') return String(shape.value).toUpperCase() === option.toUpperCase();
    return (
      shape.kind === 'object' &&
      [...shape.object.fields.keys()].some((name) => name.toUpperCase() === option.toUpperCase())
    );
  });
}

export interface Acquired {
  readonly acquisition: Acquisition;
  /** The receipt, when the call gives one. */
  readonly grant?: Value;
}

export function acquire(site: CallSite, state: State, applied: Applied): Acquired | undefined {
  const { analysis, frame, operation } = site;
  const model = applied.call.acquires;
  const lock = model && lockOf(site, state, model.lock, applied);
  if (model === undefined || lock === undefined) return undefined;
  if (model.when !== undefined) {
    const said = valueAt(site, model.when.argument, applied.receiver)?.shape;
    const word = said?.kind === 'constant' ? String(said.value) : undefined;
    if (word !== undefined && model.when.releases.includes(word)) {
      releaseLock(site, state, lock.id);
      return undefined;
    }
    if (word !== undefined && !model.when.values.includes(word)) return undefined;
  }
  if (model.option !== undefined && !hasOption(site.arguments, model.option)) return undefined;
  const place = placeIn(frame, operation.range);
  const acquisition: Acquisition = {
    id: `${lock.id} ${frame.id}@${String(operation.range.start)}`,
    lock: lock.id,
    name: lock.name,
    span: lock.span,
    place,
    depth: analysis.depth,
    lockDepth: lock.depth,
    content: { busy: false, works: [] },
    ...(lock.holder !== undefined && { holder: lock.holder }),
  };
  noteOwnLock(site, state, acquisition);
  if ('descriptor' in model.lock && model.lock.ofProcess !== true)
    acquireFile(site, state, acquisition, valueAt(site, model.lock.descriptor, applied.receiver));
  else state.acquire(acquisition);
  const gives = model.grant === 'callable' || model.grant === 'object';
  return { acquisition, ...(gives && { grant: valueOf({ kind: 'grant', lock: lock.id }) }) };
}

/**
 * A lock on an open file excludes everyone who opened the file for themselves. Through a handle that is kept where others
 * find it, it excludes other processes only.
 */
function acquireFile(site: CallSite, state: State, acquisition: Acquisition, file: Value | undefined): void {
  const { analysis, frame } = site;
  const kept = keptIn(site, state, file);
  if (kept === undefined) {
    const known = file?.shape.kind === 'open-file';
    state.acquire({
      ...acquisition,
      span: ['tasks', 'threads', 'processes'],
      ...(!known && { unseen: true }),
    });
    return;
  }
  const handle: SharedHandle = { frame, crossed: false };
  noteSharedHandle(analysis, state, kept, acquisition.place, handle);
  state.acquire({ ...acquisition, handle });
}

/** The cell that others find the open file in, if there is one. */
function keptIn(site: CallSite, state: State, file: Value | undefined): CellIdentity | undefined {
  if (file === undefined) return undefined;
  const read = file.direct === undefined ? undefined : state.reads.get(file.direct);
  if (read !== undefined && read.cell.depth < site.analysis.depth) return read.cell;
  if (file.shape.kind !== 'open-file' || file.shape.depth >= site.analysis.depth) return undefined;
  return {
    key: `open ${file.shape.id}`,
    kind: 'variable',
    name: display(file.shape),
    reach: ['tasks'],
    depth: file.shape.depth,
    sharing: 'usual',
    declaration: file.shape.place,
  };
}

export function release(site: CallSite, state: State, applied: Applied): void {
  const reference = applied.call.releases?.lock ?? applied.call.acquires?.lock;
  if (reference === undefined) return;
  const lock = lockOf(site, state, reference, applied);
  if (lock !== undefined) releaseLock(site, state, lock.id);
}

function releaseLock(site: CallSite, state: State, lock: string): void {
  for (const acquisition of state.release((held) => held.lock === lock)) {
    const { handle } = acquisition;
    noteRelease(site.analysis, acquisition);
    if (handle !== undefined)
      handle.release = { frame: site.frame, place: placeIn(site.frame, site.operation.range) };
  }
}
