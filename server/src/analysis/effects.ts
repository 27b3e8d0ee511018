/** What library models say of a call, applied. */
import type { AtomicForm } from '../model/findings.js';
import type {
  CallModel,
  CellModel,
  LibraryModel,
  ReadModel,
  Reference,
  WriteModel,
} from '../model/library-model.js';
import type { Analysis } from './analysis.js';
import { isLost, pendingOf, runStarted, startUnawaited } from './awaits.js';
import { inputsOf, isAwaited, runCallback, type CallSite, type Result } from './calls.js';
import { changeCell, elementCell, fieldCell, innerCell, readCell, storeCell, writeCell } from './cells.js';
import { asDescriptor, fileNameOf, openFileOf } from './files.js';
import { keyOf } from './heap.js';
import { applyFuture, isCalmFuture } from './futures.js';
import { placeIn } from './frame.js';
import { innerInstance, makeInstance } from './instances.js';
import { acquire, hasOption, hasWord, release } from './locks.js';
import { leave, publish } from './publish.js';
import { buildQuery, conditionValue, performed, withQuery } from './queries.js';
import { columnsOf } from './columns.js';
import { loadColumn } from './records.js';
import { isGiven, isOneAtATime, placed, valueAt, type Applied } from './references.js';
import { applyRowRead, applyRowWrite, isCheckedByStore, writtenValue } from './row-effects.js';
import { runArgument } from './runs.js';
import { noteFinal, noteThrowing } from './sections.js';
import { applySql } from './sql-effects.js';
import type { CellIdentity, State } from './state.js';
import { acquireRow, beginModelled, endTransaction } from './transactions.js';
import {
  constant,
  originsOf,
  unknown,
  valueOf,
  type Instance,
  type Shape,
  type Value,
  NAMELESS,
} from './values.js';

