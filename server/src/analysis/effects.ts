/** What library models say of a call, applied. */
import { DIMENSIONS } from '../model/dimensions.js';
import type { Overlap } from '../model/findings.js';
import type { CallModel, CellModel, LibraryModel, RunModel } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import { runApart, runCallback, type CallSite, type Result } from './calls.js';
import { noteSharedHandle } from './candidates.js';
import { elementCell, readCell, storeCell, writeCell } from './cells.js';
import { applyFuture } from './futures.js';
import { placeIn } from './frame.js';
import { leave } from './heap.js';
import { makeInstance } from './instances.js';
import type { Acquisition, CellIdentity, SharedHandle, State } from './state.js';
import {
  canonical,
  display,
  originsOf,
  unknown,
  valueOf,
  type Instance,
  type Shape,
  type Value,
} from './values.js';

export interface Applied {
  readonly call: CallModel;
  readonly model: LibraryModel;
  readonly receiver?: Value;
}

/** An argument by reference: counted from 0, or from the end. */
export function argumentAt(site: CallSite, reference: number): Value | undefined {
  return site.arguments.at(reference);
}

export function applyModel(site: CallSite, state: State, applied: Applied): Result {
  const { analysis, frame, operation } = site;
  const { call, receiver } = applied;
  if (call.future !== undefined) return applyFuture(site, state, call.future, receiver);
  const place = placeIn(site.frame, operation.range);
  const inputs = receiver === undefined ? site.arguments : [receiver, ...site.arguments];
  if (call.runs === undefined) for (const argument of site.arguments) leave(state, argument);
  let value: Value = unknown(
    `${frame.id}@${String(operation.range.start)}`,
    operation.text,
    originsOf(inputs, call.pure === true),
  );
  if (call.pure === true) {
    const shape: Shape = { kind: 'pure', name: operation.text, from: inputs.map((input) => input.shape) };
    value = valueOf(shape, originsOf(inputs));
  }

  if (call.differs !== undefined) {
    const depth = call.differs.includes('tasks') ? analysis.depth : 0;
    value = {
      ...value,
      shape: {
        kind: 'unknown',
        id: `${frame.id}@${String(operation.range.start)}`,
        label: operation.text,
        differs: { dimensions: call.differs.filter((dimension) => dimension !== 'tasks'), depth },
      },
    };
  }

  const acquired = call.acquires === undefined ? undefined : acquire(site, state, applied);
  if (acquired !== undefined) value = acquired;
  if (call.releases !== undefined) release(site, state, applied);

  if (call.reads !== undefined) {
    const cell = cellOf(site, call.reads, applied);
    if (cell !== undefined) {
      const origins = readCell(state, frame, cell, place, analysis.depth);
      const read = origins.keys().next().value;
      value = { shape: value.shape, origins, ...(read !== undefined && { direct: read }) };
    }
  }
  if (call.writes !== undefined) {
    const cell = cellOf(site, call.writes, applied);
    const written = call.writes.value === undefined ? undefined : argumentAt(site, call.writes.value);
    if (cell !== undefined) {
      writeCell(analysis, state, frame, cell, written ?? unknown(analysis.freshId(), 'value'), place);
    }
  }

  let current = state;
  for (const run of call.runs ?? []) {
    const result = runArgument(site, current, run, applied, value);
    current = result.state;
    if (run.returned === true) value = result.value;
  }
  if (call.completes === 'callback') current = complete(site, current, value);
  if (call.acquires !== undefined && (call.runs ?? []).some((run) => run.locked === true)) {
    release(site, current, applied);
  }
  return { state: current, value: returned(site, applied, value) };
}

/** The last argument is called with the result, after a point: what follows the call goes on in it. */
function complete(site: CallSite, state: State, value: Value): State {
  const callback = site.arguments.at(-1);
  if (callback?.shape.kind !== 'function') return state;
  const after = state.copy();
  after.passPoint(placeIn(site.frame, site.operation.range));
  const error = unknown(`${site.frame.id}@${String(site.operation.range.start)} error`, 'error');
  runCallback(site, after, callback, [error, value]);
  return state;
}

