/** Runs a function's control flow over states. */
import type { Node, Operation, Point, Temporary } from '../model/facts.js';
import { callAccessor } from './accessors.js';
import type { Analysis } from './analysis.js';
import { call } from './calls.js';
import { callDepth, placeIn, receiverOf, type Frame } from './frame.js';
import {
  keyOf,
  loadModule,
  loadProperty,
  loadStarred,
  loadVariable,
  storeProperty,
  storeVariable,
} from './heap.js';
import { lookInto } from './membership.js';
import { performed } from './queries.js';
import { relatedRows } from './row-effects.js';
import { walk } from './walk.js';
import type { Conditions, Decision } from './conditions.js';
import { forgetEmpty, IN_MEMORY, noteHandOver, noteTest, noteTurn, noteWait } from './home-made-locks.js';
import { publish } from './publish.js';
import { initializeStatics } from './statics.js';
import { noteReturned } from './awaits.js';
import { noteOperation, noteWaitFor } from './sections.js';
import { join, type State } from './state.js';
import {
  constant,
  joinValues,
  originsOf,
  unknown,
  valueOf,
  type AbstractObject,
  type Shape,
  type Value,
  NAMELESS,
} from './values.js';

/** A way out of a node other than its end. */
interface Exit {
  readonly kind: 'return' | 'throw' | 'break' | 'continue' | 'suspend';
  readonly label?: string;
  readonly state: State;
  readonly value?: Value;
}

interface Outcome {
  /** What is true after the node, if its end is reached. */
  readonly next?: State;
  readonly exits: readonly Exit[];
}

/** The outcome of a function's body. */
export interface Completion {
  readonly state: State;
  readonly value: Value;
}

/** Runs a body to its end. @returns undefined if every path throws */
export function runBody(analysis: Analysis, frame: Frame, state: State): Completion | undefined {
  const outcome = execute(analysis, frame, frame.facts.body, state);
  const returns = outcome.exits.filter((exit) => exit.kind === 'return');
  let completion: Completion | undefined = outcome.next && {
    state: outcome.next,
    value: constant(undefined),
  };
  for (const { state: end, value = constant(undefined) } of returns) {
    completion =
      completion === undefined
        ? { state: end, value }
        : {
            state: join(completion.state, end, () => analysis.freshId()),
            value: joinValues(completion.value, value, () => analysis.freshId()),
          };
  }
  return completion;
}

/** Runs a generator up to its `yield`. @returns what is true there, and what it yields; undefined if it never does */
export function runToYield(analysis: Analysis, frame: Frame, state: State): Completion | undefined {
  const { exits } = execute(analysis, frame, frame.facts.body, state);
  const suspended = exits.filter(({ kind }) => kind === 'suspend');
  const end = joinAll(
    analysis,
    suspended.map((exit) => exit.state),
  );
  return end && { state: end, value: suspended[0]?.value ?? constant(undefined) };
}

/** Runs the rest of a generator that was run to its `yield`. @returns undefined if its end is not reached */
export function resume(analysis: Analysis, frame: Frame, state: State): State | undefined {
  const at = frame.generator?.at;
  if (at === undefined) return state;
  const { next, exits } = resumeIn(analysis, frame, frame.facts.body, at, state);
  const returned = exits.filter(({ kind }) => kind === 'return').map((exit) => exit.state);
  return joinAll(analysis, [next, ...returned]);
}

/** What a variable or a property holds outlives the call, and so what the call says of its parameters. */
function kept(value: Value): Value {
  return value.bound === undefined ? value : { ...value, bound: undefined };
}

/** How a parameter compares with a constant, where the call that is looked at says what it is. */
function outcomeOfComparison(operator: string, first: Value, second: Value | undefined): boolean | undefined {
  const isKnown = first.bound === true && first.shape.kind === 'constant';
  if (!isKnown || second?.shape.kind !== 'constant') return undefined;
  const isEqual = first.shape.value === second.shape.value;
  if (operator === '===') return isEqual;
  if (operator === '!==') return !isEqual;
  return undefined;
}

