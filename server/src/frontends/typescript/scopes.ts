import ts from '#typescript';
import type { FunctionIndex, VariableFacts, VariableIndex } from '../../model/facts.js';

/** A variable while its file is being lowered. */
export type VariableDraft = { -readonly [Key in keyof VariableFacts]: VariableFacts[Key] };

/** The names declared in one block, function or module, and the scope around it. */
export class Scope {
  private readonly names = new Map<string, VariableIndex>();

  constructor(
    readonly functionIndex: FunctionIndex,
    readonly outer: Scope | undefined,
    /** True for the scope that `var` and parameters belong to. */
    readonly ofFunction: boolean,
  ) {}

  declare(name: string, variable: VariableIndex): void {
    this.names.set(name, variable);
  }

  has(name: string): boolean {
    return this.names.has(name);
  }

  resolve(name: string): VariableIndex | undefined {
    return this.names.get(name) ?? this.outer?.resolve(name);
  }

  /** The scope that a `var` declared here belongs to. */
  functionScope(): Scope {
    return this.ofFunction || this.outer === undefined ? this : this.outer.functionScope();
  }
}

/** The identifiers that a declaration's name binds: one, or those of a destructuring pattern. */
export function boundIdentifiers(name: ts.BindingName): ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : boundIdentifiers(element.name),
  );
}

/** The `var` declarations of a function's body, at any depth but in other functions. */
export function hoistedVariables(body: ts.Node): ts.VariableDeclaration[] {
  const found: ts.VariableDeclaration[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0) {
      found.push(...node.declarations);
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  return found;
}

/** The names that a module hands to others, by ECMAScript exports or by assignments to `module.exports`. */
export function exportedNames(source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const addValue = (expression: ts.Expression): void => {
    if (ts.isIdentifier(expression)) names.add(expression.text);
    else if (ts.isObjectLiteralExpression(expression)) {
      for (const property of expression.properties) {
        if (ts.isShorthandPropertyAssignment(property)) names.add(property.name.text);
        else if (ts.isPropertyAssignment(property)) addValue(property.initializer);
      }
    } else if (ts.isNewExpression(expression)) addValue(expression.expression);
  };
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier === undefined) {
      if (statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)) {
        for (const element of statement.exportClause.elements)
          names.add((element.propertyName ?? element.name).text);
      }
    } else if (ts.isExportAssignment(statement)) {
      addValue(statement.expression);
    } else if (
      ts.isExpressionStatement(statement) &&
      ts.isBinaryExpression(statement.expression) &&
      statement.expression.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      isModuleExports(statement.expression.left)
    ) {
      let value = statement.expression.right;
      while (ts.isBinaryExpression(value) && value.operatorToken.kind === ts.SyntaxKind.EqualsToken)
        value = value.right;
      addValue(value);
    }
  }
  return names;
}

/** True for `module.exports`, `exports` and properties of them. */
export function isModuleExports(expression: ts.Expression): boolean {
  if (ts.isIdentifier(expression)) return expression.text === 'exports';
  if (!ts.isPropertyAccessExpression(expression)) return false;
  if (ts.isIdentifier(expression.expression) && expression.expression.text === 'module') {
    return expression.name.text === 'exports';
  }
  return isModuleExports(expression.expression);
}

export function hasExportModifier(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
  );
}