function returned(site: CallSite, { call, model, receiver }: Applied, value: Value): Value {
  const { returns } = call;
  if (returns === undefined) return value;
  if ('argument' in returns) return argumentAt(site, returns.argument) ?? value;
  if ('receiver' in returns) return receiver ?? value;
  const { analysis, frame, operation } = site;
  const id = `${frame.id}@${String(operation.range.start)}`;
  if ('openFile' in returns) {
    const path = argumentAt(site, returns.openFile)?.shape;
    return valueOf({
      kind: 'open-file',
      id,
      depth: analysis.depth,
      place: placeIn(site.frame, operation.range),
      ...(path !== undefined && { path }),
    });
  }
  const facts = model.classes?.[returns.instance];
  const name = facts?.name === undefined ? undefined : argumentAt(site, facts.name)?.shape;
  return instanceValue(site, model, returns.instance, name) ?? value;
}

function instanceValue(
  site: CallSite,
  model: LibraryModel,
  className: string,
  name?: Shape,
): Value | undefined {
  const { analysis, frame, operation } = site;
  const instance = makeInstance(analysis, {
    model,
    className,
    id: `${frame.id}@${String(operation.range.start)}`,
    label: operation.text,
    depth: analysis.depth,
    made: placeIn(frame, operation.range),
    ...(name !== undefined && { name }),
  });
  return instance && valueOf({ kind: 'instance', instance });
}

/** `new` of a class that a model tells of. */
export function construct(site: CallSite, state: State, model: LibraryModel, className: string): Result {
  const facts = model.classes?.[className];
  const name = facts?.name === undefined ? undefined : argumentAt(site, facts.name)?.shape;
  const made = instanceValue(site, model, className, name) ?? unknown(site.analysis.freshId(), className);
  if (facts?.construct === undefined) return { state, value: made };
  const result = applyModel(site, state, { call: facts.construct, model });
  return { state: result.state, value: facts.construct.future === undefined ? made : result.value };
}

function cellOf(site: CallSite, cell: CellModel, { receiver }: Applied): CellIdentity | undefined {
  const instance = receiver?.shape.kind === 'instance' ? receiver.shape.instance : undefined;
  const key = cell.key === undefined ? undefined : argumentAt(site, cell.key)?.shape;
  if (cell.key !== undefined && key === undefined) return undefined;
  if (cell.receiver === true) return ownCell(cell, receiver, instance, key);
  const field = cell.field === undefined ? undefined : argumentAt(site, cell.field)?.shape;
  const name: Shape | undefined =
    key !== undefined && field !== undefined ? { kind: 'template', parts: [key, ' ', field] } : key;
  return storeCell(cell.kind, name, { id: '', depth: 0 }, `the ${cell.kind}`);
}

/** A cell inside of the receiver: an element of a map, the file that a handle is open on. */
function ownCell(
  cell: CellModel,
  receiver: Value | undefined,
  instance: Instance | undefined,
  key: Shape | undefined,
): CellIdentity | undefined {
  if (cell.kind === 'file') {
    return instance?.name && storeCell(cell.kind, instance.name, { id: '', depth: 0 }, 'the file');
  }
  if (instance !== undefined) return elementCell(cell.kind, key, instance, instance.label);
  if (receiver?.shape.kind !== 'contents') return undefined;
  const { cell: id, depth, label } = receiver.shape;
  return elementCell(cell.kind, key, { id, depth }, label);
}

interface Lock {
  readonly id: string;
  readonly name: string;
  readonly span: Acquisition['span'];
  readonly depth: number;
  readonly made?: Place;
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
    const key = lock.key === undefined ? undefined : argumentAt(site, lock.key)?.shape;
    return {
      id: key === undefined ? instance.id : `${instance.id} ${canonical(key)}`,
      name: instance.name === undefined ? instance.label : display(instance.name),
      span: instance.class.lock?.span ?? [],
      depth: instance.depth,
      ...(instance.made !== undefined && { made: instance.made }),
    };
  }
  if ('name' in lock) {
    const name = argumentAt(site, lock.name)?.shape;
    if (name === undefined) return undefined;
    const span = 'span' in lock ? lock.span : DIMENSIONS;
    return { id: `${model.library} ${canonical(name)}`, name: display(name), span, depth: 0 };
  }
  const file = argumentAt(site, lock.descriptor);
  if (file === undefined) return undefined;
  const kept = keptIn(site, state, file);
  const id = kept === undefined ? canonical(file.shape) : kept.key;
  return { id: `descriptor ${id}`, name: kept?.name ?? display(file.shape), span: ['processes'], depth: 0 };
}

