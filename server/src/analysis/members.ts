/** What a class gives to its instances: methods as their decorators left them, and attributes of the class itself. */
import type { Analysis } from './analysis.js';
import { basesOf, methodOf } from './heap.js';
import { asObject } from './statics.js';
import { functionFacts, valueOf, type ProjectClass, type Value } from './values.js';

/** What the class itself holds under a name, or a class that it extends. */
function held(analysis: Analysis, owner: ProjectClass, name: string): Value | undefined {
  const { shape } = asObject(analysis, valueOf({ kind: 'class', ...owner }));
  const found = shape.kind === 'object' ? shape.object.fields.get(name) : undefined;
  if (found !== undefined) return found;
  for (const base of basesOf(analysis, owner)) {
    const inherited = held(analysis, base, name);
    if (inherited !== undefined) return inherited;
  }
  return undefined;
}

/** A function that was found on a class, as a method of the object that it was asked for. */
function bound(value: Value, object: Value): Value {
  const { shape } = value;
  if (shape.kind !== 'function' || shape.receiver !== undefined) return value;
  const receives = functionFacts(shape)?.receiverFirst === true;
  return { ...value, shape: { ...shape, ...(receives ? { receiver: object } : { first: object }) } };
}

/** The member of its class that an object has under a name, unless a field of its own stands before it. */
export function classMember(
  analysis: Analysis,
  owner: ProjectClass,
  name: string,
  object: Value,
): Value | undefined {
  const found = methodOf(analysis, owner, name);
  if (found?.method.kind === 'method') {
    const { method, owner: definition } = found;
    const callee = { kind: 'function', function: method.function, frame: definition.frame } as const;
    if (functionFacts(callee)?.decorated !== true) return valueOf({ ...callee, receiver: object });
    const decorated = held(analysis, definition, name);
    return decorated === undefined ? undefined : bound(decorated, object);
  }
  const value = held(analysis, owner, name);
  return value && bound(value, object);
}

/** The method of a class's instances that is asked of the class itself: it is called with its receiver as first argument. */
export function unboundMethod(analysis: Analysis, owner: ProjectClass, name: string): Value | undefined {
  const found = methodOf(analysis, owner, name);
  if (found?.method.kind !== 'method') return held(analysis, owner, name);
  return valueOf({ kind: 'function', function: found.method.function, frame: found.owner.frame });
}