export function applyModel(called: CallSite, state: State, given: Applied): Result {
  const site = placed(called, given.call);
  const applied = withQuery(site, given);
  const { call, receiver } = applied;
  const { analysis, frame, operation } = site;
  if (call.future !== undefined) {
    const result = applyFuture(site, state, call.future, receiver);
    const calm = isCalmFuture(site, call.future);
    return { state: result.state, value: pendingOf(site, result.value, [], calm) };
  }
  if (call.throws === true || touchesFileAtOnce(call)) noteThrowing(site, 'known');
  if (call.ends === true) noteFinal(site);
  const isPerformed = call.performs !== undefined && call.builds === undefined;
  const done = isPerformed ? perform(site, state, applied, call.performs) : undefined;
  if (done !== undefined) return done;
  const handed = inputsOf(site);
  const inputs = receiver === undefined ? handed : [receiver, ...handed];
  if (call.runs === undefined) for (const argument of handed) leave(state, argument);
  if (call.pure !== true) {
    const kept = new Set<Value | undefined>(handed);
    for (const { argument } of call.runs ?? []) kept.delete(valueAt(site, argument, receiver));
    if (call.returns !== undefined && 'argument' in call.returns)
      kept.delete(valueAt(site, call.returns.argument, receiver));
    for (const argument of kept) if (argument !== undefined) publish(state, argument);
  }
  let value: Value = unknown(
    `${frame.id}@${String(operation.range.start)}`,
    operation.text,
    originsOf(inputs, call.pure === true),
  );
  if (call.pure === true) {
    const shape: Shape = { kind: 'pure', name: operation.text, from: inputs.map((input) => input.shape) };
    value = valueOf(shape, originsOf(inputs));
  }
  if (call.builds !== undefined) value = buildQuery(site, call.builds, applied);
  if (call.builds !== undefined && call.performs !== undefined)
    value = performed(analysis, state, frame, value);
  if (call.condition !== undefined) value = conditionValue(site, call.condition, applied);

  if (call.differs !== undefined) {
    const depth = call.differs.includes('tasks') ? analysis.depth : 0;
    value = {
      ...value,
      shape: {
        kind: 'unknown',
        id: `${frame.id}@${String(operation.range.start)}`,
        label: operation.text,
        differs: { dimensions: call.differs.filter((dimension) => dimension !== 'tasks'), depth, each: [] },
      },
    };
  }

  if (call.transaction !== undefined) beginModelled(site, state, call.transaction, applied);
  const runsLocked = (call.runs ?? []).some((run) => run.locked === true);
  // The section begins when its turn has come.
  if (runsLocked && call.completes === 'promise' && isAwaited(site))
    state.passPoint({ frame, range: operation.range });
  const acquired = call.acquires === undefined ? undefined : acquire(site, state, applied);
  if (acquired?.grant !== undefined) value = acquired.grant;
  if (call.releases !== undefined) release(site, state, applied);

  if (call.reads !== undefined) value = read(site, state, call.reads, applied) ?? value;
  if (call.column !== undefined) value = columnOf(site, state, call.column, receiver) ?? value;
  if (call.limits !== undefined) limit(site, call.limits, receiver);
  if (call.assigns !== undefined) assign(site, call.assigns, receiver);
  if (call.writes !== undefined) write(site, state, call.writes, applied);
  if (call.atomic !== undefined && call.acquires === undefined) {
    const cell = call.atomic.kind === 'row' ? undefined : cellOf(site, call.atomic, applied);
    if (cell !== undefined) changeCell(analysis, state, frame, cell, placeIn(frame, operation.range));
  }
  if (call.sql !== undefined) value = applySql(site, state, call.sql, applied) ?? value;
  if (call.sql?.kept === true && receiver?.shape.kind === 'instance') receiver.shape.instance.kept = value;
  if (call.refreshes !== undefined) refresh(site, state, call.refreshes, receiver);

  let current = state;
  let hasRun = false;
  const started = call.runs !== undefined && call.completes === 'promise' && isLost(site);
  for (const run of call.runs ?? []) {
    const result = started
      ? runStarted(site, current, acquired?.acquisition, (apart) =>
          runArgument(site, apart, run, applied, value),
        )
      : runArgument(site, current, run, applied, value);
    current = result.state;
    hasRun ||= valueAt(site, run.argument, receiver)?.shape.kind === 'function';
    if (run.returned === true) value = result.value;
  }
  // Many a library that gives promises takes a callback, too.
  if (call.completes === 'callback' || (call.completes === 'promise' && call.runs === undefined))
    current = complete(site, current, keptOr(applied, value));
  if (call.acquires !== undefined && runsLocked) release(site, current, applied);
  if (call.commits === true || (call.transaction !== undefined && hasRun)) endTransaction(current);
  const result = returned(site, applied, value);
  if (call.completes !== 'promise') return { state: current, value: result };
  const locks = acquired === undefined || runsLocked ? [] : [acquired.acquisition];
  return { state: current, value: pendingOf(site, result, locks) };
}

function touchesFileAtOnce({ completes = 'sync', reads, writes }: CallModel): boolean {
  return completes === 'sync' && (reads?.kind === 'file' || writes?.kind === 'file');
}

/**
 * Who does the writing of a call that completes later: when nobody waits for it, that may be done when the locks are gone.
 * A client of Redis sends its commands in order, so what comes after the release is behind the write.
 */
function writerOf(site: CallSite, state: State, { call }: Applied, cell: CellIdentity): State {
  const isLater = call.completes === 'promise' && cell.kind !== 'redis' && state.held.size > 0;
  if (!isLater || !isLost(site)) return state;
  const later = state.copy();
  startUnawaited(site, later, state.held.values());
  later.passPoint({ frame: site.frame, range: site.operation.range });
  return later;
}

/** A column that is asked for by a method of the record: `row.get('total')`. */
function columnOf(
  site: CallSite,
  state: State,
  reference: Reference,
  receiver: Value | undefined,
): Value | undefined {
  const name = valueAt(site, reference, receiver)?.shape;
  if (receiver?.shape.kind !== 'record' || name?.kind !== 'constant') return undefined;
  return loadColumn(state, receiver, receiver.shape.record, String(name.value));
}

