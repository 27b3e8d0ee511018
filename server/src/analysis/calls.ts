/** Calls: of the project's own functions (followed inwards), of libraries (by their models), and of what cannot be seen. */
import type { Argument, Call, FunctionFacts, FunctionIndex, Temporary } from '../model/facts.js';
import type { Overlap } from '../model/findings.js';
import type { CallModel, LibraryModel } from '../model/library-model.js';
import { CALL_DEPTH, type Analysis, type OverlapContext } from './analysis.js';
import { isLost, isWork, noteCall, noteContent, noteRelease, pendingOf, startUnawaited } from './awaits.js';
import { Conditions } from './conditions.js';
import { applyModel, construct, instanceValue } from './effects.js';
import { runBody } from './execute.js';
import {
  callDepth,
  classOfMethod,
  isRecursive,
  placeIn,
  receiverOf,
  variableKey,
  type Frame,
} from './frame.js';
import type { Key } from './cells.js';
import type { StructuralMethod } from './models.js';
import { idleCall } from './idle-calls.js';
import { performed } from './queries.js';
import {
  basesOf,
  instanceOfLibrary,
  keyOf,
  loadProperty,
  loadVariable,
  methodOf,
  named,
  promising,
} from './heap.js';
import { leave, publish } from './publish.js';
import { isLockName, isRelease, noteUnseenCall, unseenLock } from './unseen.js';
import { callManager, makeManager } from './managers.js';
import { classMember, unboundMethod } from './members.js';
import { asLibraryInstance, tableModelOf } from './inheritance.js';
import { isSql } from './sql-effects.js';
import { asObject } from './statics.js';
import { leaveFrame, noteReleased, noteThrowing, turnKey } from './sections.js';
import type { State } from './state.js';
import {
  classFacts,
  constant,
  display,
  functionFacts,
  keyOfFunction,
  NO_ORIGINS,
  originsOf,
  unknown,
  valueOf,
  type AbstractObject,
  type ProjectClass,
  type Shape,
  type Value,
  NAMELESS,
} from './values.js';

/** What is true after a call, and what it returns. */
export interface Result {
  readonly state: State;
  readonly value: Value;
  /** True when the code that was called has been looked at. */
  readonly followed?: boolean;
}

/** A call under way: what its parts need to know of it. */
export interface CallSite {
  readonly analysis: Analysis;
  readonly frame: Frame;
  readonly operation: Call;
  /** Arguments by position. */
  readonly arguments: readonly Value[];
  /** Arguments that are given by name. */
  readonly named: Named;
  /** Those of them whose parameters' positions a model tells. */
  readonly placed?: ReadonlyMap<number, Value>;
  /** The names of the parameters that the model tells of. */
  readonly parameters?: readonly string[];
}

export type Named = ReadonlyMap<string, Value>;

const NONE: Named = new Map();

/** All values that a call is given, apart from its receiver. */
export function inputsOf(site: CallSite): readonly Value[] {
  return site.named.size === 0 ? site.arguments : [...site.arguments, ...site.named.values()];
}

export function call(
  analysis: Analysis,
  frame: Frame,
  operation: Call,
  state: State,
  valueAt: (temporary: Temporary) => Value,
): Result {
  const given = ({ spread, value }: Argument): Value =>
    spread ? unknown(analysis.freshId(), 'arguments', valueAt(value).origins) : valueAt(value);
  const byName = operation.arguments.flatMap((argument): [string, Value][] =>
    argument.name === undefined ? [] : [[argument.name, given(argument)]],
  );
  const site: CallSite = {
    analysis,
    frame,
    operation,
    arguments: operation.arguments.filter(({ name }) => name === undefined).map(given),
    named: byName.length === 0 ? NONE : new Map(byName),
  };
  const result = callTarget(site, state, valueAt);
  return { ...result, value: noteCall(site, result.state, result.value) };
}

