/** Who calls the exported functions and methods of a file, as library models say. */
import type { Dimension } from '../model/dimensions.js';
import type { ClassFacts, FunctionFacts, MethodFacts, TypeFacts } from '../model/facts.js';
import type { DecoratorModel, EntryModel, HandlesModel } from '../model/library-model.js';
import type { Analysis } from './analysis.js';
import type { Frame } from './frame.js';
import { libraryBaseOf } from './inheritance.js';
import { modelOfType } from './types.js';

export interface EntryCaller {
  /** To stand in a message: `requests that the server handles at once`. */
  readonly text: string;
  /** Along which the calls overlap, besides what the deployment says. */
  readonly along: readonly Dimension[];
  /** Along which they normally overlap, where nothing says how they are run. */
  readonly usually?: HandlesModel['usually'];
  /** True when each call is made on an instance of its own. */
  readonly own?: boolean;
  /** True when it is called once, by a program of its own. */
  readonly once?: boolean;
}

function decoratorModels(
  analysis: Analysis,
  frame: Frame,
  decorators: readonly TypeFacts[],
): readonly DecoratorModel[] {
  return decorators.flatMap((type) => {
    const found = modelOfType(analysis, frame, type)?.export;
    return found !== undefined && 'decorator' in found ? [found.decorator] : [];
  });
}

/** A framework calls the method, as its decorators, or those of its class, say. */
export function callerOfMethod(
  analysis: Analysis,
  frame: Frame,
  owner: ClassFacts,
  method: MethodFacts,
): EntryCaller | undefined {
  const own = decoratorModels(analysis, frame, method.decorators ?? []);
  const ofClass = decoratorModels(analysis, frame, owner.decorators).flatMap(
    ({ methods }) => methods?.[method.name] ?? [],
  );
  for (const { calls, serial } of [...own, ...ofClass])
    if (calls !== undefined) return { text: calls, along: serial === true ? [] : ['tasks'] };
  return callerOfInherited(analysis, frame, owner, method);
}

/** A framework calls the method, as the class of its own says that the method's class extends. */
function callerOfInherited(
  analysis: Analysis,
  { module }: Frame,
  owner: ClassFacts,
  { name, function: index }: MethodFacts,
): EntryCaller | undefined {
  const base = libraryBaseOf(analysis, { class: module.facts.classes.indexOf(owner), frame: module.frame });
  if (base === undefined || !('class' in base.export)) return undefined;
  const handles = base.model.classes?.[base.export.class]?.handles;
  if (handles === undefined || !(handles.methods.includes('*') || handles.methods.includes(name)))
    return undefined;
  const { text, along, usually, own = false, once = false } = handles;
  return {
    text,
    along: along[module.facts.functions[index]?.async === true ? 'async' : 'sync'],
    own,
    once,
    ...(usually !== undefined && { usually }),
  };
}

/** A framework finds the function by the name of its file, and its own. */
export function callerOfExport(analysis: Analysis, { name }: FunctionFacts): EntryCaller | undefined {
  const { file, imports, directives = [] } = analysis.root.facts;
  const path = file.replaceAll('\\', '/');
  const exported = name.split('.').at(-1) ?? name;
  const isMeant = (entry: EntryModel, modules: readonly string[]): boolean =>
    new RegExp(entry.files).test(path) &&
    (entry.exports === undefined || entry.exports.includes(exported)) &&
    (entry.directive === undefined || directives.includes(entry.directive)) &&
    (entry.imports !== true || imports.some(({ module }) => modules.includes(module)));
  for (const { entries, modules } of analysis.models.withEntries) {
    const entry = entries?.find((candidate) => isMeant(candidate, modules));
    if (entry !== undefined) return { text: entry.text, along: entry.overlaps ?? ['tasks'] };
  }
  return undefined;
}