/** How a test of a parameter comes out, where the call that is looked at says so. */
function outcomeBound({ shape, bound }: Value): boolean | undefined {
  if (shape.kind === 'not') {
    const inner = outcomeBound(shape.of);
    return inner === undefined ? undefined : !inner;
  }
  return bound === true && shape.kind === 'constant' ? Boolean(shape.value) : undefined;
}

/** What comes after a point, within a node that it stands in. */
function resumeIn(analysis: Analysis, frame: Frame, node: Node, at: Point, state: State): Outcome {
  const within = (inner: Node): Outcome => resumeIn(analysis, frame, inner, at, state);
  switch (node.kind) {
    case 'sequence': {
      const index = node.nodes.findIndex((inner) => contains(inner, at));
      const inner = node.nodes[index];
      if (inner === undefined) return { next: state, exits: [] };
      const outcome = within(inner);
      if (outcome.next === undefined) return outcome;
      const rest: Node = { kind: 'sequence', nodes: node.nodes.slice(index + 1) };
      const after = execute(analysis, frame, rest, outcome.next);
      return outcomeOf(after.next, [...outcome.exits, ...after.exits]);
    }
    case 'branch':
      return within(contains(node.then, at) ? node.then : node.else);
    case 'choice':
      return within(node.alternatives.find((inner) => contains(inner, at)) ?? node);
    case 'labelled':
      return leaveLabelled(analysis, node.label, within(node.body));
    case 'loop':
      return leaveLabelled(analysis, node.label, within(node.body));
    case 'try': {
      if (contains(node.body, at)) return finishTry(analysis, frame, node, state.copy(), within(node.body));
      const part = [node.handler, node.finalizer].find((inner) => inner !== undefined && contains(inner, at));
      return part === undefined ? { next: state, exits: [] } : within(part);
    }
    default:
      return { next: state, exits: [] };
  }
}

function contains(node: Node, at: Point): boolean {
  let found = false;
  walk(node, (inner) => {
    if (inner === at) found = true;
  });
  return found;
}

/** Runs one statement of a module's body. @returns undefined if its end is not reached */
export function runStatement(analysis: Analysis, frame: Frame, node: Node, state: State): State | undefined {
  return execute(analysis, frame, node, state).next;
}

function joinAll(analysis: Analysis, states: readonly (State | undefined)[]): State | undefined {
  let result: State | undefined;
  for (const state of states) {
    if (state === undefined) continue;
    result = result === undefined ? state : join(result, state, () => analysis.freshId());
  }
  return result;
}

function outcomeOf(next: State | undefined, exits: readonly Exit[]): Outcome {
  return next === undefined ? { exits } : { next, exits };
}

function temporary(frame: Frame, index: Temporary): Value {
  return frame.temporaries.get(index) ?? unknown(`${frame.id}:${String(index)}`, NAMELESS);
}

