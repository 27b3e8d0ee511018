/** What others get hold of: values that are handed to code elsewhere, or kept where other executions find them. */
import type { Frame } from './frame.js';
import type { State } from './state.js';
import { functionFacts, type AbstractObject, type Shape, type Value } from './values.js';

/** Code elsewhere gets hold of a value: if it settles a promise, directly or when called, others can settle it now. */
export function leave(state: State, value: Value): void {
  const { shape } = value;
  if (shape.kind === 'resolver') shape.escaped.resolver = true;
  if (shape.kind === 'object')
    for (const field of shape.object.fields.values()) if (field !== value) leaveShallow(field);
  if (shape.kind !== 'function') return;
  for (let frame: Frame | undefined = shape.frame; frame !== undefined; frame = frame.outer) {
    for (const { variable } of frame.facts.parameters) {
      const closed = state.variables.get(frame, variable);
      if (closed !== undefined) leaveShallow(closed);
    }
  }
}

function leaveShallow(value: Value): void {
  if (value.shape.kind === 'resolver') value.shape.escaped.resolver = true;
}

/** Executions other than this one may use a value from now on, and what is reached through it. */
export function publish(state: State, value: Value): void {
  const { shape } = value;
  for (const id of value.origins.keys()) {
    const read = state.reads.get(id);
    if (read === undefined || read.presence === true) continue;
    state.conditions.used.add(read.cell.key);
    state.conditions.used.add(id);
  }
  switch (shape.kind) {
    case 'instance':
      shape.instance.published = true;
      break;
    case 'object':
      publishObject(state, shape.object);
      break;
    case 'function':
      publishClosure(state, shape);
      break;
    default:
  }
}

function publishObject(state: State, object: AbstractObject): void {
  if (object.published === true) return;
  object.published = true;
  for (const field of object.fields.values()) publish(state, field);
}

/** Whoever can call a function can use the variables and the `this` that it closes over. */
function publishClosure(state: State, shape: Shape & { kind: 'function' }): void {
  if (shape.receiver !== undefined) publish(state, shape.receiver);
  let closes = functionFacts(shape)?.inheritsReceiver === true;
  for (let frame: Frame = shape.frame; frame.outer !== undefined; frame = frame.outer) {
    if (closes && frame.receiver !== undefined) publish(state, frame.receiver);
    closes &&= frame.facts.inheritsReceiver;
    for (const variable of frame.module.capturedOf(frame.facts)) {
      const held = state.variables.get(frame, variable);
      if (held !== undefined && (held.shape.kind === 'object' || held.shape.kind === 'instance'))
        publish(state, held);
    }
  }
}
