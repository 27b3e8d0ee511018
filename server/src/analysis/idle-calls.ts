/** Calls that are not followed, since nothing that matters can happen in them. */
import type { Analysis } from './analysis.js';
import { inputsOf, isAwaited, type CallSite, type Result } from './calls.js';
import type { Use } from './footprints.js';
import type { State } from './state.js';
import { classOfType, modelOfType } from './types.js';
import { functionFacts, originsOf, unknown, type ProjectFunction, type Shape, type Value } from './values.js';

/** Functions up to this size are followed all the same, for the value that they return. */
const SMALL = 60;

/** What a call comes to that need not be followed; undefined if it must be. */
export function idleCall(
  site: CallSite,
  state: State,
  callee: Shape & { kind: 'function' },
  receiver: Value | undefined,
): Result | undefined {
  const { analysis, frame, operation } = site;
  const { footprints } = analysis;
  const {
    touches,
    size,
    waits,
    outside,
    given,
    receiver: own,
  } = footprints.of(callee.frame.module, callee.function);
  if (touches || size <= SMALL || footprints.readsCells(outside)) return undefined;
  if (!inputsOf(site).every((input) => isUntouched(analysis, input, given))) return undefined;
  if (receiver !== undefined && !isUntouched(analysis, receiver, own)) return undefined;
  const inputs = receiver === undefined ? inputsOf(site) : [receiver, ...inputsOf(site)];
  if (waits && isAwaited(site)) state.passPoint({ frame, range: operation.range });
  const id = `${frame.id}@${String(operation.range.start)}`;
  return {
    state,
    value: unknown(id, operation.text, originsOf(inputs)),
    followed: callee.frame.module.facts.functions[callee.function]?.async === true,
  };
}

/** True for a function that does nothing that matters, given no more than its parameters' types tell. */
export function isIdle(analysis: Analysis, fn: ProjectFunction, hasReceiver: boolean): boolean {
  const { footprints } = analysis;
  const { touches, receiver, given, outside } = footprints.of(fn.frame.module, fn.function);
  if (touches || footprints.readsCells(outside)) return false;
  const reaches = (use: Use): boolean => use.changes || use.calls || footprints.readsCells(use);
  return !(hasReceiver && reaches(receiver)) && !(reaches(given) && takesInstances(analysis, fn));
}

/** True when nothing of a value is touched that matters. */
function isUntouched(analysis: Analysis, value: Value, use: Use): boolean {
  switch (value.shape.kind) {
    case 'function':
    case 'resolver':
    case 'grant':
      return false;
    default:
  }
  if (isPlain(analysis, value)) return true;
  if (use.changes || analysis.footprints.readsCells(use)) return false;
  // Of what a cell holds, no method is known to do anything.
  return !use.calls || value.shape.kind === 'contents';
}

/** True when a parameter is declared to be an instance of a class. */
function takesInstances(analysis: Analysis, fn: ProjectFunction): boolean {
  const { variables } = fn.frame.module.facts;
  return (functionFacts(fn)?.parameters ?? []).some(({ variable }) => {
    const type = variables[variable]?.type;
    return (
      type !== undefined &&
      (classOfType(analysis, fn.frame, type) !== undefined ||
        modelOfType(analysis, fn.frame, type) !== undefined)
    );
  });
}

/** True for what no other execution has, and what does nothing when it is called. */
function isPlain(analysis: Analysis, { shape }: Value): boolean {
  switch (shape.kind) {
    case 'unknown':
    case 'constant':
    case 'template':
    case 'pure':
      return true;
    case 'object':
      return (
        shape.object.class === undefined &&
        shape.object.depth >= analysis.depth &&
        [...shape.object.fields.values()].every(
          (field) => field.shape.kind === 'object' || isPlain(analysis, field),
        )
      );
    default:
      return false;
  }
}
