/** What a class itself holds: its static methods and fields. */
import type { Analysis } from './analysis.js';
import { runBody } from './execute.js';
import type { Frame } from './frame.js';
import { named } from './heap.js';
import { runModule } from './module-body.js';
import type { State } from './state.js';
import { classFacts, functionFacts, valueOf, type AbstractObject, type Shape, type Value } from './values.js';

type ClassShape = Shape & { kind: 'class' };

/** The object that a class is, made when it is first asked for. */
function objectOf(analysis: Analysis, shape: ClassShape): AbstractObject {
  const id = `class ${String(shape.class)}@${shape.frame.id}`;
  const known = analysis.statics.get(id);
  if (known !== undefined) return known;
  const facts = classFacts(shape);
  const object: AbstractObject = {
    id,
    label: facts?.name ?? '',
    depth: shape.frame.depth,
    sharing: 'usual',
    fields: new Map(),
  };
  for (const method of facts?.methods ?? []) {
    if (!method.static || method.kind !== 'method') continue;
    const receiver = valueOf(shape);
    object.fields.set(
      method.name,
      valueOf({ kind: 'function', function: method.function, frame: shape.frame, receiver }),
    );
  }
  analysis.statics.set(id, object);
  runModule(analysis, shape.frame.module);
  return object;
}

/** A class as the object that its static members are properties of; any other value as it is. */
export function asObject(analysis: Analysis, value: Value): Value {
  if (value.shape.kind !== 'class') return value;
  return { ...value, shape: { kind: 'object', object: objectOf(analysis, value.shape) } };
}

/** Runs the initializers of the static fields, in the order of the text. */
export function initializeStatics(analysis: Analysis, frame: Frame, state: State, shape: ClassShape): State {
  let current = state;
  for (const field of classFacts(shape)?.fields ?? []) {
    const { initializer } = field;
    const facts = initializer === undefined ? undefined : functionFacts({ frame, function: initializer });
    if (!field.static || facts === undefined) continue;
    const inner: Frame = {
      id: `${frame.id}>static ${String(shape.class)}.${field.name}`,
      module: frame.module,
      facts,
      outer: frame,
      awaited: true,
      depth: analysis.depth,
      receiver: valueOf(shape),
      temporaries: new Map(),
      followed: new Set(),
    };
    const made = runBody(analysis, inner, current);
    if (made === undefined) continue;
    current = made.state;
    const object = objectOf(analysis, shape);
    object.fields.set(field.name, named(made.value, `${object.label}.${field.name}`, false));
  }
  return current;
}
