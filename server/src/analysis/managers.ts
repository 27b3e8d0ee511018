/**
 * Context managers that are written as generators (Python's `@contextmanager`): entering one runs the generator up to its
 * `yield`, leaving it runs the rest.
 */
import { enterFunction, type CallSite, type Named, type Result } from './calls.js';
import { resume, runToYield } from './execute.js';
import type { Frame } from './frame.js';
import type { State } from './state.js';
import { constant, unknown, valueOf, type Shape, type Value, NAMELESS } from './values.js';

type FunctionShape = Shape & { kind: 'function' };

/** One context manager: a call of the generator function, which does not run before it is entered. */
export interface Manager {
  readonly callee: FunctionShape;
  readonly arguments: readonly Value[];
  readonly named: Named;
  /** The call's frame, once it was entered. */
  frame?: Frame;
}

const ENTER = new Set(['__enter__', '__aenter__']);
const EXIT = new Set(['__exit__', '__aexit__']);

export function makeManager(callee: FunctionShape, args: readonly Value[], named: Named): Value {
  return valueOf({ kind: 'manager', manager: { callee, arguments: args, named } });
}

/** @returns undefined for methods that are not those of a context manager */
export function callManager(
  site: CallSite,
  state: State,
  manager: Manager,
  name: string,
): Result | undefined {
  if (ENTER.has(name)) return enter(site, state, manager);
  return EXIT.has(name) ? exit(site, state, manager) : undefined;
}

function enter(site: CallSite, state: State, manager: Manager): Result {
  const { analysis } = site;
  const frame = enterFunction(site, state, manager.callee, manager.arguments, manager.named, {
    generator: {},
  });
  const reached = frame && runToYield(analysis, frame, state);
  if (frame === undefined || reached === undefined)
    return { state, value: unknown(analysis.freshId(), NAMELESS) };
  manager.frame = frame;
  return { ...reached, followed: true };
}

function exit({ analysis }: CallSite, state: State, { frame }: Manager): Result {
  if (frame === undefined) return { state, value: constant(undefined) };
  return { state: resume(analysis, frame, state) ?? state, value: constant(undefined), followed: true };
}
