import ts from '#typescript';
import { visitAll, visitOwn } from './syntax.js';

/** All identifiers in a node, whatever they name. */
export function identifiersIn(node: ts.Node): Set<string> {
  const names = new Set<string>();
  visitAll(node, (inner) => {
    if (ts.isIdentifier(inner)) names.add(inner.text);
  });
  return names;
}

/** The names of variables, functions, classes and types that a node mentions; names of properties and labels are none. */
export function mentionedIn(nodes: readonly ts.Node[]): Set<string> {
  const names = new Set<string>();
  for (const node of nodes) {
    visitAll(node, (inner) => {
      if (ts.isIdentifier(inner) && isMention(inner)) names.add(inner.text);
    });
  }
  return names;
}

function isMention(identifier: ts.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isPropertyAccessExpression(parent)) return parent.name !== identifier;
  if (ts.isQualifiedName(parent)) return parent.right !== identifier;
  if (ts.isBindingElement(parent)) return parent.propertyName !== identifier;
  if (ts.isPropertyAssignment(parent) || ts.isEnumMember(parent)) return parent.name !== identifier;
  if (ts.isClassElement(parent) || ts.isTypeElement(parent)) return parent.name !== identifier;
  if (ts.isMethodDeclaration(parent) || ts.isAccessor(parent)) return parent.name !== identifier;
  return !(
    ts.isLabeledStatement(parent) ||
    ts.isBreakOrContinueStatement(parent) ||
    ts.isMetaProperty(parent) ||
    ts.isJsxAttribute(parent)
  );
}

export interface Declared {
  /** Names that end with the block around the statements, with the statements that declare them. */
  readonly blockScoped: ReadonlyMap<string, ts.Statement>;
  /** Names that are the whole function's. */
  readonly functionScoped: ReadonlySet<string>;
}

/** What a list of statements declares for the statements around it. */
export function declaredBy(statements: readonly ts.Statement[]): Declared {
  const blockScoped = new Map<string, ts.Statement>();
  const functionScoped = new Set<string>();
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations)
        for (const bound of boundNames(name)) if (isBlockScoped(statement)) blockScoped.set(bound, statement);
    } else if (
      (ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isEnumDeclaration(statement) ||
        ts.isInterfaceDeclaration(statement) ||
        ts.isTypeAliasDeclaration(statement)) &&
      statement.name !== undefined
    ) {
      blockScoped.set(statement.name.text, statement);
    }
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) continue;
    visitOwn(statement, (node) => {
      if (!ts.isVariableDeclarationList(node) || (node.flags & ts.NodeFlags.BlockScoped) !== 0) return;
      for (const { name } of node.declarations)
        for (const bound of boundNames(name)) functionScoped.add(bound);
    });
  }
  return { blockScoped, functionScoped };
}

export function isBlockScoped(statement: ts.VariableStatement): boolean {
  return (statement.declarationList.flags & ts.NodeFlags.BlockScoped) !== 0;
}

export function isConst(statement: ts.VariableStatement): boolean {
  const kind: ts.NodeFlags = statement.declarationList.flags & ts.NodeFlags.BlockScoped;
  return kind === ts.NodeFlags.Const;
}

/** `using` and `await using`, whose end is the end of their block. */
export function isUsing(statement: ts.Statement): boolean {
  return ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Using) !== 0;
}

export function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : boundNames(element.name),
  );
}

/** `name`, or the first of `name2`, `name3`… that is not taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name}${number}`;
  return candidate;
}

export function intersects(left: Iterable<string>, right: { has(name: string): boolean }): boolean {
  for (const name of left) if (right.has(name)) return true;
  return false;
}