function callTarget(site: CallSite, state: State, valueAt: (temporary: Temporary) => Value): Result {
  const { target } = site.operation;
  switch (target.kind) {
    case 'superclass':
      return target.key === undefined ? callSuperclass(site, state) : callInherited(site, state, target.key);
    case 'value':
      return callValue(site, state, valueAt(target.callee));
    case 'method': {
      const key: Key = typeof target.key === 'string' ? target.key : keyOf(valueAt(target.key.computed));
      return callMethod(site, state, valueAt(target.object), key);
    }
  }
}

function callMethod(site: CallSite, state: State, target: Value, key: Key): Result {
  const { analysis, frame, operation } = site;
  const object = asObject(analysis, target);
  const { shape } = object;
  const name = typeof key === 'string' ? key : undefined;
  if (name !== undefined && analysis.traits.growing.has(name)) noteGrowth(analysis, state, target);
  if (name !== undefined) {
    if (shape.kind === 'instance') {
      const { class: facts, model } = shape.instance;
      const method = Object.hasOwn(facts.methods, name) ? facts.methods[name] : undefined;
      if (method !== undefined) return applyModel(site, state, { call: method, model, receiver: object });
      const held = loadProperty(analysis, state, frame, object, name, placeIn(frame, operation.range));
      if (held.shape.kind === 'instance' || held.shape.kind === 'library')
        return callValue(site, state, held, object);
    }
    if (shape.kind === 'record' && shape.record.owner !== undefined) {
      const method = classMember(analysis, shape.record.owner, name, object);
      if (method?.shape.kind === 'function')
        return callFunction(site, state, method.shape, site.arguments, site.named);
    }
    if (shape.kind === 'record' || shape.kind === 'query') {
      const { class: facts, model } = shape.kind === 'record' ? shape.record : shape.query;
      const method = Object.hasOwn(facts.methods, name) ? facts.methods[name] : undefined;
      if (method !== undefined) return applyModel(site, state, { call: method, model, receiver: object });
    }
    if (shape.kind === 'grant' && isRelease(name)) {
      noteReleased(analysis, frame, operation.range, shape.lock);
      for (const released of state.release((held) => held.lock === shape.lock))
        noteRelease(analysis, released);
      return { state, value: constant(undefined) };
    }
    if (shape.kind === 'manager') {
      const managed = callManager(site, state, shape.manager, name);
      if (managed !== undefined) return managed;
    }
    if (shape.kind === 'module') {
      return callValue(
        site,
        state,
        loadProperty(analysis, state, frame, object, name, placeIn(frame, operation.range)),
      );
    }
    if (shape.kind === 'library') {
      const isKnown = analysis.models.find(shape.module, [...shape.path, name]) !== undefined;
      const instance = isKnown ? undefined : instanceOfLibrary(analysis, shape);
      if (instance !== undefined) return callMethod(site, state, instance, key);
      // Of a library that no model tells of, the names have to say it.
      const structural =
        isKnown || analysis.models.tellsOf(shape.module)
          ? undefined
          : structuralMethod(site, name, shape.path.at(-1) ?? '');
      if (structural !== undefined) {
        const { call: method, model } = structural;
        return applyModel(site, state, { call: method, model, receiver: object, likely: true });
      }
      return callValue(
        site,
        state,
        valueOf({ ...shape, path: [...shape.path, name] }, object.origins),
        object,
      );
    }
    if (shape.kind === 'function' && (name === 'call' || name === 'apply' || name === 'bind')) {
      if (name === 'bind') return { state, value: object };
      const args = name === 'call' ? site.arguments.slice(1) : [];
      return callFunction(site, state, shape, args);
    }
    if (target.shape.kind === 'class' && shape.kind === 'object' && !shape.object.fields.has(name)) {
      const unbound = unboundMethod(analysis, target.shape, name);
      if (unbound !== undefined) return callValue(site, state, unbound, object);
    }
    if (shape.kind === 'object' && hasMember(analysis, shape.object, name, object)) {
      const member = loadProperty(analysis, state, frame, object, name, placeIn(site.frame, operation.range));
      if (member.shape.kind === 'function') {
        return callFunction(
          site,
          state,
          { ...member.shape, receiver: member.shape.receiver ?? object },
          site.arguments,
          site.named,
        );
      }
      return callValue(site, state, member, object);
    }
    const inherited = asLibraryInstance(analysis, target);
    if (inherited?.shape.kind === 'instance' && Object.hasOwn(inherited.shape.instance.class.methods, name))
      return callMethod(site, state, inherited, key);
    const structural = structuralMethod(site, name, display(shape));
    if (structural !== undefined) {
      const { call: method, model, given } = structural;
      return applyModel(site, state, {
        call: method,
        model,
        receiver: object,
        ...(given === undefined && { likely: true }),
      });
    }
  }
  if (shape.kind === 'object' || shape.kind === 'contents') {
    const member = loadProperty(analysis, state, frame, object, key, placeIn(site.frame, operation.range));
    if (
      member.shape.kind === 'function' ||
      member.shape.kind === 'resolver' ||
      member.shape.kind === 'grant'
    ) {
      return callValue(site, state, member, object);
    }
  }
  return callUnseen(site, state, object);
}