/** @param state taken over: the caller keeps no use of it */
function execute(analysis: Analysis, frame: Frame, node: Node, state: State): Outcome {
  analysis.spend();
  switch (node.kind) {
    case 'sequence': {
      const exits: Exit[] = [];
      let current: State | undefined = state;
      for (const inner of node.nodes) {
        const outcome: Outcome = execute(analysis, frame, inner, current);
        exits.push(...outcome.exits);
        current = outcome.next;
        if (current === undefined) break;
      }
      return outcomeOf(current, exits);
    }
    case 'branch': {
      const condition = temporary(frame, node.condition);
      const bound = outcomeBound(condition);
      if (bound !== undefined) return execute(analysis, frame, bound ? node.then : node.else, state);
      const [whenTrue, whenFalse] = [state, state.copy()];
      noteTest(whenTrue, condition, true);
      noteTest(whenFalse, condition, false);
      forgetEmpty(whenTrue, condition, true);
      forgetEmpty(whenFalse, condition, false);
      const pointsBefore = pointCount(state, condition);
      const decisions = decide(frame, node, condition, whenTrue, whenFalse);
      const before = analysis.isProgram;
      analysis.isProgram ||= isTestOfProgram(condition);
      const one = execute(analysis, frame, node.then, whenTrue);
      analysis.isProgram = before;
      const other = execute(analysis, frame, node.else, whenFalse);
      noteOtherwise(decisions?.no, one);
      noteOtherwise(decisions?.yes, other);
      noteLookAround(condition, one, other);
      const next = joinAll(analysis, [one.next, other.next]);
      if (next !== undefined && one.next !== undefined && other.next !== undefined) {
        if (pointCount(next, condition) === pointsBefore) noteDecision(next, one.next, other.next, condition);
      }
      return outcomeOf(next, [...one.exits, ...other.exits]);
    }
    case 'choice': {
      const outcomes = node.alternatives.map((alternative) =>
        execute(analysis, frame, alternative, state.copy()),
      );
      const all = outcomes.flatMap((outcome) => outcome.exits);
      const isOwn = (exit: Exit): boolean => exit.kind === 'break' && exit.label === undefined;
      const ends = [
        ...outcomes.map((outcome) => outcome.next),
        ...all.filter(isOwn).map((exit) => exit.state),
      ];
      return outcomeOf(
        joinAll(analysis, ends),
        all.filter((exit) => !isOwn(exit)),
      );
    }
    case 'labelled': {
      const before = state.conditions;
      return leaveLabelled(analysis, node.label, execute(analysis, frame, node.body, state), before);
    }
    case 'point':
      if (node.cause !== 'yield' || frame.generator === undefined) break;
      frame.generator.at ??= node;
      return {
        exits: [
          {
            kind: 'suspend',
            state,
            ...(node.value !== undefined && { value: temporary(frame, node.value) }),
          },
        ],
      };
    case 'loop':
      return executeLoop(analysis, frame, node, state);
    case 'try':
      return executeTry(analysis, frame, node, state);
    case 'return':
    case 'throw': {
      const given = node.value === undefined ? undefined : temporary(frame, node.value);
      // An async function waits for what it returns.
      const value = given && frame.facts.async ? performed(analysis, state, frame, given) : given;
      return { exits: [{ kind: node.kind, state, ...(value !== undefined && { value }) }] };
    }
    case 'break':
    case 'continue':
      return { exits: [{ kind: node.kind, state, ...(node.label !== undefined && { label: node.label }) }] };
    default:
  }
  return { next: operate(analysis, frame, node, state), exits: [] };
}

/** `__name__ == "__main__"`: what follows is done once, by the file that is run. */
function isTestOfProgram({ shape }: Value): boolean {
  if (shape.kind !== 'pure' || shape.name !== '==') return false;
  const [name, said] = shape.from;
  const isName = name?.kind === 'library' && name.path[0] === '__name__';
  return isName && said?.kind === 'constant' && said.value === '__main__';
}

/**
 * What leaves a block by its label goes on behind it.
 * @param before what had been decided where the block began
 */
function leaveLabelled(
  analysis: Analysis,
  label: string | undefined,
  outcome: Outcome,
  before?: Conditions,
): Outcome {
  const isOwn = (exit: Exit): boolean => exit.kind === 'break' && exit.label === label;
  const own = outcome.exits.filter(isOwn).map((exit) => exit.state);
  const others = outcome.exits.filter((exit) => !isOwn(exit));
  for (const { conditions } of own) {
    const since = before === undefined ? [] : conditions.since(before);
    for (const decision of since) noteOtherwise(decision, { ...outcome, exits: others });
  }
  return outcomeOf(joinAll(analysis, [outcome.next, ...own]), others);
}