function limit(site: CallSite, reference: Reference, receiver: Value | undefined): void {
  const given = valueAt(site, reference, receiver)?.shape;
  if (receiver?.shape.kind !== 'instance' || given?.kind !== 'constant') return;
  receiver.shape.instance.limit = Number(given.value);
}

/** A record that is read anew: nothing has come in between since, and what is locked now is locked from here on. */
function refresh(
  site: CallSite,
  state: State,
  { record: reference, locked }: NonNullable<CallModel['refreshes']>,
  receiver: Value | undefined,
): void {
  const { analysis, frame, operation } = site;
  const value = valueAt(site, reference, receiver);
  if (value?.shape.kind !== 'record') return;
  const { record } = value.shape;
  const place = placeIn(frame, operation.range);
  if (locked !== undefined && isGiven(valueAt(site, locked, receiver)))
    acquireRow(analysis, state, frame, record.row, place);
  record.changes.clear();
  const guards = new Set(state.held.keys());
  for (const [id, read] of state.reads) {
    if (read.cell.row === undefined || !id.startsWith(record.id)) continue;
    state.reads.set(id, { id, cell: read.cell, place, frame, depth: analysis.depth, guards });
  }
}

/** Columns that are assigned to by a method of the record: `row.set('total', 1)`, `row.set({ total: 1 })`. */
function assign(
  site: CallSite,
  { column, value }: NonNullable<CallModel['assigns']>,
  receiver: Value | undefined,
): void {
  if (receiver?.shape.kind !== 'record') return;
  const { changes, model } = receiver.shape.record;
  const name = valueAt(site, column, receiver);
  const given = value === undefined ? undefined : valueAt(site, value, receiver);
  if (name?.shape.kind === 'constant' && given !== undefined) changes.set(String(name.shape.value), given);
  else if (name !== undefined)
    for (const [path, part] of columnsOf(model.operators, name)) changes.set(path, part);
}

/** A command that was made before, or the query that the method is called on. */
function perform(site: CallSite, state: State, applied: Applied, reference: Reference): Result | undefined {
  const { analysis, frame, operation } = site;
  const command = valueAt(site, reference, applied.receiver);
  const id = `${frame.id}@${String(operation.range.start)}`;
  const nothing = (): Value => unknown(id, operation.text, originsOf(inputsOf(site), false));
  if (command?.shape.kind === 'query') return { state, value: performed(analysis, state, frame, command) };
  if (command?.shape.kind === 'record') return { state, value: command };
  // What is no query is text, or a list, of which the model says the rest.
  if (applied.call.sql !== undefined || applied.call.pure === true) return undefined;
  if (command?.shape.kind !== 'instance') return { state, value: command ?? nothing() };
  const { instance } = command.shape;
  if (instance.class.performed === undefined) return { state, value: nothing() };
  return applyModel({ ...site, arguments: instance.arguments ?? [], named: new Map() }, state, {
    call: instance.class.performed,
    model: instance.model,
  });
}

function read(site: CallSite, state: State, model: ReadModel, applied: Applied): Value | undefined {
  const { analysis, frame, operation } = site;
  if (model.kind === 'row') return applyRowRead(site, state, model, applied);
  const cell = cellOf(site, model, applied);
  if (cell === undefined) return undefined;
  const id = `${frame.id}@${String(operation.range.start)}`;
  const place = placeIn(frame, operation.range);
  const origins = readCell(analysis, state, frame, cell, place, model.presence === true);
  const [direct] = origins.keys();
  const value: Value = {
    ...unknown(id, operation.text, origins),
    ...(direct !== undefined && { direct }),
  };
  const { receiver } = applied;
  if (model.kept !== undefined && model.kept !== false && receiver?.shape.kind === 'instance') {
    const { instance } = receiver.shape;
    const before = model.kept === 'beside' ? instance.kept : undefined;
    instance.kept = before === undefined ? value : unknown(id, operation.text, originsOf([before, value]));
  }
  return value;
}

