/** Open files, and what they are open on. */
import type { Shape, Value } from './values.js';

type OpenFile = Shape & { kind: 'open-file' };

/** The open file that a value is: a descriptor, or an object of a library around one. */
export function openFileOf({ shape }: Value): OpenFile | undefined {
  if (shape.kind === 'open-file') return shape;
  if (shape.kind !== 'instance' || shape.instance.made === undefined) return undefined;
  const { class: facts, id, depth, made, name, label, labelled } = shape.instance;
  const isOpen = facts.openFile === true || Object.values(facts.properties ?? {}).includes('descriptor');
  if (!isOpen) return undefined;
  return {
    kind: 'open-file',
    id,
    depth,
    place: made,
    ...(name !== undefined && { path: name }),
    ...(labelled && { label }),
  };
}

/** A value as the descriptor of the open file that it is. */
export function asDescriptor(value: Value): Value {
  const shape = openFileOf(value);
  return shape === undefined ? value : { ...value, shape };
}

/** The name of the file that a value names: its path, or that of the object that a path or an open file is. */
export function fileNameOf(shape: Shape): Shape {
  if (shape.kind === 'open-file' && shape.path !== undefined) return fileNameOf(shape.path);
  if (shape.kind !== 'instance' || shape.instance.name === undefined) return shape;
  const { class: facts, name } = shape.instance;
  return facts.openFile === true || facts.value === true ? fileNameOf(name) : shape;
}