/** Says on either way what was decided. */
function decide(
  frame: Frame,
  { range }: Node & { kind: 'branch' },
  condition: Value,
  whenTrue: State,
  whenFalse: State,
): { yes: Decision; no: Decision } | undefined {
  if (condition.origins.size === 0) return undefined;
  const branch = `${frame.id}@${String(range.start)}`;
  const yes: Decision = { condition, outcome: true, hasEffects: false };
  const no: Decision = { condition, outcome: false, hasEffects: false };
  whenTrue.conditions = whenTrue.conditions.decide(branch, yes);
  whenFalse.conditions = whenFalse.conditions.decide(branch, no);
  return { yes, no };
}

/** @param other what came of the way that was not taken */
function noteOtherwise(decision: Decision | undefined, other: Outcome): void {
  if (decision === undefined || other.next !== undefined) return;
  if (other.exits.some(({ kind }) => kind === 'throw')) decision.otherwise = 'throws';
  else if (other.exits.some(({ kind }) => kind === 'return')) decision.otherwise = 'returns';
}

/**
 * After a wait, something else that others change is looked at, and decides whether to leave (`if (mine !== generation) return`): of
 * those who have waited, that lets one go on.
 */
function noteLookAround(condition: Value, one: Outcome, other: Outcome): void {
  const [next, gone] = one.next === undefined ? [other.next, one] : [one.next, other];
  if (next === undefined || gone.next !== undefined || gone.exits.length === 0) return;
  for (const id of condition.origins.keys()) {
    const read = next.reads.get(id);
    if (read !== undefined && read.point === undefined && IN_MEMORY.has(read.cell.kind))
      next.conditions = next.conditions.forgetWaits();
  }
}

/** How many of the reads that a condition derives from have passed a point. */
function pointCount(state: State, condition: Value): number {
  let count = 0;
  for (const id of condition.origins.keys()) if (state.reads.get(id)?.point !== undefined) count++;
  return count;
}

/** A variable that the two sides of a branch leave different derives from what the branch was decided by. */
function noteDecision(next: State, one: State, other: State, condition: Value): void {
  if (condition.origins.size === 0) return;
  next.variables.changeDiffering(one.variables, other.variables, (value) => ({
    ...value,
    origins: originsOf([value, condition]),
  }));
}

/** Rounds of a loop that are looked at: the second sees what the first leaves behind. */
const ROUNDS = 2;
/** Calls deeper than this are looked at for one round: what loops inside of them carry over is their own affair. */
const LOOKED_AT_TWICE = 3;

function executeLoop(analysis: Analysis, frame: Frame, node: Node & { kind: 'loop' }, state: State): Outcome {
  const ends: (State | undefined)[] = [];
  const exits: Exit[] = [];
  let current: State | undefined = state;
  const isShort =
    callDepth(frame) > LOOKED_AT_TWICE || analysis.footprints.isIdleLoop(frame.module, frame.facts, node);
  const rounds = isShort ? 1 : ROUNDS;
  let skipsTest = node.testsLast;
  for (let round = 0; round < rounds && current !== undefined; round++) {
    let entered: State | undefined = current;
    if (!skipsTest) {
      const tested = execute(analysis, frame, node.test, current);
      exits.push(...tested.exits);
      entered = tested.next;
      if (entered !== undefined && node.condition !== undefined) {
        const condition = temporary(frame, node.condition);
        const end = entered.copy();
        noteTest(end, condition, false);
        noteTest(entered, condition, true);
        ends.push(end);
      }
    }
    skipsTest = false;
    if (entered === undefined) break;
    const outcome = execute(analysis, frame, node.body, entered);
    const own = (exit: Exit): boolean => exit.label === undefined || exit.label === node.label;
    const continued: State[] = [];
    for (const exit of outcome.exits) {
      if (exit.kind === 'break' && own(exit)) ends.push(exit.state);
      else if (exit.kind === 'continue' && own(exit)) continued.push(exit.state);
      else exits.push(exit);
    }
    current = joinAll(analysis, [outcome.next, ...continued]);
    if (current === undefined) break;
    const updated = execute(analysis, frame, node.update, current);
    exits.push(...updated.exits);
    current = updated.next;
  }
  if (current !== undefined && node.condition !== undefined) {
    const tested = execute(analysis, frame, node.test, current);
    exits.push(...tested.exits);
    if (tested.next !== undefined) {
      noteTest(tested.next, temporary(frame, node.condition), false);
      ends.push(tested.next);
    }
  }
  return outcomeOf(joinAll(analysis, ends), exits);
}

