/** Which names a scope binds: in Python a name belongs to the function whose body assigns it anywhere. */
import { childOf, childrenOf, namedChildren, visitTree, type SyntaxNode } from '../../syntax/python/tree.js';

export type BindingKind = 'variable' | 'import' | 'function' | 'class' | 'blank';

/** One place that binds a name. */
export interface Binding {
  readonly kind: BindingKind;
  /** The identifier. */
  readonly node: SyntaxNode;
  /** For imports: what it is bound to, as in {@link ../../model/facts.js!VariableFacts.import}. */
  readonly import?: { readonly module: string; readonly name: string };
  /** The annotation, where there is one. */
  readonly annotation?: SyntaxNode;
}

export interface Bindings {
  readonly names: ReadonlyMap<string, readonly Binding[]>;
  /** Names that `global` gives to the module, and those that `nonlocal` gives to a function further out. */
  readonly global: ReadonlySet<string>;
  readonly nonlocal: ReadonlySet<string>;
  /** Modules whose names are all imported (`from m import *`). */
  readonly stars: readonly string[];
}

/** Values that a name is given only to say that it has none yet. */
const BLANK = new Set(['none', 'false', 'true']);
const COMPREHENSIONS = new Set([
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

/** The text of a node, by its source. */
type TextOf = (node: SyntaxNode) => string;

/** The name of a module in an import, as written: `a.b`, `.c`, `..`. */
export function moduleName(node: SyntaxNode, textOf: TextOf): string {
  return textOf(node).replace(/\s+/g, '');
}

/** The names that an import statement binds, and what to. */
export function importedNames(
  statement: SyntaxNode,
  textOf: TextOf,
): { readonly names: readonly Binding[]; readonly star?: string } {
  const names: Binding[] = [];
  const bind = (node: SyntaxNode, module: string, name: string): void => {
    names.push({ kind: 'import', node, import: { module, name } });
  };
  if (statement.type === 'import_statement') {
    for (const item of childrenOf(statement, 'name')) {
      if (item.type === 'aliased_import') {
        const [name, alias] = [childOf(item, 'name'), childOf(item, 'alias')];
        if (name !== undefined && alias !== undefined) bind(alias, moduleName(name, textOf), '*');
      } else {
        // `import a.b` binds `a`.
        const first = namedChildren(item)[0] ?? item;
        bind(first, textOf(first), '*');
      }
    }
    return { names };
  }
  if (statement.type === 'future_import_statement') return { names };
  const from = childOf(statement, 'module_name');
  if (from === undefined) return { names };
  const module = moduleName(from, textOf);
  for (const item of childrenOf(statement, 'name')) {
    const name = item.type === 'aliased_import' ? childOf(item, 'name') : item;
    const bound = item.type === 'aliased_import' ? childOf(item, 'alias') : item;
    if (name !== undefined && bound !== undefined) bind(bound, module, textOf(name));
  }
  const star = statement.children.some((child) => child.type === 'wildcard_import');
  return star ? { names, star: module } : { names };
}

/** The names that an assignment's target binds. */
export function targetNames(target: SyntaxNode): SyntaxNode[] {
  switch (target.type) {
    case 'identifier':
      return [target];
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'list_splat_pattern':
    case 'expression_list':
    case 'tuple':
    case 'list':
    case 'list_splat':
    case 'parenthesized_expression':
    case 'as_pattern_target':
      return namedChildren(target).flatMap(targetNames);
    default:
      return [];
  }
}

/** Collects what the statements of one scope bind; what they bind in scopes of their own is left out. */
export function collectBindings(body: SyntaxNode, textOf: TextOf): Bindings {
  const names = new Map<string, Binding[]>();
  const global = new Set<string>();
  const nonlocal = new Set<string>();
  const stars: string[] = [];
  const add = (binding: Binding): void => {
    const name = textOf(binding.node);
    names.set(name, [...(names.get(name) ?? []), binding]);
  };
  const addTarget = (target: SyntaxNode | undefined, kind: BindingKind = 'variable'): void => {
    for (const node of target === undefined ? [] : targetNames(target)) add({ kind, node });
  };
  const visitIn = (node: SyntaxNode): void => {
    for (const child of node.children) visitTree(child, visit);
  };
  const visitOnly = (nodes: readonly (SyntaxNode | undefined)[]): void => {
    for (const node of nodes) if (node !== undefined) visitTree(node, visit);
  };
  const visit = (node: SyntaxNode): boolean => {
    if (COMPREHENSIONS.has(node.type)) {
      // Only `:=` reaches out of a comprehension.
      visitTree(node, (inner) => {
        if (inner.type === 'named_expression') addTarget(childOf(inner, 'name'));
        return inner.type !== 'lambda';
      });
      return false;
    }
    switch (node.type) {
      case 'function_definition':
      case 'class_definition': {
        const name = childOf(node, 'name');
        const kind = node.type === 'class_definition' ? 'class' : 'function';
        if (name !== undefined) add({ kind, node: name });
        visitOnly([childOf(node, 'superclasses')]);
        return false;
      }
      case 'lambda':
        return false;
      case 'assignment': {
        const [left, right] = [childOf(node, 'left'), childOf(node, 'right')];
        const annotation = childOf(node, 'type');
        if (left?.type === 'identifier') {
          const kind = right !== undefined && BLANK.has(right.type) ? 'blank' : 'variable';
          add({ kind, node: left, ...(annotation !== undefined && { annotation }) });
        } else addTarget(left);
        visitOnly([right]);
        return false;
      }
      case 'augmented_assignment':
      case 'for_statement':
        addTarget(childOf(node, 'left'));
        return true;
      case 'named_expression':
        addTarget(childOf(node, 'name'));
        return true;
      case 'as_pattern':
        addTarget(childOf(node, 'alias'));
        return true;
      case 'delete_statement':
        namedChildren(node).forEach((target) => {
          addTarget(target, 'blank');
        });
        return true;
      case 'import_statement':
      case 'import_from_statement': {
        const imported = importedNames(node, textOf);
        imported.names.forEach(add);
        if (imported.star !== undefined) stars.push(imported.star);
        return false;
      }
      case 'global_statement':
      case 'nonlocal_statement':
        for (const name of namedChildren(node))
          (node.type === 'global_statement' ? global : nonlocal).add(textOf(name));
        return false;
      case 'case_pattern':
        for (const captured of capturedNames(node)) add({ kind: 'variable', node: captured });
        return false;
      default:
        return true;
    }
  };
  visitIn(body);
  return { names, global, nonlocal, stars };
}

/** The names that a pattern of a `case` captures. */
export function capturedNames(pattern: SyntaxNode): SyntaxNode[] {
  const names: SyntaxNode[] = [];
  const visit = (node: SyntaxNode): void => {
    switch (node.type) {
      case 'dotted_name': {
        // `a.b` is a value to compare with; a name alone captures.
        const parts = namedChildren(node);
        const [only] = parts;
        if (parts.length === 1 && only !== undefined) names.push(only);
        return;
      }
      case 'class_pattern':
        namedChildren(node).slice(1).forEach(visit);
        return;
      case 'keyword_pattern':
        namedChildren(node).slice(1).forEach(visit);
        return;
      case 'as_pattern': {
        namedChildren(node).forEach((child) => {
          if (child.type === 'identifier') names.push(child);
          else visit(child);
        });
        return;
      }
      case 'splat_pattern':
        names.push(...namedChildren(node).filter((child) => child.type === 'identifier'));
        return;
      default:
        namedChildren(node).forEach(visit);
    }
  };
  visit(pattern);
  return names;
}