function write(site: CallSite, state: State, model: WriteModel, applied: Applied): void {
  const { analysis, frame, operation } = site;
  if (isCheckedByStore(site, model, applied)) return;
  if (model.kind === 'row') {
    applyRowWrite(site, state, model, applied);
    return;
  }
  const place = placeIn(frame, operation.range);
  const fields = model.field === undefined ? undefined : valueAt(site, model.field, applied.receiver)?.shape;
  if (fields?.kind === 'object' && model.key !== undefined) {
    // Several fields at once: `hset(key, { total: 1 })`.
    const key = valueAt(site, model.key, applied.receiver)?.shape;
    if (key === undefined) return;
    for (const [name, value] of fields.object.fields) {
      const cell = fieldOfStore(analysis, model.kind, key, { kind: 'constant', value: name });
      writeCell(analysis, state, frame, cell, value, place);
    }
    return;
  }
  const cell = cellOf(site, model, applied);
  if (cell === undefined) return;
  if ((model.ifAbsent ?? []).some((word) => hasOption(site, word) || isOpenedWith(applied, word))) return;
  const file = model.key === undefined ? undefined : valueAt(site, model.key, applied.receiver)?.shape;
  if (file?.kind === 'open-file' && file.created === true) return;
  const given =
    'to' in model
      ? constant(model.to)
      : (writtenValue(site, model, applied) ?? moved(site, state, model, applied));
  const kept = given?.shape.kind === 'instance' ? given.shape.instance.kept : undefined;
  const value = kept ?? given ?? unknown(analysis.freshId(), NAMELESS);
  // Until the store has it, others read what was there before, even what was read at once (`readFileSync`).
  const { completes = 'sync' } = applied.call;
  if (completes !== 'sync' && model.atOnce !== true)
    state.passPointOf(cell.key, { frame, range: operation.range });
  writeCell(
    analysis,
    writerOf(site, state, applied, cell),
    frame,
    cell,
    value,
    place,
    addingCall(model, applied),
  );
}

/** The call that could add in place of one that writes. */
function addingCall({ key, field, value }: WriteModel, { call }: Applied): AtomicForm | undefined {
  if (call.adds === undefined || typeof value === 'object') return undefined;
  return {
    kind: 'call',
    adds: call.adds,
    ...(key !== undefined && { key }),
    ...(field !== undefined && { field }),
    ...(value !== undefined && { value }),
  };
}

/** Whether a word is among what the open file that a method is called on was opened with. */
function isOpenedWith({ receiver }: Applied, word: string): boolean {
  const instance = receiver?.shape.kind === 'instance' ? receiver.shape.instance : undefined;
  return instance?.class.openFile === true && hasWord(instance.arguments ?? [], word);
}

/** What was written to the cell that is moved to another key: a file that is written aside, and put in its place. */
function moved(site: CallSite, state: State, model: WriteModel, applied: Applied): Value | undefined {
  if (model.from === undefined) return undefined;
  const cell = cellOf(site, { kind: model.kind, key: model.from }, applied);
  return cell && state.written.get(cell.key);
}

/** The last argument is called with the result, after a point: what follows the call goes on in it. */
function complete(site: CallSite, state: State, value: Value): State {
  const callback = site.arguments.at(-1);
  if (callback?.shape.kind !== 'function') return state;
  const after = state.copy();
  after.passPoint({ frame: site.frame, range: site.operation.range });
  const error = unknown(`${site.frame.id}@${String(site.operation.range.start)} error`, 'error');
  runCallback(site, after, callback, [error, value]);
  return state;
}

/** What a callback is called with. */
function keptOr({ call: { returns }, receiver }: Applied, value: Value): Value {
  const kept = receiver?.shape.kind === 'instance' ? receiver.shape.instance.kept : undefined;
  return returns !== undefined && 'kept' in returns ? (kept ?? value) : value;
}

