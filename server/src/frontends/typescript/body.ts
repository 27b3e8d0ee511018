import ts from '#typescript';
import type { FunctionIndex, Temporary, TypeFacts, VariableIndex } from '../../model/facts.js';
import type { TextRange } from '../../model/source.js';
import { Emitter } from '../emitter.js';
import type { ModuleLowering } from './module.js';
import { isPromising } from './promising.js';
import {
  boundIdentifiers,
  hasExportModifier,
  hoistedVariables,
  Scope,
  type VariableDraft,
} from './scopes.js';
import { lowerStatement } from './statements.js';

/** The body of one function while it is being lowered: its scopes, its temporaries, and the nodes emitted so far. */
export class BodyLowering extends Emitter {
  private synthetics = 0;

  constructor(
    readonly module: ModuleLowering,
    readonly functionIndex: FunctionIndex,
    public scope: Scope,
    readonly async: boolean,
  ) {
    super();
  }

  /** Runs `fill` with names of its own. */
  scoped(fill: () => void): void {
    const outer = this.scope;
    this.scope = new Scope(this.functionIndex, outer, false);
    fill();
    this.scope = outer;
  }

  /** A variable that the source does not name, for a value that several paths assign. */
  synthetic(): VariableIndex {
    return this.module.declare(this.scope, `(${String(this.functionIndex)}.${String(this.synthetics++)})`, {
      kind: 'synthetic',
    });
  }

  range(node: ts.Node): TextRange {
    return this.module.range(node);
  }

  /** The variable that an identifier is bound to, with the use noted. */
  variable(identifier: ts.Identifier, use: 'load' | 'store'): VariableIndex | undefined {
    const index = this.scope.resolve(identifier.text);
    const draft = index === undefined ? undefined : this.module.variables[index];
    if (draft === undefined) return undefined;
    if (draft.scope !== this.functionIndex) draft.captured = true;
    if (use === 'store') draft.reassigned = true;
    return index;
  }

  loadVariable(variable: VariableIndex, range: TextRange): Temporary {
    return this.value((into) => ({ kind: 'load-variable', into, variable, range }));
  }

  storeVariable(variable: VariableIndex, value: Temporary, range: TextRange, initial: boolean): void {
    this.emit({ kind: 'store-variable', variable, value, initial, range });
  }

  typeOf(node: ts.TypeNode | undefined): TypeFacts | undefined {
    return this.module.typeOf(node, this.scope);
  }

  /** Declares what is visible in the whole of a function's body: its `var` variables and the names of its first block. */
  hoist(body: ts.Node): void {
    for (const declaration of hoistedVariables(body)) this.declareVariable(declaration);
    if (ts.isBlock(body) || ts.isSourceFile(body) || ts.isModuleBlock(body))
      this.declareBlock(body.statements);
  }

  /** Declares the names of a block, before any of its statements is lowered. */
  declareBlock(statements: readonly ts.Statement[]): void {
    for (const statement of statements) {
      if (ts.isVariableStatement(statement)) {
        if ((statement.declarationList.flags & ts.NodeFlags.BlockScoped) !== 0) {
          for (const declaration of statement.declarationList.declarations) this.declareVariable(declaration);
        }
      } else if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) {
        if (statement.body !== undefined && !this.scope.has(statement.name.text)) {
          this.module.declare(this.scope, statement.name, {
            kind: 'function',
            exported: this.isExported(statement.name.text, statement),
          });
        }
      } else if (ts.isClassDeclaration(statement) && statement.name !== undefined) {
        this.module.declare(this.scope, statement.name, {
          kind: 'class',
          exported: this.isExported(statement.name.text, statement),
        });
      } else if (ts.isEnumDeclaration(statement)) {
        this.module.declare(this.scope, statement.name, {});
      } else if (ts.isImportDeclaration(statement)) {
        this.declareImports(statement);
      } else if (ts.isExportDeclaration(statement)) {
        const { moduleSpecifier } = statement;
        if (moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier))
          this.module.imports.push({ module: moduleSpecifier.text, range: this.range(statement) });
      } else if (ts.isImportEqualsDeclaration(statement)) {
        const reference = statement.moduleReference;
        const module =
          ts.isExternalModuleReference(reference) && ts.isStringLiteralLike(reference.expression)
            ? reference.expression.text
            : undefined;
        if (module !== undefined) this.module.imports.push({ module, range: this.range(statement) });
        this.module.declare(
          this.scope,
          statement.name,
          module === undefined ? {} : { kind: 'import', import: { module, name: '*' } },
        );
      }
    }
  }

  /** True for names that the module exports; a declaration inside a function never is. */
  isExported(name: string, statement: ts.Node): boolean {
    return this.functionIndex === 0 && (hasExportModifier(statement) || this.module.exported.has(name));
  }

  statements(statements: readonly ts.Statement[]): void {
    for (let index = 0; index < statements.length; index++) {
      const statement = statements[index];
      if (
        statement !== undefined &&
        lowerStatement(this, statement, statements.slice(index + 1)) === 'took the rest'
      ) {
        return;
      }
    }
  }

  declareVariable(declaration: ts.VariableDeclaration): void {
    const statement = declaration.parent.parent;
    const type = this.typeOf(declaration.type);
    for (const identifier of boundIdentifiers(declaration.name)) {
      const draft: Partial<VariableDraft> = { exported: this.isExported(identifier.text, statement) };
      if (type !== undefined && declaration.name === identifier) draft.type = type;
      if (isPromising(declaration.type, this.module.source)) draft.promising = true;
      const scope =
        (declaration.parent.flags & ts.NodeFlags.BlockScoped) === 0 ? this.scope.functionScope() : this.scope;
      if (!scope.has(identifier.text)) this.module.declare(scope, identifier, draft);
    }
  }

  private declareImports(statement: ts.ImportDeclaration): void {
    if (!ts.isStringLiteral(statement.moduleSpecifier)) return;
    const module = statement.moduleSpecifier.text;
    const clause = statement.importClause;
    this.module.imports.push({ module, range: this.range(statement) });
    if (clause === undefined) return;
    const declare = (identifier: ts.Identifier, name: string): void => {
      this.module.declare(this.scope, identifier, { kind: 'import', import: { module, name } });
    };
    if (clause.name !== undefined) declare(clause.name, 'default');
    if (clause.namedBindings === undefined) return;
    if (ts.isNamespaceImport(clause.namedBindings)) declare(clause.namedBindings.name, '*');
    else {
      for (const element of clause.namedBindings.elements) {
        declare(element.name, (element.propertyName ?? element.name).text);
      }
    }
  }
}
