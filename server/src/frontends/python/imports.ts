import type { BodyLowering } from './body.js';
import { importedNames, moduleName } from './bindings.js';
import { childOf, childrenOf, type SyntaxNode } from '../../syntax/python/tree.js';

/** Notes what is imported; a name that is bound in other ways, too, is assigned what the import gives. */
export function lowerImport(body: BodyLowering, statement: SyntaxNode): void {
  const textOf = (node: SyntaxNode): string => body.text(node);
  const range = body.range(statement);
  const from = childOf(statement, 'module_name');
  const modules =
    from === undefined ? childrenOf(statement, 'name').map((item) => childOf(item, 'name') ?? item) : [from];
  for (const module of modules) body.module.imports.push({ module: moduleName(module, textOf), range });
  for (const binding of importedNames(statement, textOf).names) {
    const name = body.scope.resolve(body.text(binding.node));
    const imported = binding.import;
    if (imported === undefined) continue;
    const isImport = name?.kind === 'variable' && body.module.variables[name.variable]?.kind === 'import';
    if (isImport) continue;
    const { module, name: exported } = imported;
    const namespace = body.value((into) => ({ kind: 'load-module', into, module, range }));
    const value =
      exported === '*'
        ? namespace
        : body.value((into) => ({ kind: 'load-property', into, object: namespace, key: exported, range }));
    body.storeName(binding.node, value);
  }
}