function returned(site: CallSite, { call, model, receiver }: Applied, value: Value): Value {
  const { returns } = call;
  if (returns === undefined || 'record' in returns) return value;
  if ('argument' in returns) {
    const given = valueAt(site, returns.argument, receiver);
    if (given !== undefined || returns.otherwise === undefined) return given ?? value;
    return instanceValue(site, model, returns.otherwise, receiver) ?? value;
  }
  if ('named' in returns) {
    const said = valueAt(site, returns.named, receiver)?.shape;
    const className = said?.kind === 'constant' ? returns.instances[String(said.value)] : undefined;
    return (className === undefined ? undefined : instanceValue(site, model, className, receiver)) ?? value;
  }
  if ('receiver' in returns) return receiver ?? value;
  if ('descriptor' in returns) return receiver === undefined ? value : asDescriptor(receiver);
  if ('object' in returns) return freshObject(site, value, returns.object === 'merged' ? site.arguments : []);
  const own = receiver?.shape.kind === 'instance' ? receiver.shape.instance : undefined;
  if ('kept' in returns) return own?.kept ?? value;
  if ('inner' in returns) {
    const inner = own && innerInstance(own, returns.inner, returns.inner);
    return inner === undefined ? value : valueOf({ kind: 'instance', instance: inner });
  }
  if ('export' in returns) {
    const [module = ''] = model.modules;
    return valueOf({ kind: 'library', module, path: [returns.export] });
  }
  if ('manager' in returns) {
    const generator = valueAt(site, returns.manager, receiver);
    if (generator?.shape.kind !== 'function') return value;
    return { ...generator, shape: { ...generator.shape, manages: true } };
  }
  const { analysis, frame, operation } = site;
  const id = `${frame.id}@${String(operation.range.start)}`;
  if ('openFile' in returns) {
    const path = valueAt(site, returns.openFile, receiver)?.shape;
    return valueOf({
      kind: 'open-file',
      id,
      depth: analysis.depth,
      place: placeIn(site.frame, operation.range),
      ...(path !== undefined && { path }),
      ...((returns.ifAbsent ?? []).some((word) => hasOption(site, word)) && { created: true }),
    });
  }
  return instanceValue(site, model, returns.instance, receiver) ?? value;
}

function freshObject(
  { analysis, frame, operation }: CallSite,
  { origins }: Value,
  spreads: readonly Value[],
): Value {
  const id = `${frame.id}@${String(operation.range.start)}`;
  const object = {
    id,
    label: '',
    depth: analysis.depth,
    sharing: 'usual',
    fields: new Map<string, Value>(),
    ...(spreads.length > 0 && { spreads }),
  } as const;
  return valueOf({ kind: 'object', object }, origins);
}

/**
 * An instance that the call makes, of what it is given.
 * @param receiver what the call is made on
 */
export function instanceValue(
  site: CallSite,
  model: LibraryModel,
  className: string,
  receiver?: Value,
): Value | undefined {
  const { analysis, frame, operation } = site;
  const facts = model.classes?.[className];
  const given = facts?.name === undefined ? undefined : valueAt(site, facts.name, undefined)?.shape;
  const outer = receiver?.shape.kind === 'instance' ? receiver.shape.instance.name : undefined;
  const name =
    facts?.nested === true && outer !== undefined && given !== undefined ? joined(outer, '/', given) : given;
  const permits = facts?.lock?.permits;
  const instance = makeInstance(analysis, {
    model,
    className,
    id: `${frame.id}@${String(operation.range.start)}`,
    label: operation.text,
    depth: analysis.depth,
    made: placeIn(frame, operation.range),
    arguments: site.arguments,
    exclusive: permits === undefined || isOneAtATime(site, permits, undefined),
    ...(name !== undefined && { name }),
  });
  return instance && valueOf({ kind: 'instance', instance });
}

