/** Who calls the exported functions and methods of a file, as library models say. */
import type { Dimension } from '../model/dimensions.js';
import type { ClassFacts, FunctionFacts, MethodFacts, TypeFacts } from '../model/facts.js';
import type { DecoratorModel, EntryModel } from '../model/library-model.js';
import type { Analysis } from './analysis.js';
import type { Frame } from './frame.js';
import { modelOfType } from './types.js';

export interface EntryCaller {
  /** To stand in a message: `requests that the server handles at once`. */
  readonly text: string;
  /** Along which the calls overlap, besides what the deployment says. */
  readonly along: readonly Dimension[];
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
  return undefined;
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
