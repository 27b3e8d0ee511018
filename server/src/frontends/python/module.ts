import type {
  ClassFacts,
  ClassIndex,
  ExportFacts,
  FileFacts,
  FunctionFacts,
  FunctionIndex,
  ImportFacts,
  TypeFacts,
  VariableIndex,
} from '../../model/facts.js';
import type { Binding } from './bindings.js';
import { BodyLowering } from './body.js';
import { Scope, type VariableDraft } from './scopes.js';
import { lowerBlock } from './statements.js';
import { childOf, namedChildren, visitTree, type SyntaxNode } from '../../syntax/python/tree.js';
import { typeOfAnnotation } from './types.js';

/** What one file's lowering has gathered so far; shared by the functions of the file. */
export class ModuleLowering {
  readonly functions: (FunctionFacts | undefined)[] = [];
  readonly classes: (ClassFacts | undefined)[] = [];
  readonly variables: VariableDraft[] = [];
  readonly imports: ImportFacts[] = [];
  /** Modules whose names are all imported. */
  readonly stars: string[] = [];
  /** By variable: where it is bound first. */
  private readonly firsts = new Map<VariableIndex, number>();
  private readonly listed: ReadonlySet<string> | undefined;

  constructor(
    private readonly source: string,
    tree: SyntaxNode,
  ) {
    this.listed = this.listedNames(tree);
  }

  text(node: SyntaxNode): string {
    return this.source.slice(node.start, node.end);
  }

  reserveFunction(): FunctionIndex {
    return this.functions.push(undefined) - 1;
  }

  reserveClass(): ClassIndex {
    return this.classes.push(undefined) - 1;
  }

  /** @param node the identifier; absent for variables that the source does not name */
  declare(scope: Scope, node: SyntaxNode | undefined, draft: Partial<VariableDraft>): VariableIndex {
    const name = draft.name ?? (node === undefined ? '' : this.text(node));
    const index =
      this.variables.push({
        name,
        scope: scope.functionIndex,
        kind: 'variable',
        range: node === undefined ? { start: 0, end: 0 } : { start: node.start, end: node.end },
        reassigned: false,
        captured: false,
        exported: false,
        ...draft,
      }) - 1;
    scope.declare(name, { kind: 'variable', variable: index });
    return index;
  }

  /** Declares a name by all the places that bind it. */
  declareBound(
    scope: Scope,
    name: string,
    bindings: readonly Binding[],
    draft: Partial<VariableDraft> = {},
  ): VariableIndex {
    const [first] = bindings;
    const real = bindings.filter(({ kind }) => kind !== 'blank');
    const [only] = real;
    // `try: import x` / `except ImportError: x = None` is an import that may fail.
    const imported = real.every(({ kind }) => kind === 'import') ? only?.import : undefined;
    const annotation = bindings.find((binding) => binding.annotation !== undefined)?.annotation;
    const type = annotation && this.typeOf(annotation, scope);
    const kind =
      imported !== undefined
        ? 'import'
        : bindings.length === 1 && (only?.kind === 'function' || only?.kind === 'class')
          ? only.kind
          : 'variable';
    const index = this.declare(scope, first?.node, {
      name,
      kind,
      ...(imported !== undefined && { import: imported }),
      ...(type !== undefined && { type }),
      ...draft,
    });
    if (first !== undefined) this.firsts.set(index, first.node.start);
    return index;
  }

  /** True when a binding is the one that makes the variable. */
  isFirst(variable: VariableIndex, node: SyntaxNode): boolean {
    const first = this.firsts.get(variable);
    return first === node.start;
  }

  use(variable: VariableIndex, by: FunctionIndex): void {
    const draft = this.variables[variable];
    if (draft !== undefined && draft.scope !== by) draft.captured = true;
  }

  reassign(variable: VariableIndex): void {
    const draft = this.variables[variable];
    if (draft !== undefined) draft.reassigned = true;
  }

  /** Names without a leading underscore, or those that `__all__` lists. */
  isExported(name: string): boolean {
    return this.listed?.has(name) ?? !name.startsWith('_');
  }

  typeOf(annotation: SyntaxNode, scope: Scope): TypeFacts | undefined {
    return typeOfAnnotation(annotation, scope, (node) => this.text(node));
  }

  private listedNames(tree: SyntaxNode): Set<string> | undefined {
    for (const statement of tree.children) {
      const assignment = statement.type === 'expression_statement' ? statement.children[0] : undefined;
      const left = assignment?.type === 'assignment' ? childOf(assignment, 'left') : undefined;
      const right = assignment && childOf(assignment, 'right');
      if (left === undefined || right === undefined || this.text(left) !== '__all__') continue;
      const names = new Set<string>();
      visitTree(right, (node) => {
        if (node.type === 'string_content') names.add(this.text(node));
        return true;
      });
      return names;
    }
    return undefined;
  }
}

/** Every name of a module can be imported; what it imported itself is among them. */
function exportsOf({ variables, stars }: ModuleLowering): ExportFacts[] {
  const named = variables.flatMap(({ name, scope, kind }, variable): ExportFacts[] =>
    scope === 0 && kind !== 'synthetic' ? [{ kind: 'variable', name, variable }] : [],
  );
  return [...named, ...stars.map((module): ExportFacts => ({ kind: 'all', module }))];
}

/** Declares the module's names that only functions bind (`global x`). */
function declareGlobals({ module, scope }: BodyLowering, tree: SyntaxNode): void {
  visitTree(tree, (node) => {
    if (node.type !== 'global_statement') return true;
    for (const identifier of namedChildren(node)) {
      const name = module.text(identifier);
      if (scope.own(name) === undefined)
        module.declare(scope, identifier, { exported: module.isExported(name) });
    }
    return false;
  });
}

/** Lowers a whole file. */
export function lowerModule(
  tree: SyntaxNode,
  source: string,
): Pick<FileFacts, 'functions' | 'classes' | 'variables' | 'imports' | 'exports'> {
  const module = new ModuleLowering(source, tree);
  const index = module.reserveFunction();
  const lowering = new BodyLowering(module, index, new Scope(index, undefined, 'module'));
  lowering.hoist(tree);
  declareGlobals(lowering, tree);
  const body = lowering.block(() => {
    lowerBlock(lowering, namedChildren(tree));
  });
  module.functions[index] = {
    name: '(module)',
    kind: 'module',
    range: { start: 0, end: source.length },
    nameRange: { start: 0, end: 0 },
    async: false,
    generator: false,
    exported: false,
    inheritsReceiver: false,
    parameters: [],
    body,
  };
  return {
    functions: module.functions.filter((facts) => facts !== undefined),
    classes: module.classes.filter((facts) => facts !== undefined),
    variables: module.variables,
    imports: module.imports,
    exports: exportsOf(module),
  };
}