/** Whether a word is among the arguments: by itself, or as a property of an object of options. */
function hasOption(args: readonly Value[], option: string): boolean {
  return args.some(({ shape }) => {
    if (shape.kind === 'constant') return String(shape.value).toUpperCase() === option;
    return shape.kind === 'object' && shape.object.fields.has(option);
  });
}

/** @returns the receipt, when the call gives one */
function acquire(site: CallSite, state: State, applied: Applied): Value | undefined {
  const { analysis, frame, operation } = site;
  const model = applied.call.acquires;
  const lock = model && lockOf(site, state, model.lock, applied);
  if (model === undefined || lock === undefined) return undefined;
  if (model.when !== undefined) {
    const said = argumentAt(site, model.when.argument)?.shape;
    const word = said?.kind === 'constant' ? String(said.value) : undefined;
    if (word !== undefined && model.when.releases.includes(word)) {
      releaseLock(site, state, lock.id);
      return undefined;
    }
    if (word !== undefined && !model.when.values.includes(word)) return undefined;
  }
  if (model.option !== undefined && !hasOption(site.arguments, model.option)) return undefined;
  const place = placeIn(site.frame, operation.range);
  const acquisition: Acquisition = {
    id: `${lock.id} ${frame.id}@${String(operation.range.start)}`,
    lock: lock.id,
    name: lock.name,
    span: lock.span,
    place,
    depth: analysis.depth,
    lockDepth: lock.depth,
    ...(lock.made !== undefined && { made: lock.made }),
  };
  if ('descriptor' in model.lock)
    acquireFile(site, state, acquisition, argumentAt(site, model.lock.descriptor));
  else state.acquire(acquisition);
  return model.grant === 'callable' || model.grant === 'object'
    ? valueOf({ kind: 'grant', lock: lock.id })
    : undefined;
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

function release(site: CallSite, state: State, applied: Applied): void {
  const reference = applied.call.releases?.lock ?? applied.call.acquires?.lock;
  if (reference === undefined) return;
  const lock = lockOf(site, state, reference, applied);
  if (lock !== undefined) releaseLock(site, state, lock.id);
}

function releaseLock(site: CallSite, state: State, lock: string): void {
  for (const { handle } of state.release((held) => held.lock === lock)) {
    if (handle !== undefined)
      handle.release = { frame: site.frame, place: placeIn(site.frame, site.operation.range) };
  }
}

function runArgument(site: CallSite, state: State, run: RunModel, applied: Applied, result: Value): Result {
  const { analysis, operation } = site;
  const callback = argumentAt(site, run.argument);
  const nothing: Result = { state, value: result };
  if (callback === undefined) return nothing;
  // What an imported module has set going is told where it is the root.
  if (analysis.isImporting && run.when !== 'now' && run.when !== 'each') return nothing;
  const parameters = (run.parameters ?? []).map((className): Value => {
    const made = className === null ? undefined : instanceValue(site, applied.model, className);
    return made ?? unknown(analysis.freshId(), 'argument');
  });
  const place = placeIn(site.frame, operation.range);
  switch (run.when) {
    case 'now':
      return runCallback(site, state, callback, parameters);
    case 'later':
      runApart(analysis, state, { overlaps: [] }, (apart) => {
        apart.held.clear();
        return runCallback(site, apart, callback, parameters);
      });
      return nothing;
    case 'each': {
      const element = unknown(
        analysis.freshId(),
        'element',
        originsOf(applied.receiver === undefined ? [] : [applied.receiver]),
      );
      const overlaps: Overlap[] = [
        {
          dimension: 'tasks',
          strength: 'shown',
          text: `the calls that ${operation.text} starts together`,
          place,
        },
      ];
      const each = runApart(analysis, state, { overlaps }, (apart) =>
        runCallback(site, apart, callback, [element]),
      );
      return { state, value: { ...result, origins: originsOf([result, each.value]) } };
    }
    case 'handler':
    case 'timer': {
      const overlaps: Overlap[] = [
        {
          dimension: 'tasks',
          strength: 'shown',
          text: run.text ?? `calls of the function given to ${operation.text}`,
          place,
        },
        ...analysis.deployed(),
      ];
      runApart(analysis, state, { overlaps }, (apart) => {
        apart.held.clear();
        return runCallback(site, apart, callback, parameters);
      });
      return nothing;
    }
  }
}
