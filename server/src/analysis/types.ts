/** What types as written stand for. */
import type { TypeFacts } from '../model/facts.js';
import type { Analysis } from './analysis.js';
import { exportedBinding, importedBinding, starredBinding, type Binding } from './bindings.js';
import { frameOf, type Frame } from './frame.js';
import { asLibraryInstance, libraryBaseOf } from './inheritance.js';
import type { ResolvedExport } from './models.js';
import { runModule } from './module-body.js';
import type { ProjectClass, Value } from './values.js';

/** @param frame one of the file that the type is written in */
function bindingOfType(analysis: Analysis, frame: Frame, type: TypeFacts): Binding | undefined {
  const { module } = frame;
  const { variable } = type;
  if (variable === undefined)
    return type.path.length === 0 ? starredBinding(analysis, module, type.name) : undefined;
  const imported = module.facts.variables[variable]?.import;
  let binding: Binding | undefined =
    imported === undefined
      ? { kind: 'variable', module, variable }
      : importedBinding(analysis, module, imported);
  for (const name of type.path) {
    if (binding?.kind === 'library') binding = { ...binding, path: [...binding.path, name] };
    else if (binding?.kind === 'namespace') binding = exportedBinding(analysis, binding.module, name);
    else binding = binding && exportOfInstance(analysis, binding, name);
  }
  return binding?.kind === 'variable' ? (exportInVariable(analysis, binding) ?? binding) : binding;
}

function settledValue(
  analysis: Analysis,
  { module, variable }: Binding & { kind: 'variable' },
): Value | undefined {
  if (module.facts.variables[variable]?.class !== undefined) return undefined;
  runModule(analysis, module);
  return analysis.settled.get(module.frame)?.get(variable);
}

/** What a variable holds that a library's function has made: `Base = declarative_base()`. */
function exportInVariable(analysis: Analysis, binding: Binding & { kind: 'variable' }): Binding | undefined {
  const shape = settledValue(analysis, binding)?.shape;
  return shape?.kind === 'library' ? shape : undefined;
}

/** A class that an instance has as a property: `db.Model`. */
function exportOfInstance(analysis: Analysis, binding: Binding, name: string): Binding | undefined {
  const value = binding.kind === 'variable' ? settledValue(analysis, binding) : undefined;
  const shape = value === undefined ? undefined : (asLibraryInstance(analysis, value) ?? value).shape;
  if (shape?.kind !== 'instance') return undefined;
  const { class: facts, model } = shape.instance;
  const exported = facts.exports?.[name];
  const [module = ''] = model.modules;
  return exported === undefined ? undefined : { kind: 'library', module, path: [exported] };
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
  const ofLanguage =
    type.variable === undefined ? analysis.models.find('#global', [type.name, ...type.path]) : undefined;
  if (ofLanguage !== undefined) return ofLanguage;
  const binding = bindingOfType(analysis, frame, type);
  if (binding?.kind === 'library') return analysis.models.find(binding.module, binding.path);
  // A class of the project is what the library's class that it extends is, and more.
  const own = classOfType(analysis, frame, type);
  return own && libraryBaseOf(analysis, own);
}
