/** What a name that one file imports of another stands for, through all that hand it on. */
import type { VariableIndex, VariableFacts } from '../model/facts.js';
import type { Analysis } from './analysis.js';
import type { Module } from './modules.js';

export type Binding =
  | { readonly kind: 'variable'; readonly module: Module; readonly variable: VariableIndex }
  /** A property of what `require` returns. */
  | {
      readonly kind: 'property';
      readonly module: Module;
      readonly exports: VariableIndex;
      readonly name: string;
    }
  | { readonly kind: 'namespace'; readonly module: Module }
  /** Of a library, or of a file that is not to be found. */
  | { readonly kind: 'library'; readonly module: string; readonly path: readonly string[] };

/**
 * @param from the file that imports
 * @param name `default`, `*`, or the exported name
 */
export function importedBinding(
  analysis: Analysis,
  from: Module,
  { module: specifier, name }: NonNullable<VariableFacts['import']>,
): Binding {
  const module = analysis.imported(from, specifier);
  const found =
    module === undefined
      ? undefined
      : name === '*'
        ? namespaceOf(module)
        : exportedBinding(analysis, module, name);
  return found ?? { kind: 'library', module: specifier, path: [name] };
}

/** What a module's namespace is: for CommonJS, whatever it exports. */
export function namespaceOf(module: Module): Binding {
  const { commonExports } = module.facts;
  return commonExports === undefined
    ? { kind: 'namespace', module }
    : { kind: 'variable', module, variable: commonExports };
}

/** What a module exports under a name. */
export function exportedBinding(
  analysis: Analysis,
  module: Module,
  name: string,
  seen: ReadonlySet<Module> = new Set(),
): Binding | undefined {
  const { facts } = module;
  const exported = module.exports.get(name);
  if (exported?.kind === 'from')
    return importedBinding(analysis, module, { module: exported.module, name: exported.imported });
  if (exported?.kind === 'variable') {
    const imported = facts.variables[exported.variable]?.import;
    if (imported !== undefined) return importedBinding(analysis, module, imported);
    return { kind: 'variable', module, variable: exported.variable };
  }
  const { commonExports } = facts;
  if (commonExports !== undefined) {
    return name === 'default'
      ? { kind: 'variable', module, variable: commonExports }
      : { kind: 'property', module, exports: commonExports, name };
  }
  return name === 'default' ? undefined : findInAll(analysis, module, name, new Set([...seen, module]));
}

/** @param seen modules on the way here, which may hand on each other's names */
function findInAll(
  analysis: Analysis,
  module: Module,
  name: string,
  seen: ReadonlySet<Module>,
): Binding | undefined {
  const unseen: string[] = [];
  for (const exported of module.facts.exports) {
    if (exported.kind !== 'all') continue;
    const target = analysis.imported(module, exported.module);
    if (target === undefined) unseen.push(exported.module);
    if (target === undefined || seen.has(target)) continue;
    const found = exportedBinding(analysis, target, name, seen);
    if (found !== undefined) return found;
  }
  const [library] = unseen;
  return unseen.length === 1 && library !== undefined
    ? { kind: 'library', module: library, path: [name] }
    : undefined;
}