function noteGrowth(analysis: Analysis, state: State, { direct }: Value): void {
  const cell = direct === undefined ? undefined : state.reads.get(direct)?.cell;
  if (cell !== undefined) analysis.grown.add(cell.key);
}

/** What a method does by its name, on a receiver of which no more is known than what it is called. */
function structuralMethod(site: CallSite, name: string, receiver: string): StructuralMethod | undefined {
  const called = receiver.split(/[.[\]()?!]+/).findLast((part) => part !== '') ?? '';
  return site.analysis.models
    .structuralMethods(name, called)
    .find(
      ({ model, call, given }) =>
        (given === undefined || isGivenA(site, model, given)) && hasRequired(site, call.requires),
    );
}

/** True when the argument that a model asks for is a text of that form. */
function hasRequired(site: CallSite, requires: CallModel['requires']): boolean {
  if (requires === undefined) return true;
  const shape = site.arguments.at(requires.argument)?.shape;
  const text =
    shape?.kind === 'template' ? shape.parts[0] : shape?.kind === 'constant' ? shape.value : undefined;
  return typeof text === 'string' && new RegExp(requires.matches).test(text);
}

/** True when the first argument is a table, or a query, of a library. */
function isGivenA(site: CallSite, model: LibraryModel, what: 'table' | 'query' | 'sql'): boolean {
  const [first] = site.arguments;
  if (first === undefined) return false;
  if (what === 'sql') return isSql(first);
  if (what === 'query') return first.shape.kind === 'query' && first.shape.query.model === model;
  return first.shape.kind === 'class' && tableModelOf(site.analysis, first.shape)?.model === model;
}

function hasMember(analysis: Analysis, object: AbstractObject, name: string, value: Value): boolean {
  return (
    object.fields.has(name) ||
    (object.class !== undefined && classMember(analysis, object.class, name, value) !== undefined)
  );
}

/** @param receiver the object that the callee was found on, if any */
function callValue(site: CallSite, state: State, callee: Value, receiver?: Value): Result {
  const { analysis, operation } = site;
  const { shape } = callee;
  switch (shape.kind) {
    case 'function':
      return callFunction(site, state, shape, site.arguments, site.named);
    case 'class':
      return constructs(site) ? instantiate(site, state, shape) : callUnseen(site, state);
    case 'resolver':
      for (const argument of site.arguments) publish(state, argument);
      noteReleased(analysis, site.frame, site.operation.range, turnKey(shape.frame));
      for (const released of state.release((held) => held.releasedBy === shape.frame))
        noteRelease(analysis, released);
      return { state, value: constant(undefined) };
    case 'grant':
      noteReleased(analysis, site.frame, site.operation.range, shape.lock);
      for (const released of state.release((held) => held.lock === shape.lock))
        noteRelease(analysis, released);
      return { state, value: constant(undefined) };
    case 'manager':
      // As a decorator it stands around each call of what it decorates.
      return { state, value: unknown(analysis.freshId(), site.operation.text) };
    case 'library': {
      const resolved = analysis.models.find(shape.module, shape.path);
      if (resolved === undefined) return callUnseen(site, state, receiver);
      const { export: found, model } = resolved;
      if ('class' in found) {
        // A class of the language's own can only be called with `new`: what is called without it makes an instance all the same.
        return operation.decorates === true
          ? callUnseen(site, state, receiver)
          : construct(site, state, model, found.class);
      }
      if ('call' in found) return applyModel(site, state, { call: found.call, model });
      if ('instance' in found) {
        const instance = instanceValue(site, model, found.instance);
        if (instance !== undefined) return callValue(site, state, instance);
      }
      return callUnseen(site, state, receiver);
    }
    case 'instance': {
      const { class: facts, model } = shape.instance;
      if (facts.call === undefined) return callUnseen(site, state, receiver ?? callee);
      return applyModel(site, state, { call: facts.call, model, receiver: callee });
    }
    default:
      return callUnseen(site, state, receiver ?? callee);
  }
}

