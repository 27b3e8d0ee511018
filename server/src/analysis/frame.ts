import type { FunctionFacts, Point, Temporary, VariableIndex } from '../model/facts.js';
import type { Place, TextRange } from '../model/source.js';
import type { Module } from './modules.js';
import type { ProjectClass, Value } from './values.js';

/** One call of a function. */
export interface Frame {
  readonly id: string;
  /** The file that the function stands in. */
  readonly module: Module;
  readonly facts: FunctionFacts;
  /** The frame that the function closes over; absent for the module's own. */
  readonly outer?: Frame;
  /** Where the call stands; absent for the roots of the analysis. */
  readonly caller?: { readonly frame: Frame; readonly range: TextRange };
  /** True when the call's result is waited for before the caller goes on. */
  readonly awaited: boolean;
  readonly receiver?: Value;
  /** How many overlap contexts were entered when the call was made. */
  readonly depth: number;
  readonly temporaries: Map<Temporary, Value>;
  /** Of a generator that runs up to its `yield`: where that is. */
  readonly generator?: { at?: Point };
  /** Results of calls whose code was looked at: what in them waits is known. */
  readonly followed: Set<Temporary>;
}

/** The place of a stretch of the text that a frame's function stands in. */
export function placeIn(frame: Frame, range: TextRange): Place {
  return frame.module.place(range);
}

/** The frame that declares a variable, seen from a frame that uses it. */
export function frameOf(frame: Frame, scope: number): Frame | undefined {
  const { functions } = frame.module.facts;
  for (let current: Frame | undefined = frame; current !== undefined; current = current.outer) {
    if (current.facts === functions[scope]) return current;
  }
  return undefined;
}

export function variableKey(frame: Frame, variable: VariableIndex): string {
  return `${frame.id}/${String(variable)}`;
}

/** The frame whose receiver a function's code speaks of: that of the method around it, if the function has none of its own. */
function methodFrame(frame: Frame): Frame | undefined {
  let current: Frame | undefined = frame;
  while (current?.facts.inheritsReceiver === true) current = current.outer;
  return current;
}

export function receiverOf(frame: Frame): Value | undefined {
  return methodFrame(frame)?.receiver;
}

/** The class whose method a frame runs, or runs in. */
export function classOfMethod(frame: Frame): ProjectClass | undefined {
  const method = methodFrame(frame);
  const index = method?.facts.class;
  return index === undefined || method?.outer === undefined
    ? undefined
    : { class: index, frame: method.outer };
}

/** How many calls deep a frame is. */
export function callDepth(frame: Frame): number {
  let depth = 0;
  for (let current = frame.caller; current !== undefined; current = current.frame.caller) depth++;
  return depth;
}

/** True when the function is already being called further out. */
export function isRecursive(frame: Frame, facts: FunctionFacts): boolean {
  for (let current: Frame | undefined = frame; current !== undefined; current = current.caller?.frame) {
    if (current.facts === facts) return true;
  }
  return false;
}
