/** What types as written stand for. */
import type { TypeFacts } from '../model/facts.js';
import type { Analysis } from './analysis.js';
import { exportedBinding, importedBinding, type Binding } from './bindings.js';
import { frameOf, type Frame } from './frame.js';
import { libraryBaseOf } from './inheritance.js';
import type { ResolvedExport } from './models.js';
import type { ProjectClass } from './values.js';

/** @param frame one of the file that the type is written in */
function bindingOfType(analysis: Analysis, frame: Frame, type: TypeFacts): Binding | undefined {
  const { module } = frame;
  const { variable } = type;
  if (variable === undefined) return undefined;
  const imported = module.facts.variables[variable]?.import;
  let binding: Binding | undefined =
    imported === undefined
      ? { kind: 'variable', module, variable }
      : importedBinding(analysis, module, imported);
  for (const name of type.path) {
    if (binding?.kind === 'library') binding = { ...binding, path: [...binding.path, name] };
    else
      binding = binding?.kind === 'namespace' ? exportedBinding(analysis, binding.module, name) : undefined;
  }
  return binding;
}

/** The class of the project that a type names. */
export function classOfType(analysis: Analysis, frame: Frame, type: TypeFacts): ProjectClass | undefined {
  const binding = bindingOfType(analysis, frame, type);
  if (binding?.kind !== 'variable') return undefined;
  const { module, variable } = binding;
  const facts = module.facts.variables[variable];
  if (facts?.class === undefined) return undefined;
  const definition = frameOf(module === frame.module ? frame : module.frame, facts.scope) ?? module.frame;
  return { class: facts.class, frame: definition };
}

/** What the models say of the library's class, or function, that a type names. */
export function modelOfType(analysis: Analysis, frame: Frame, type: TypeFacts): ResolvedExport | undefined {
  if (type.variable === undefined) return analysis.models.find('#global', [type.name, ...type.path]);
  const binding = bindingOfType(analysis, frame, type);
  if (binding?.kind === 'library') return analysis.models.find(binding.module, binding.path);
  // A class of the project is what the library's class that it extends is, and more.
  const own = classOfType(analysis, frame, type);
  return own && libraryBaseOf(analysis, own);
}