/** True when calling a class makes an instance of it. */
function constructs({ analysis, operation }: CallSite): boolean {
  return operation.construct || (analysis.traits.classesAreCalled && operation.decorates !== true);
}

/** A method of the class that the function's class extends. */
function callInherited(site: CallSite, state: State, name: string): Result {
  const { analysis, frame } = site;
  const receiver = receiverOf(frame);
  const owner = classOfMethod(frame);
  const bases = owner === undefined ? [] : basesOf(analysis, owner);
  const found = bases
    .map((base) => methodOf(analysis, base, name))
    .find((candidate) => candidate !== undefined);
  if (found !== undefined && receiver !== undefined) {
    const callee = {
      kind: 'function',
      function: found.method.function,
      frame: found.owner.frame,
      receiver,
    } as const;
    return callFunction(site, state, callee, site.arguments, site.named);
  }
  if (receiver?.shape.kind === 'record') {
    const { class: facts, model } = receiver.shape.record;
    const method = Object.hasOwn(facts.methods, name) ? facts.methods[name] : undefined;
    return method === undefined
      ? callUnseen(site, state, receiver)
      : applyModel(site, state, { call: method, model, receiver });
  }
  const inherited = receiver && asLibraryInstance(analysis, receiver);
  return inherited?.shape.kind === 'instance' && Object.hasOwn(inherited.shape.instance.class.methods, name)
    ? callMethod(site, state, inherited, name)
    : callUnseen(site, state, receiver);
}

/** The class whose constructor a class runs that has none of its own, or calls from its own. */
function constructorBase(analysis: Analysis, owner: ProjectClass): ProjectClass | undefined {
  const constructs = (one: ProjectClass): boolean =>
    classFacts(one)?.constructorFunction !== undefined || basesOf(analysis, one).some(constructs);
  const bases = basesOf(analysis, owner);
  return bases.find(constructs) ?? bases[0];
}

function callSuperclass(site: CallSite, state: State): Result {
  const { analysis, frame } = site;
  const owner = classOfMethod(frame);
  const superclass = owner && constructorBase(analysis, owner);
  const receiver = receiverOf(frame);
  if (superclass === undefined || receiver?.shape.kind !== 'object') return callUnseen(site, state);
  const next = initialize(site, state, superclass, receiver);
  return { state: next, value: constant(undefined) };
}

/** Makes an instance of one of the project's own classes. */
export function instantiate(
  site: CallSite,
  state: State,
  { class: index, frame: definition }: ProjectClass,
): Result {
  const { analysis, frame, operation } = site;
  const object: AbstractObject = {
    id: `${frame.id}@${String(operation.range.start)}`,
    label: analysis.traits.receiver,
    class: { class: index, frame: definition },
    depth: analysis.depth,
    sharing: 'usual',
    made: placeIn(frame, operation.range),
    fields: new Map(),
  };
  if (analysis.depth <= 1 && !analysis.isProgram) analysis.longLived.push(object);
  const value = valueOf({ kind: 'object', object }, originsOf(inputsOf(site)));
  return { state: initialize(site, state, { class: index, frame: definition }, value), value };
}

