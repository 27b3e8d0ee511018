/** What objects and classes of the project have of the library's class that theirs extends. */
import type { LibraryModel } from '../model/library-model.js';
import type { Analysis } from './analysis.js';
import { makeInstance } from './instances.js';
import type { ResolvedExport } from './models.js';
import { classOfType, modelOfType } from './types.js';
import { classFacts, isSameClass, valueOf, type ProjectClass, type Value } from './values.js';

/** Longer chains of superclasses than this are loops, in code that is being written. */
const LONGEST = 10;

/** The library's class at the end of a chain of superclasses. */
export function libraryBaseOf(
  analysis: Analysis,
  owner: ProjectClass,
  depth = 0,
): ResolvedExport | undefined {
  if (depth > LONGEST) return undefined;
  const { superclass, mixins = [] } = classFacts(owner) ?? {};
  for (const type of superclass === undefined ? mixins : [superclass, ...mixins]) {
    const own = classOfType(analysis, owner.frame, type);
    if (isSameClass(own, owner)) continue;
    const found =
      own === undefined ? modelOfType(analysis, owner.frame, type) : libraryBaseOf(analysis, own, depth + 1);
    if (found !== undefined) return found;
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
      table: shape,
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

/** The library whose tables a class of the project is one of, with the class of its records. */
export function tableModelOf(
  analysis: Analysis,
  owner: ProjectClass,
): { readonly model: LibraryModel; readonly record: string } | undefined {
  const base = libraryBaseOf(analysis, owner);
  if (base === undefined || !('class' in base.export)) return undefined;
  const { class: record } = base.export;
  return base.model.classes?.[record]?.rows === true ? { model: base.model, record } : undefined;
}
