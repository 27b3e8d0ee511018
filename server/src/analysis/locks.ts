/** Locks that library models tell of: taken and given back. */
import { DIMENSIONS, type Dimension } from '../model/dimensions.js';
import type { AcquireModel, CallModel, Reference } from '../model/library-model.js';
import { noteRelease } from './awaits.js';
import type { CallSite } from './calls.js';
import { noteSharedHandle } from './candidates.js';
import { asDescriptor } from './files.js';
import { placeIn } from './frame.js';
import { noteBlocking } from './blocking-locks.js';
import { noteNesting } from './lock-order.js';
import { noteOwnLock } from './own-locks.js';
import { valueAt, type Applied } from './references.js';
import { noteReleased } from './sections.js';
import { noteUncheckedRelease } from './unsafe-unlocks.js';
import type { Acquisition, CellIdentity, SharedHandle, State } from './state.js';
import { canonical, display, valueOf, type Holder, type Instance, type Shape, type Value } from './values.js';

interface Lock {
  readonly id: string;
  readonly name: string;
  readonly span: Acquisition['span'];
  readonly depth: number;
  readonly holder?: Holder;
  /** True when each process has one of its own. */
  readonly perProcess?: boolean;
  /** True when several can hold it at once. */
  readonly several?: boolean;
}

function lockOf(
  site: CallSite,
  state: State,
  lock: NonNullable<CallModel['acquires']>['lock'] | NonNullable<CallModel['releases']>['lock'],
  { receiver, model }: Applied,
): Lock | undefined {
  if ('receiver' in lock) {
    if (receiver?.shape.kind !== 'instance') return undefined;
    const instance = lockWithin(receiver.shape.instance);
    const key = lock.key === undefined ? undefined : valueAt(site, lock.key, receiver)?.shape;
    return {
      id: key === undefined ? instance.id : `${instance.id} ${canonical(key)}`,
      name: instance.name === undefined ? instance.label : display(instance.name),
      span: spanOf(site, instance),
      depth: instance.depth,
      holder: instance,
      ...(isMadeInEach(site, instance) && { perProcess: true }),
      ...(instance.exclusive === false && { several: true }),
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
  const given = valueAt(site, lock.descriptor, receiver);
  if (given === undefined) return undefined;
  const file = asDescriptor(given);
  const kept = keptIn(site, state, file);
  const id = kept === undefined ? canonical(file.shape) : kept.key;
  return { id: `descriptor ${id}`, name: kept?.name ?? display(file.shape), span: ['processes'], depth: 0 };
}

/** The lock that an instance is made over: two conditions of one lock exclude each other. */
function lockWithin(instance: Instance): Instance {
  const over = instance.class.lock?.over;
  const given = typeof over === 'number' ? instance.arguments?.[over]?.shape : undefined;
  return given?.kind === 'instance' && given.instance.class.lock !== undefined
    ? lockWithin(given.instance)
    : instance;
}

/** True for a lock that processes would inherit, where each of them loads the code that makes it for itself. */
function isMadeInEach({ analysis }: CallSite, { class: facts }: Instance): boolean {
  return facts.lock?.inherited === true && analysis.isLoadedInEach;
}

function spanOf(site: CallSite, instance: Instance): readonly Dimension[] {
  const span = instance.class.lock?.span ?? [];
  return isMadeInEach(site, instance) ? span.filter((dimension) => dimension !== 'processes') : span;
}

/** The resources that one lock is over: `['a', 'b']` locks both, `['a']` is the lock `'a'`. */
function resources(shape: Shape): readonly Shape[] {
  if (shape.kind !== 'object' || shape.object.class !== undefined || shape.object.fields.size === 0)
    return [shape];
  return [...shape.object.fields.values()].map((value) => value.shape);
}

/** The words that a value is, or is put together of: a constant, or the names of a library's constants (`LOCK_EX | LOCK_NB`). */
function wordsOf(shape: Shape | undefined): string[] {
  if (shape?.kind === 'constant') return [String(shape.value)];
  if (shape?.kind === 'library') return shape.path.slice(-1);
  return shape?.kind === 'pure' && shape.name === '|' ? shape.from.flatMap(wordsOf) : [];
}

/** Whether a word is among the arguments, by itself or in an object of options, or is the name of one. */
export function hasOption(site: CallSite, option: string): boolean {
  const given = site.named.get(option.toLowerCase())?.shape;
  if (given !== undefined) return given.kind !== 'constant' || Boolean(given.value);
  return hasWord(site.arguments, option);
}

/** Whether a word is among values: by itself, or as a property or a value of an object of options. */
export function hasWord(values: readonly Value[], word: string): boolean {
  return values.some(({ shape }) => {
    if (shape.kind !== 'object') return isWord(shape, word);
    return [...shape.object.fields].some(
      ([name, value]) => name.toUpperCase() === word.toUpperCase() || isWord(value.shape, word),
    );
  });
}

function isWord(shape: Shape, word: string): boolean {
  return wordsOf(shape).some((one) => one.toUpperCase() === word.toUpperCase());
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
    const { releases, values } = model.when;
    const said = wordsOf(valueAt(site, model.when.argument, applied.receiver)?.shape);
    if (said.some((word) => releases.includes(word))) {
      releaseLock(site, state, lock.id);
      return undefined;
    }
    if (said.length > 0 && !said.some((word) => values.includes(word))) return undefined;
  }
  if (model.option !== undefined && !hasOption(site, model.option)) return undefined;
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
    ...failureOf(site, model, applied),
    ...(isLeased(site, model) && { leased: true }),
    ...(model.blocking === true && { blocking: true }),
    ...(lock.holder !== undefined && { holder: lock.holder }),
    ...(lock.perProcess === true && { perProcess: true }),
    ...(lock.several === true && { several: true }),
  };
  if (lock.several !== true) noteOwnLock(site, state, acquisition);
  if ('descriptor' in model.lock && model.lock.ofProcess !== true)
    acquireFile(site, state, acquisition, valueAt(site, model.lock.descriptor, applied.receiver));
  else {
    noteBlocking(analysis, state, frame, acquisition);
    noteNesting(analysis, state, frame, acquisition);
    state.acquire(acquisition);
  }
  const gives = model.grant === 'callable' || model.grant === 'object';
  return { acquisition, ...(gives && { grant: valueOf({ kind: 'grant', lock: lock.id }) }) };
}

