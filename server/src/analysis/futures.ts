/** Promises: made, chained, gathered. */
import type { CallModel } from '../model/library-model.js';
import { placeIn } from './frame.js';
import { isLost, noteRelease, startUnawaited } from './awaits.js';
import { isAwaited, runCallback, type CallSite, type Result } from './calls.js';
import { chainAcquisition, chainedCells } from './home-made-locks.js';
import { performed } from './queries.js';
import { isCalm } from './sections.js';
import type { State } from './state.js';
import {
  functionFacts,
  joinValues,
  originsOf,
  unknown,
  valueOf,
  type ProjectFunction,
  type Value,
  NAMELESS,
} from './values.js';

type Future = NonNullable<CallModel['future']>;

export function applyFuture(
  site: CallSite,
  state: State,
  future: Future,
  receiver: Value | undefined,
): Result {
  switch (future) {
    case 'new':
      return make(site, state);
    case 'then':
      return chain(site, state, receiver, [0, 1]);
    case 'catch':
      return chain(site, state, receiver, [0], true);
    case 'finally':
      return finish(site, state, receiver);
    case 'resolve':
      return { state, value: wrap(site, site.arguments[0] ?? unknown(site.analysis.freshId(), NAMELESS)) };
    case 'all':
    case 'some':
      return { state, value: gather(site, state, future === 'all') };
  }
}

/** Whether the promise that a call gives cannot be rejected. */
export function isCalmFuture(site: CallSite, future: Future): boolean {
  const [given] = site.arguments;
  switch (future) {
    case 'catch':
      return true;
    case 'resolve':
      return given === undefined || isCalm(given);
    case 'all':
    case 'some':
      return (
        given?.shape.kind === 'object' &&
        given.shape.object.spreads === undefined &&
        [...given.shape.object.fields.values()].every(isCalm)
      );
    default:
      return false;
  }
}

/** The values of several promises: each of its own, where it is in sight and the call waits for all of them. */
function gather(site: CallSite, state: State, keepsOrder: boolean): Value {
  const { analysis, frame, operation } = site;
  const id = `${frame.id}@${String(operation.range.start)}`;
  const origins = originsOf(site.arguments);
  const [given] = site.arguments;
  if (given?.shape.kind !== 'object') return unknown(id, 'values', origins);
  const { object } = given.shape;
  const fields = new Map(
    [...object.fields].map(([index, value]) => [
      index,
      settledValue(site, performed(analysis, state, frame, value)),
    ]),
  );
  if (!keepsOrder || object.spreads !== undefined) return unknown(id, 'values', origins);
  return { ...given, shape: { kind: 'object', object: { ...object, id, fields } }, origins };
}

/** A promise that is settled with a value. */
function wrap(site: CallSite, result: Value): Value {
  const { analysis, frame, operation } = site;
  const id = `${frame.id}@${String(operation.range.start)}`;
  analysis.futures.set(id, result);
  return valueOf({ kind: 'future', id, escaped: { resolver: false }, frame }, result.origins);
}

/** `new Promise((resolve, reject) => …)`: runs the function at once. */
function make(site: CallSite, state: State): Result {
  const { frame, operation } = site;
  const id = `${frame.id}@${String(operation.range.start)}`;
  const escaped = { resolver: false };
  const resolver = valueOf({ kind: 'resolver', future: id, escaped, frame });
  const [executor] = site.arguments;
  const current =
    executor === undefined ? state : runCallback(site, state, executor, [resolver, resolver]).state;
  const calm = executor?.shape.kind === 'function' && cannotFail(executor.shape);
  return { state: current, value: valueOf({ kind: 'future', id, escaped, frame, calm }) };
}

/** A promise whose maker has no way to reject it, and waits for nothing. */
function cannotFail(executor: ProjectFunction): boolean {
  const facts = functionFacts(executor);
  return facts !== undefined && !facts.async && facts.parameters.length < 2;
}

/**
 * `.then(callback)`: the callback runs after a point. Where the promise came out of a cell, the callback holds the lock that
 * a chain of promises is, if the chain turns out to be stored back.
 * @param passesOn true when the promise's own value is one of the ends that it comes to
 */
function chain(
  site: CallSite,
  state: State,
  waited: Value | undefined,
  callbacks: readonly number[],
  passesOn = false,
): Result {
  const { analysis, operation } = site;
  const receiver = waited && performed(analysis, state, site.frame, waited);
  const place = placeIn(site.frame, operation.range);
  const after = state.copy();
  const cells = receiver === undefined ? [] : chainedCells(state, receiver);
  if (isLost(site)) {
    const own = receiver?.pending?.locks ?? [];
    const starter = [...state.held.values()].filter((held) => !own.includes(held));
    startUnawaited(site, after, starter);
  }
  after.passPoint({ frame: site.frame, range: operation.range });
  for (const cell of cells) after.acquire(chainAcquisition(analysis, cell, place));
  // What an async function of the project has come to hold is held when its promise is settled.
  for (const lock of receiver?.pending?.locks ?? []) if (!after.held.has(lock.id)) after.acquire(lock);
  const given = receiver === undefined ? unknown(analysis.freshId(), NAMELESS) : settledValue(site, receiver);
  let current = after;
  const results: Value[] = [];
  for (const index of callbacks) {
    const callback = site.arguments[index];
    if (callback === undefined) continue;
    const result = runCallback(site, current, callback, [given]);
    current = result.state;
    results.push(result.value);
  }
  const ends = passesOn || results.length === 0 ? [given, ...results] : results;
  for (const cell of cells) {
    for (const released of current.release((held) => held.id === `chain ${cell.key}`)) {
      noteRelease(analysis, released);
    }
  }
  const origins = originsOf([...(receiver === undefined ? [] : [receiver]), ...results]);
  const [first = given, ...others] = ends;
  const joined = others.reduce((one, other) => joinValues(one, other, () => analysis.freshId()), first);
  // Which of several ends it comes to depends on the promise.
  const from = others.length === 0 ? [first] : [given, ...ends];
  const wrapped = wrap(site, { ...joined, origins: originsOf(from) });
  return { state: isAwaited(site) ? current : state, value: { ...wrapped, origins } };
}

function settledValue(site: CallSite, receiver: Value): Value {
  if (receiver.shape.kind !== 'future') return { ...receiver, pending: undefined };
  return (
    site.analysis.futures.get(receiver.shape.id) ??
    unknown(site.analysis.freshId(), NAMELESS, receiver.origins)
  );
}

function finish(site: CallSite, state: State, receiver: Value | undefined): Result {
  const [callback] = site.arguments;
  const value = receiver ?? unknown(site.analysis.freshId(), NAMELESS);
  if (callback === undefined) return { state, value };
  const after = isAwaited(site) ? state : state.copy();
  return { state: isAwaited(site) ? runCallback(site, after, callback, []).state : state, value };
}