/** The name of something inside of something else that has a name. */
function joined(outer: Shape, separator: string, inner: Shape): Shape {
  const parts = [outer, separator, inner].map((part) =>
    typeof part !== 'string' && part.kind === 'constant' ? String(part.value) : part,
  );
  return parts.every((part) => typeof part === 'string')
    ? { kind: 'constant', value: parts.join('') }
    : { kind: 'template', parts };
}

/** `new` of a class that a model tells of. */
export function construct(called: CallSite, state: State, model: LibraryModel, className: string): Result {
  const facts = model.classes?.[className];
  const site = placed(called, facts?.construct ?? {});
  const instance = instanceValue(site, model, className) ?? unknown(site.analysis.freshId(), className);
  // `new Map(entries)` holds what was read, as `entries` do.
  const made: Value = { ...instance, origins: originsOf(inputsOf(site)) };
  if (facts?.construct === undefined) return { state, value: made };
  const result = applyModel(site, state, { call: facts.construct, model });
  return { state: result.state, value: facts.construct.future === undefined ? made : result.value };
}

function cellOf(site: CallSite, cell: CellModel, { receiver }: Applied): CellIdentity | undefined {
  const instance = receiver?.shape.kind === 'instance' ? receiver.shape.instance : undefined;
  const key = cell.key === undefined ? undefined : valueAt(site, cell.key, receiver)?.shape;
  if (cell.key !== undefined && key === undefined) return undefined;
  if (cell.opened === true && (key === undefined || openFileOf(valueOf(key)) === undefined)) return undefined;
  if (cell.subscript === true) return subscriptCell(site.analysis, receiver, key);
  if (cell.receiver === true) {
    const own = cell.field === undefined ? undefined : valueAt(site, cell.field, receiver)?.shape;
    return ownCell(site.analysis, cell, receiver, instance, key ?? own);
  }
  const field = cell.field === undefined ? undefined : valueAt(site, cell.field, receiver)?.shape;
  if (key !== undefined && field !== undefined) return fieldOfStore(site.analysis, cell.kind, key, field);
  const named = cell.kind === 'file' && key !== undefined ? fileNameOf(key) : key;
  return storeCell(site.analysis, cell.kind, named, { id: '', depth: 0 }, `the ${cell.kind}`);
}

function fieldOfStore(analysis: Analysis, kind: CellModel['kind'], key: Shape, field: Shape): CellIdentity {
  const name = joined(key, ' ', field);
  return storeCell(analysis, kind, name, { id: '', depth: 0 }, `the ${kind}`);
}

/** The cell that a subscript of the receiver names. */
function subscriptCell(
  analysis: Analysis,
  receiver: Value | undefined,
  key: Shape | undefined,
): CellIdentity | undefined {
  if (key === undefined) return undefined;
  const element = keyOf(valueOf(key), true);
  if (receiver?.shape.kind === 'object') return fieldCell(analysis, receiver.shape.object, element);
  return receiver?.shape.kind === 'contents' ? innerCell(analysis, receiver.shape, element) : undefined;
}

/** A cell inside of the receiver: an element of a map, the file that a handle is open on. */
function ownCell(
  analysis: Analysis,
  cell: CellModel,
  receiver: Value | undefined,
  instance: Instance | undefined,
  key: Shape | undefined,
): CellIdentity | undefined {
  if (cell.kind === 'file' && key === undefined) {
    if (instance?.name === undefined) return undefined;
    return storeCell(analysis, cell.kind, fileNameOf(instance.name), { id: '', depth: 0 }, 'the file');
  }
  if (instance !== undefined) return elementCell(analysis, cell.kind, key, instance, instance.label);
  if (receiver?.shape.kind !== 'contents') return undefined;
  const { cell: id, depth, label, sharing = 'usual' } = receiver.shape;
  return elementCell(analysis, cell.kind, key, { id, depth, sharing }, label);
}