/** Runs the field initializers and the constructor of a class on a fresh instance. */
export function initialize(site: CallSite, state: State, made: ProjectClass, instance: Value): State {
  const { analysis } = site;
  const facts = classFacts(made);
  if (facts === undefined || instance.shape.kind !== 'object') return state;
  const { object } = instance.shape;
  let current = state;
  // A class without a constructor of its own runs its superclass's.
  const inherited = facts.constructorFunction === undefined ? constructorBase(analysis, made) : undefined;
  if (inherited !== undefined) current = initialize(site, current, inherited, instance);
  const run = (fn: FunctionIndex, args: readonly Value[], byName: Named = NONE): Value => {
    const result = callFunction(
      site,
      current,
      { kind: 'function', function: fn, frame: made.frame, receiver: instance },
      args,
      byName,
    );
    current = result.state;
    return result.value;
  };
  for (const field of facts.fields) {
    if (field.initializer !== undefined && !field.static)
      object.fields.set(
        field.name,
        named(run(field.initializer, []), `${analysis.traits.receiver}.${field.name}`, false),
      );
  }
  if (facts.constructorFunction !== undefined) run(facts.constructorFunction, site.arguments, site.named);
  return current;
}

/** Follows a call into a function of the project. */
export function callFunction(
  site: CallSite,
  state: State,
  callee: Shape & { kind: 'function' },
  args: readonly Value[],
  byName: Named = NONE,
  options: { readonly callback?: boolean } = {},
): Result {
  const { analysis, frame, operation } = site;
  const facts = functionFacts(callee);
  const opaque = (): Result => ({
    state,
    value: unknown(analysis.freshId(), NAMELESS, originsOf([...args, ...byName.values()], false)),
  });
  if (callee.manages === true) return { state, value: makeManager(callee, args, byName) };
  if (facts === undefined || isRecursive(frame, facts)) return opaque();
  if (callDepth(frame) >= CALL_DEPTH) return cutShort(site, state, callee, opaque);
  const given = receiverAndArguments(callee, facts, args);
  const idle = idleCall(
    { ...site, arguments: given.positional, named: byName },
    state,
    callee,
    given.receiver,
  );
  if (idle !== undefined) return facts.async ? asPromise(site, state, idle) : idle;
  const inner = enterFunction(site, state, callee, args, byName);
  if (inner === undefined) return opaque();
  const overlap = startedTogether(site, facts.async);
  let calm = false;
  const body = (from: State): Result => {
    const completion = runBody(analysis, inner, from);
    calm = leaveFrame(analysis, inner, options.callback === true ? undefined : operation.into);
    if (completion === undefined) return { state, value: constant(undefined), followed: facts.async };
    if (!inner.module.isClosedOver(facts)) completion.state.variables.forget(inner);
    return { ...completion, followed: facts.async };
  };
  const outlives = options.callback !== true && isWork(site.analysis, callee) && isLost(site);
  const started = (from: State): Result => {
    if (outlives) startUnawaited(site, from, state.held.values());
    return asPromise(site, state, body(from), calm);
  };
  if (!analysis.isImporting && ![...state.held.values()].some((held) => held.unseen === true))
    analysis.entered.add(keyOfFunction(callee));
  const before = state.copy();
  const result = analysis.withShare((): Result => {
    if (!facts.async) return body(state);
    if (inner.awaited) return asPromise(site, state, body(state), calm);
    const { state: end, value } =
      overlap === undefined ? started(state.copy()) : runApart(analysis, state, overlap, started);
    // The caller goes on at the function's first point, with no point of its own passed, and without the locks that the
    // function comes to hold. What the function has read may be used once it settles.
    for (const [id, read] of end.reads) if (!state.reads.has(id)) state.reads.set(id, read);
    return { state, value };
  });
  return result ?? cutShort(site, before, callee, () => ({ ...opaque(), state: before }));
}

/** A call that would take too long to follow: if it may leave a lock behind, nothing is told of what comes after it. */
function cutShort(
  site: CallSite,
  state: State,
  callee: Shape & { kind: 'function' },
  opaque: () => Result,
): Result {
  const { analysis, frame, operation } = site;
  if (analysis.footprints.mayLeaveLocked(callee.frame.module, callee.function)) {
    state.acquire(unseenLock(analysis, operation.text, placeIn(frame, operation.range)));
  }
  return opaque();
}

