/** What a class of the project has from a class of a library. */
import type { CallModel, LibraryModel } from '../model/library-model.js';
import type { Analysis } from './analysis.js';
import { superclassOf } from './heap.js';
import { modelOfType } from './types.js';
import { classFacts, type ProjectClass } from './values.js';

/** The method of a library's class that a class of the project extends, directly or not. */
export function libraryMethod(
  analysis: Analysis,
  owner: ProjectClass,
  name: string,
): { readonly call: CallModel; readonly model: LibraryModel } | undefined {
  const superclass = superclassOf(analysis, owner);
  if (superclass !== undefined) return libraryMethod(analysis, superclass, name);
  const type = classFacts(owner)?.superclass;
  const resolved = type && modelOfType(analysis, owner.frame, type);
  if (resolved === undefined || !('class' in resolved.export)) return undefined;
  const { model } = resolved;
  const { methods } = model.classes?.[resolved.export.class] ?? {};
  const call = methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
  return call === undefined ? undefined : { call, model };
}