function executeTry(analysis: Analysis, frame: Frame, node: Node & { kind: 'try' }, state: State): Outcome {
  const before = node.handler === undefined ? undefined : state.copy();
  return finishTry(analysis, frame, node, before, execute(analysis, frame, node.body, state));
}

/** What handles and follows the body of a `try`. @param before what was true before it */
function finishTry(
  analysis: Analysis,
  frame: Frame,
  node: Node & { kind: 'try' },
  before: State | undefined,
  tried: Outcome,
): Outcome {
  let next = tried.next;
  let exits = [...tried.exits];
  if (node.handler !== undefined) {
    // Anything in the body may throw: before it has begun, at its end, or where it says so.
    const thrown = exits.filter((exit) => exit.kind === 'throw').map((exit) => exit.state);
    const entry = joinAll(analysis, [before, next?.copy(), ...thrown]);
    exits = exits.filter((exit) => exit.kind !== 'throw');
    if (entry !== undefined) {
      const handled = execute(analysis, frame, node.handler, entry);
      next = joinAll(analysis, [next, handled.next]);
      exits.push(...handled.exits);
    }
  }
  const { finalizer } = node;
  if (finalizer === undefined) return outcomeOf(next, exits);
  const after: Exit[] = [];
  for (const exit of exits) {
    if (exit.kind === 'suspend') {
      after.push(exit);
      continue;
    }
    const held = [...exit.state.held.values()];
    const finished = execute(analysis, frame, finalizer, exit.state);
    if (exit.kind === 'return' && finished.next !== undefined) {
      const { held: still } = finished.next;
      const ended = held.filter(({ id }) => !still.has(id));
      noteReturned(analysis, exit.value, finalizer, ended);
    }
    after.push(...finished.exits);
    if (finished.next !== undefined) after.push({ ...exit, state: finished.next });
  }
  if (next === undefined) return { exits: after };
  const finished = execute(analysis, frame, finalizer, next);
  return outcomeOf(finished.next, [...after, ...finished.exits]);
}

function set(frame: Frame, into: Temporary, value: Value): void {
  frame.temporaries.set(into, value);
}

/** What is done with each element of a collection, in the order in which that is done. */
const ITERATING: ReadonlySet<string> = new Set(['element', 'next', 'rest']);

const EMPTY_TESTS = new Set<unknown>([null, undefined, false]);

/** `!x`, and comparisons that say no more than whether `x` is there. */
function derived(analysis: Analysis, operator: string, from: readonly Value[]): Value {
  const [first, second] = from;
  const origins = originsOf(from);
  if (first !== undefined) {
    if (operator === '!') return valueOf({ kind: 'not', of: first }, origins);
    if (operator === 'is-present') return { ...first, origins };
    if (operator === 'is-undefined' && first.bound === true && first.shape.kind === 'constant')
      return { ...constant(first.shape.value === undefined), bound: true };
    const compared = outcomeOfComparison(operator, first, second);
    if (compared !== undefined) return { ...constant(compared), bound: true };
    if (second?.shape.kind === 'constant' && EMPTY_TESTS.has(second.shape.value)) {
      const not: Value = valueOf({ kind: 'not', of: first }, origins);
      if (operator === '===' || operator === '==') return not;
      if (operator === '!==' || operator === '!=') return valueOf({ kind: 'not', of: not }, origins);
    }
    if (second?.shape.kind === 'constant' && second.shape.value === true && operator === '===')
      return { ...first, origins };
  }
  // An element of a list of rows is a row.
  if (first?.shape.kind === 'record' && ITERATING.has(operator)) return first;
  if (
    first?.shape.kind === 'instance' &&
    first.shape.instance.kept?.shape.kind === 'record' &&
    ITERATING.has(operator)
  )
    return first.shape.instance.kept;
  if (operator === 'element' || operator === 'key' || operator === 'next' || operator === 'switch') {
    return unknown(analysis.freshId(), operator, origins);
  }
  return valueOf({ kind: 'pure', name: operator, from: from.map((value) => value.shape) }, origins);
}

