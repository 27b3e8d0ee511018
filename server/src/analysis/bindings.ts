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

/** Names on the way to what a name stands for: modules may hand on each other's names in a circle. */
type Trail = ReadonlySet<string>;

/**
 * @param from the file that imports
 * @param name `default`, `*`, or the exported name
 */
export function importedBinding(
  analysis: Analysis,
  from: Module,
  { module: specifier, name }: NonNullable<VariableFacts['import']>,
  trail: Trail = new Set(),
): Binding {
  const library: Binding = { kind: 'library', module: specifier, path: [name] };
  const step = `${from.facts.file} ${specifier} ${name}`;
  if (trail.has(step)) return library;
  const module = analysis.imported(from, specifier);
  if (name === '*') return module === undefined ? library : namespaceOf(module);
  // A package that imports a part of itself has nothing else of that name yet.
  const exported =
    module === undefined || module === from
      ? undefined
      : exportedBinding(analysis, module, name, new Set(), new Set([...trail, step]));
  return exported ?? submodule(analysis, from, specifier, name) ?? library;
}

/** The module that is a part of another, where modules are named by dots (`from package import part`). */
function submodule(analysis: Analysis, from: Module, specifier: string, name: string): Binding | undefined {
  if (!analysis.traits.dottedModules) return undefined;
  const module = analysis.imported(from, specifier.endsWith('.') ? specifier + name : `${specifier}.${name}`);
  return module && namespaceOf(module);
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
  trail: Trail = new Set(),
): Binding | undefined {
  const { facts } = module;
  const exported = module.exports.get(name);
  if (exported?.kind === 'from')
    return importedBinding(analysis, module, { module: exported.module, name: exported.imported }, trail);
  if (exported?.kind === 'variable') {
    const imported = facts.variables[exported.variable]?.import;
    if (imported !== undefined) return importedBinding(analysis, module, imported, trail);
    return { kind: 'variable', module, variable: exported.variable };
  }
  const { commonExports } = facts;
  if (commonExports !== undefined) {
    return name === 'default'
      ? { kind: 'variable', module, variable: commonExports }
      : { kind: 'property', module, exports: commonExports, name };
  }
  if (name === 'default') return undefined;
  return (
    findInAll(analysis, module, name, new Set([...seen, module]), trail) ??
    submodule(analysis, module, '.', name)
  );
}

/** What a name that a file binds nowhere stands for, where it imports all names of other modules. */
export function starredBinding(analysis: Analysis, module: Module, name: string): Binding | undefined {
  const isStarred = analysis.traits.dottedModules && module.facts.exports.some(({ kind }) => kind === 'all');
  if (!isStarred || analysis.models.find('#global', [name]) !== undefined) return undefined;
  return findInAll(analysis, module, name, new Set([module]), new Set());
}

/** @param seen modules on the way here, which may hand on each other's names */
function findInAll(
  analysis: Analysis,
  module: Module,
  name: string,
  seen: ReadonlySet<Module>,
  trail: Trail,
): Binding | undefined {
  const unseen: string[] = [];
  for (const exported of module.facts.exports) {
    if (exported.kind !== 'all') continue;
    const target = analysis.imported(module, exported.module);
    if (target === undefined) unseen.push(exported.module);
    if (target === undefined || seen.has(target)) continue;
    const found = exportedBinding(analysis, target, name, seen, trail);
    if (found !== undefined) return found;
  }
  const [library] = unseen;
  return unseen.length === 1 && library !== undefined
    ? { kind: 'library', module: library, path: [name] }
    : undefined;
}