function failureOf(
  site: CallSite,
  { try: tries, failsWith, when }: AcquireModel,
  { receiver }: Applied,
): Pick<Acquisition, 'fails' | 'taken'> {
  const said = when?.tries && wordsOf(valueAt(site, when.argument, receiver)?.shape);
  if (said?.some((word) => when?.tries?.includes(word)) === true)
    return { fails: 'error', taken: failsWith ?? [] };
  const mayTry = (reference: Reference): boolean => !waits(valueAt(site, reference, receiver));
  if (tries === true || (typeof tries === 'object' && tries.some(mayTry))) return { fails: 'falsy' };
  return failsWith === undefined || when?.tries !== undefined ? {} : { fails: 'error', taken: failsWith };
}

const WAITING = new Set<unknown>([true, null, undefined, -1]);

/** Whether an argument leaves an acquire to wait for as long as it takes: `blocking=True`, `timeout=-1`. */
function waits(given: Value | undefined): boolean {
  if (given === undefined) return true;
  return given.shape.kind === 'constant' && WAITING.has(given.shape.value);
}

function isLeased(site: CallSite, { lease }: AcquireModel): boolean {
  if (typeof lease !== 'object') return lease === true;
  return lease.some((word) => hasOption(site, word));
}

/**
 * A lock on an open file excludes everyone who opened the file for themselves. Through a handle that is kept where others
 * find it, it excludes other processes only.
 */
function acquireFile(site: CallSite, state: State, acquisition: Acquisition, given: Value | undefined): void {
  const { analysis, frame } = site;
  const file = given && asDescriptor(given);
  const kept = keptIn(site, state, file);
  if (kept === undefined) {
    const known = file?.shape.kind === 'open-file';
    const path = file?.shape.kind === 'open-file' ? file.shape.path : undefined;
    const closes = analysis.traits.closesForgottenFiles && given?.shape.kind === 'instance';
    const own: Acquisition = {
      ...acquisition,
      span: ['tasks', 'threads', 'processes'],
      ...(path !== undefined && { resource: `file ${canonical(path)}` }),
      ...(closes && { closes }),
      ...(!known && { unseen: true }),
    };
    noteBlocking(analysis, state, frame, own);
    noteNesting(analysis, state, frame, own);
    state.acquire(own);
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
    reach: site.analysis.traits.memory,
    depth: file.shape.depth,
    sharing: 'usual',
    declaration: file.shape.place,
  };
}

export function release(site: CallSite, state: State, applied: Applied): void {
  const reference = applied.call.releases?.lock ?? applied.call.acquires?.lock;
  if (reference === undefined) return;
  const lock = lockOf(site, state, reference, applied);
  if (lock === undefined) return;
  if (applied.call.releases?.unchecked === true) noteUncheckedRelease(site, state, lock.id);
  releaseLock(site, state, lock.id);
}

function releaseLock(site: CallSite, state: State, lock: string): void {
  noteReleased(site.analysis, site.frame, site.operation.range, lock);
  for (const acquisition of state.release((held) => held.lock === lock)) {
    const { handle } = acquisition;
    noteRelease(site.analysis, acquisition);
    if (handle !== undefined)
      handle.release = { frame: site.frame, place: placeIn(site.frame, site.operation.range) };
  }
}
