/** What objects and classes of the project have of the library's class that theirs extends. */
import type { Analysis } from './analysis.js';
import { superclassOf } from './heap.js';
import { makeInstance } from './instances.js';
import type { ResolvedExport } from './models.js';
import { modelOfType } from './types.js';
import { classFacts, valueOf, type ProjectClass, type Value } from './values.js';

/** The library's class at the end of a chain of superclasses. */
export function libraryBaseOf(analysis: Analysis, owner: ProjectClass): ResolvedExport | undefined {
  let top = owner;
  // Deeper chains than this are loops, in code that is being written.
  for (let depth = 0; depth < 10; depth++) {
    const next = superclassOf(analysis, top);
    if (next === undefined) {
      const type = classFacts(top)?.superclass;
      return type && modelOfType(analysis, top.frame, type);
    }
    top = next;
  }
  return undefined;
}

/** An object or class of the project as an instance of the library's class, if it is one. */
export function asLibraryInstance(analysis: Analysis, { shape, origins }: Value): Value | undefined {
  if (shape.kind === 'class') {
    const base = libraryBaseOf(analysis, shape);
    if (base === undefined || !('class' in base.export) || base.export.static === undefined) return undefined;
    const label = classFacts(shape)?.name ?? '';
    const instance = makeInstance(analysis, {
      model: base.model,
      className: base.export.static,
      id: `class ${String(shape.class)}@${shape.frame.id}`,
      label,
      labelled: true,
      depth: 0,
    });
    return instance && valueOf({ kind: 'instance', instance }, origins);
  }
  if (shape.kind !== 'object' || shape.object.class === undefined) return undefined;
  const base = libraryBaseOf(analysis, shape.object.class);
  if (base === undefined || !('class' in base.export)) return undefined;
  const instance = makeInstance(analysis, {
    model: base.model,
    className: base.export.class,
    id: `inherited ${shape.object.id}`,
    label: shape.object.label,
    labelled: true,
    depth: shape.object.depth,
  });
  return instance && valueOf({ kind: 'instance', instance }, origins);
}