/** The receiver of a call, and its arguments by position. */
function receiverAndArguments(
  callee: Shape & { kind: 'function' },
  facts: FunctionFacts,
  args: readonly Value[],
): { readonly receiver: Value | undefined; readonly positional: readonly Value[] } {
  const { receiver, first } = callee;
  const positional = first === undefined ? args : [first, ...args];
  return facts.receiverFirst === true && receiver === undefined
    ? { receiver: positional[0], positional: positional.slice(1) }
    : { receiver, positional };
}

/** The frame of a call, with its parameters bound. @returns undefined for calls that are not followed */
export function enterFunction(
  site: CallSite,
  state: State,
  callee: Shape & { kind: 'function' },
  args: readonly Value[],
  byName: Named,
  more: Pick<Frame, 'generator'> = {},
): Frame | undefined {
  const { analysis, frame, operation } = site;
  const facts = functionFacts(callee);
  if (facts === undefined || isRecursive(frame, facts) || callDepth(frame) >= CALL_DEPTH) return undefined;
  const { receiver, positional } = receiverAndArguments(callee, facts, args);
  const inner: Frame = {
    id: `${frame.id}>${String(operation.range.start)}:${String(callee.function)}`,
    module: callee.frame.module,
    facts,
    outer: callee.frame,
    caller: { frame, range: operation.range },
    awaited: isAwaited(site),
    depth: analysis.depth,
    temporaries: new Map(),
    followed: new Set(),
    ...(receiver !== undefined && { receiver }),
    ...more,
  };
  bindParameters(analysis, inner, state, positional, byName);
  return inner;
}

function bindParameters(
  analysis: Analysis,
  frame: Frame,
  state: State,
  args: readonly Value[],
  byName: Named,
): void {
  const { parameters } = frame.facts;
  parameters.forEach((parameter, index) => {
    const { variable, field } = parameter;
    const given = argumentFor(frame, index, args, byName);
    // Of a value that nothing is known of, the parameter's type may know more.
    state.variables.delete(frame, variable);
    const declared = loadVariable(analysis, state, frame, variable, placeIn(frame, frame.facts.nameRange));
    const isBlank = given === undefined || (given.shape.kind === 'unknown' && given.origins.size === 0);
    const isPromised = declared.shape.kind === 'instance' || declared.shape.kind === 'object';
    if (!isBlank || !isPromised) {
      const typed = frame.module.facts.variables[variable]?.promising === true;
      if (given !== undefined) state.variables.set(frame, variable, typed ? promising(given) : given);
    }
    if (field === undefined || frame.receiver?.shape.kind !== 'object') return;
    const value = loadVariable(analysis, state, frame, variable, placeIn(frame, frame.facts.nameRange));
    frame.receiver.shape.object.fields.set(field, value);
  });
}

/** What a call gives to the parameter at `index`. */
function argumentFor(frame: Frame, index: number, args: readonly Value[], byName: Named): Value | undefined {
  const parameter = frame.facts.parameters[index];
  if (parameter === undefined) return undefined;
  const key = variableKey(frame, parameter.variable);
  if (parameter.rest) {
    const others = parameter.named === true ? [...byName.values()] : args.slice(index);
    return unknown(`${key} rest`, 'rest', originsOf(others));
  }
  const given = parameter.named === true ? undefined : args[index];
  if (given !== undefined || byName.size === 0) return given;
  return byName.get(frame.module.facts.variables[parameter.variable]?.name ?? '');
}

/** True when the result of a call is waited for before anything else of the same execution runs. */
export function isAwaited({ operation, frame }: CallSite): boolean {
  return operation.awaited || (operation.returned && frame.awaited);
}

/** What an async function gives: a promise of its value, and of the locks that it has come to hold at its end. */
function asPromise(site: CallSite, before: State, result: Result, calm = false): Result {
  const { state, value } = result;
  const locks = [...state.held.values()].filter(({ id }) => !before.held.has(id));
  return { ...result, value: pendingOf(site, value, [...(value.pending?.locks ?? []), ...locks], calm) };
}

