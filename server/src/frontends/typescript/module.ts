import ts from '#typescript';
import type {
  ClassFacts,
  ClassIndex,
  FileFacts,
  FunctionFacts,
  FunctionIndex,
  ImportFacts,
  TypeFacts,
  VariableIndex,
} from '../../model/facts.js';
import { BodyLowering } from './body.js';
import { exportsOf } from './exports.js';
import { prototypesOf, type Prototypes } from './prototypes.js';
import { exportedNames, Scope, type VariableDraft } from './scopes.js';

/** What one file's lowering has gathered so far; shared by the functions of the file. */
export class ModuleLowering {
  readonly functions: (FunctionFacts | undefined)[] = [];
  readonly classes: (ClassFacts | undefined)[] = [];
  readonly variables: VariableDraft[] = [];
  readonly imports: ImportFacts[] = [];
  readonly exported: ReadonlySet<string>;
  /** The module's own names. */
  readonly scope: Scope;
  /** The variable of a default export that the source does not name. */
  defaultExport?: VariableIndex;
  /** The variable that holds what `require` of this file returns; declared when the file first speaks of it. */
  commonExports?: VariableIndex;

  readonly prototypes: Prototypes;

  constructor(readonly source: ts.SourceFile) {
    this.prototypes = prototypesOf(source);
    this.exported = exportedNames(source);
    this.scope = new Scope(this.reserveFunction(), undefined, true);
  }

  /** The variable for a default export without a name. */
  declareDefault(draft: Partial<VariableDraft> = {}): VariableIndex {
    this.defaultExport = this.declare(this.scope, '(default export)', {
      kind: 'synthetic',
      exported: true,
      ...draft,
    });
    return this.defaultExport;
  }

  /** The variable that `module.exports` is. */
  common(): VariableIndex {
    this.commonExports ??= this.declare(this.scope, '(module.exports)', { kind: 'synthetic' });
    return this.commonExports;
  }

  reserveFunction(): FunctionIndex {
    return this.functions.push(undefined) - 1;
  }

  reserveClass(): ClassIndex {
    return this.classes.push(undefined) - 1;
  }

  declare(scope: Scope, name: ts.Identifier | string, draft: Partial<VariableDraft>): VariableIndex {
    const text = typeof name === 'string' ? name : name.text;
    const index =
      this.variables.push({
        name: text,
        scope: scope.functionIndex,
        kind: 'variable',
        range: typeof name === 'string' ? { start: 0, end: 0 } : this.range(name),
        reassigned: false,
        captured: false,
        exported: false,
        ...draft,
      }) - 1;
    scope.declare(text, index);
    return index;
  }

  range(node: ts.Node): { start: number; end: number } {
    return { start: node.getStart(this.source), end: node.end };
  }

  /** The class that a type annotation names, when it is a plain reference (`Redis`, `IORedis.Redis`, `Redis | null`). */
  typeOf(node: ts.TypeNode | undefined, scope: Scope): TypeFacts | undefined {
    if (node === undefined) return undefined;
    if (ts.isUnionTypeNode(node)) {
      const named = node.types.filter((type) => ts.isTypeReferenceNode(type));
      return named.length === 1 ? this.typeOf(named[0], scope) : undefined;
    }
    if (!ts.isTypeReferenceNode(node)) return undefined;
    const path: string[] = [];
    let name = node.typeName;
    while (ts.isQualifiedName(name)) {
      path.unshift(name.right.text);
      name = name.left;
    }
    return typeFacts(name.text, path, scope);
  }

  /** The class that an expression names, for decorators and superclasses. */
  typeOfExpression(expression: ts.Expression, scope: Scope): TypeFacts | undefined {
    const path: string[] = [];
    let current = ts.isCallExpression(expression) ? expression.expression : expression;
    while (ts.isPropertyAccessExpression(current)) {
      path.unshift(current.name.text);
      current = current.expression;
    }
    return ts.isIdentifier(current) ? typeFacts(current.text, path, scope) : undefined;
  }
}

function typeFacts(root: string, path: string[], scope: Scope): TypeFacts {
  const variable = scope.resolve(root);
  return { name: path.at(-1) ?? root, path, ...(variable !== undefined && { variable }) };
}

/** Lowers a whole file. */
export function lowerModule(
  source: ts.SourceFile,
): Pick<FileFacts, 'functions' | 'classes' | 'variables' | 'imports' | 'exports' | 'commonExports'> {
  const module = new ModuleLowering(source);
  const { scope } = module;
  const index = scope.functionIndex;
  const lowering = new BodyLowering(module, index, scope, true);
  lowering.hoist(source);
  const statements = lowering.block(() => {
    lowering.statements(source.statements);
  });
  const { commonExports } = module;
  const body = lowering.block(() => {
    if (commonExports !== undefined) emitCommonExports(lowering, commonExports);
    for (const node of statements.nodes) lowering.emit(node);
  });
  module.functions[index] = {
    name: '(module)',
    kind: 'module',
    range: { start: 0, end: source.end },
    nameRange: { start: 0, end: 0 },
    async: true,
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
    exports: exportsOf(source, module, scope),
    ...(commonExports !== undefined && { commonExports }),
  };
}

/** `module.exports` is an empty object until the file says otherwise. */
function emitCommonExports(body: BodyLowering, variable: VariableIndex): void {
  const range = { start: 0, end: 0 };
  const value = body.value((into) => ({ kind: 'make-object', into, properties: [], spreads: [], range }));
  body.storeVariable(variable, value, range, true);
}