function operate(analysis: Analysis, frame: Frame, operation: Operation, state: State): State {
  switch (operation.kind) {
    case 'constant':
      set(frame, operation.into, constant(operation.value));
      return state;
    case 'template': {
      const parts = operation.parts.map((part) => (typeof part === 'string' ? part : temporary(frame, part)));
      const shapes = parts.map((part): string | Shape => {
        if (typeof part === 'string') return part;
        return part.shape.kind === 'constant' ? String(part.shape.value) : part.shape;
      });
      const origins = originsOf(parts.filter((part) => typeof part !== 'string'));
      const shape: Shape = shapes.every((part) => typeof part === 'string')
        ? { kind: 'constant', value: shapes.join('') }
        : { kind: 'template', parts: shapes };
      set(frame, operation.into, valueOf(shape, origins));
      return state;
    }
    case 'derive': {
      // Going through a query performs it.
      const goes = ITERATING.has(operation.operator);
      const from = operation.from.map((part) => {
        const value = temporary(frame, part);
        return goes ? relatedRows(analysis, state, frame, performed(analysis, state, frame, value)) : value;
      });
      const member = lookInto(analysis, state, frame, operation, from);
      set(frame, operation.into, member ?? derived(analysis, operation.operator, from));
      return state;
    }
    case 'load-variable': {
      const place = placeIn(frame, operation.range);
      set(frame, operation.into, loadVariable(analysis, state, frame, operation.variable, place));
      return state;
    }
    case 'store-variable': {
      const before = heldIn(state);
      storeVariable(analysis, state, frame, operation.variable, kept(temporary(frame, operation.value)), {
        initial: operation.initial,
        place: placeIn(frame, operation.range),
      });
      noteOperation(analysis, frame, operation, before, state);
      return state;
    }
    case 'load-global':
      set(
        frame,
        operation.into,
        loadStarred(analysis, state, frame, operation.name, placeIn(frame, operation.range)) ??
          valueOf({ kind: 'library', module: '#global', path: [operation.name] }),
      );
      return state;
    case 'load-receiver':
      set(frame, operation.into, receiverOf(frame) ?? unknown(`${frame.id} this`, 'this'));
      return state;
    case 'load-property': {
      const object = temporary(frame, operation.object);
      const key =
        typeof operation.key === 'string'
          ? operation.key
          : keyOf(temporary(frame, operation.key.computed), operation.key.element);
      const got = callAccessor(analysis, frame, state, { object, key, range: operation.range });
      if (got !== undefined) {
        set(frame, operation.into, got.value);
        return got.state;
      }
      const place = placeIn(frame, operation.range);
      set(frame, operation.into, loadProperty(analysis, state, frame, object, key, place));
      return state;
    }
    case 'store-property': {
      const object = temporary(frame, operation.object);
      const key =
        typeof operation.key === 'string'
          ? operation.key
          : keyOf(temporary(frame, operation.key.computed), operation.key.element);
      const value =
        operation.value === undefined ? constant(undefined) : kept(temporary(frame, operation.value));
      const done = callAccessor(analysis, frame, state, {
        object,
        key,
        range: operation.range,
        assigned: value,
      });
      if (done !== undefined) return done.state;
      const before = heldIn(state);
      storeProperty(analysis, state, frame, object, key, value, placeIn(frame, operation.range));
      noteOperation(analysis, frame, operation, before, state);
      return state;
    }
    case 'make-function':
      set(frame, operation.into, valueOf({ kind: 'function', function: operation.function, frame }));
      return state;
    case 'make-class': {
      const shape = { kind: 'class', class: operation.class, frame } as const;
      set(frame, operation.into, valueOf(shape));
      return initializeStatics(analysis, frame, state, shape);
    }
    case 'make-object': {
      const spreads = operation.spreads.map((part) => temporary(frame, part));
      const object: AbstractObject = {
        ...fresh(analysis, frame, operation.range.start),
        ...(spreads.length > 0 && { spreads }),
      };
      for (const { key, value } of operation.properties) {
        if (typeof key === 'string') object.fields.set(key, kept(temporary(frame, value)));
      }
      const parts = [...operation.spreads, ...operation.properties.map(({ value }) => value)];
      const origins = originsOf(parts.map((part) => temporary(frame, part)));
      set(frame, operation.into, valueOf({ kind: 'object', object }, origins));
      return state;
    }
    case 'make-array': {
      const spreads = operation.spreads.map((part) => temporary(frame, part));
      const object: AbstractObject = {
        ...fresh(analysis, frame, operation.range.start),
        ...(spreads.length > 0 && { spreads }),
      };
      const elements = operation.elements.map((part) => kept(temporary(frame, part)));
      // Where others are spread into the array, nothing tells at which index an element is.
      const at = spreads.length > 0 ? '…' : '';
      elements.forEach((element, index) => object.fields.set(`${at}${String(index)}`, element));
      const origins = originsOf([...elements, ...spreads]);
      set(frame, operation.into, valueOf({ kind: 'object', object }, origins));
      return state;
    }
    case 'load-module':
      set(
        frame,
        operation.into,
        loadModule(analysis, state, frame, operation.module, placeIn(frame, operation.range)),
      );
      return state;
    case 'call': {
      const before = heldIn(state);
      const result = call(analysis, frame, operation, state, (index) => temporary(frame, index));
      noteOperation(analysis, frame, operation, before, result.state);
      set(frame, operation.into, result.value);
      if (result.followed === true) frame.followed.add(operation.into);
      else frame.followed.delete(operation.into);
      return result.state;
    }
    case 'point': {
      const waited = operation.value === undefined ? undefined : temporary(frame, operation.value);
      const spot = { frame, range: operation.range };
      const before = heldIn(state);
      const done = waited && performed(analysis, state, frame, waited);
      // A generator that is not async is stepped by its one consumer; nothing runs in between that did not wait for it.
      if (operation.cause === 'yield' && waited !== undefined) publish(state, waited);
      if ((operation.cause !== 'yield' || frame.facts.async) && yieldsAt(analysis, frame, operation)) {
        noteWait(state, waited);
        noteTurn(analysis, state, waited, spot);
        noteHandOver(analysis, state, waited, spot);
        state.passPoint(spot, { waitsFor: waited });
      }
      noteWaitFor(analysis, frame, operation.range, waited);
      noteOperation(analysis, frame, operation, before, state);
      set(
        frame,
        operation.into,
        done === undefined ? unknown(analysis.freshId(), NAMELESS) : settled(analysis, done),
      );
      return state;
    }
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function heldIn({ held }: State): ReadonlySet<string> {
  return held.size === 0 ? NOTHING : new Set(held.keys());
}

/** True when others can run at a point; of a coroutine that was looked at, its own points are known. */
function yieldsAt(analysis: Analysis, frame: Frame, { cause, value }: Point): boolean {
  if (analysis.traits.everyAwaitYields || cause !== 'await') return true;
  return value === undefined || !frame.followed.has(value);
}

/** What awaiting a value gives. */
function settled(analysis: Analysis, promise: Value): Value {
  const waited: Value = promise.pending === undefined ? promise : { ...promise, pending: undefined };
  if (waited.shape.kind !== 'future') return waited;
  return (
    analysis.futures.get(waited.shape.id) ?? unknown(`${waited.shape.id} settled`, NAMELESS, waited.origins)
  );
}

function fresh(analysis: Analysis, frame: Frame, offset: number): AbstractObject {
  return {
    id: `${frame.id}@${String(offset)}`,
    label: '',
    depth: analysis.depth,
    sharing: 'usual',
    fields: new Map(),
  };
}