/** Runs code that overlaps with what started it: it holds none of its locks, and its reads are its own. */
export function runApart<T extends { state: State }>(
  analysis: Analysis,
  state: State,
  context: OverlapContext,
  run: (state: State) => T,
): T {
  const apart = state.copy();
  apart.reads.clear();
  apart.tested.clear();
  apart.written.clear();
  apart.conditions = new Conditions();
  return analysis.within(context, () => run(apart));
}

/** An async function of the project that is called again before it has settled overlaps with itself. */
function startedTogether(site: CallSite, async: boolean): OverlapContext | undefined {
  const { analysis, frame, operation } = site;
  if (!async || isAwaited(site) || operation.decorates === true) return undefined;
  const starts = analysis.starts.of(frame.facts);
  if (!starts.overlap(operation)) return undefined;
  const overlap: Overlap = {
    dimension: 'tasks',
    strength: 'shown',
    text: `calls of ${operation.text} that are started without waiting for the one before`,
    place: placeIn(site.frame, operation.range),
  };
  return { overlaps: [overlap] };
}

/** Runs a function argument: unseen code calls it, or a model says that a library does. */
export function runCallback(site: CallSite, state: State, callback: Value, args: readonly Value[]): Result {
  const { shape } = callback;
  if (shape.kind === 'function') {
    const result = callFunction(site, state, shape, args, NONE, { callback: true });
    return {
      state: result.state,
      value: performed(site.analysis, result.state, site.frame, result.value),
    };
  }
  if (shape.kind === 'resolver' || shape.kind === 'grant') return callValue(site, state, callback);
  return { state, value: unknown(site.analysis.freshId(), NAMELESS) };
}

/**
 * A call of code that the analysis does not see. It may hold a lock while it runs its callbacks, so nothing is reported of
 * what they do; what it returns derives from what it was given, and from nothing for sure.
 */
function callUnseen(site: CallSite, state: State, receiver?: Value): Result {
  const { analysis, operation } = site;
  const inputs = inputsOf(site);
  for (const argument of inputs) {
    leave(state, argument);
    if (operation.decorates !== true) publish(state, argument);
  }
  if (operation.decorates === true) return { state, value: decorated(site) };
  if (receiver !== undefined) publish(state, receiver);
  state.conditions.noteEffect();
  noteContent(state);
  let current = state;
  const acquired = noteUnseenCall(site, current, receiver);
  if (acquired !== undefined) return { state: current, value: acquired };
  for (const argument of inputs) {
    if (argument.shape.kind !== 'function') continue;
    const id = `unseen ${String(operation.range.start)}`;
    current.acquire({
      id,
      lock: id,
      name: operation.text,
      span: ['tasks', 'threads', 'processes', 'hosts'],
      place: placeIn(site.frame, operation.range),
      depth: analysis.depth,
      lockDepth: 0,
      unseen: true,
    });
    current = runCallback(site, current, argument, []).state;
    current.release((held) => held.id === id);
  }
  const from = receiver === undefined ? inputs : [receiver, ...inputs];
  // A function that the caller hands in, and what was read is handed to, is there to say what becomes of it.
  const transforms = operation.target.kind === 'value' && isHandedIn(receiver);
  const origins = from.length === 0 ? NO_ORIGINS : originsOf(from, transforms);
  const value = unknown(`${site.frame.id}@${String(operation.range.start)}`, operation.text, origins);
  const promised = promisedBy(site, value, receiver);
  if (promised.pending === undefined) noteThrowing(site, 'unseen');
  return { state: current, value: promised };
}

function isHandedIn(callee: Value | undefined): boolean {
  return callee?.shape.kind === 'unknown' && callee.shape.given === true;
}

/** What a function gives of which only the type is known. */
function promisedBy(site: CallSite, value: Value, callee: Value | undefined): Value {
  const isPromising = callee?.shape.kind === 'unknown' && callee.shape.promising === true;
  return isPromising && site.operation.target.kind === 'value' ? pendingOf(site, value, []) : value;
}

/** What a decorator out of sight makes of a function: mostly one that does the same, and a bit more. */
function decorated({ analysis, operation, arguments: [given] }: CallSite): Value {
  if (given === undefined || isLockName(operation.text)) return unknown(analysis.freshId(), operation.text);
  return given;
}
