/** Where a lock is made and kept, and where the file speaks of it. */
import ts from '#typescript';
import type { TextRange } from '../../../model/source.js';
import { mentionedIn } from './names.js';
import { smallestAround, visitAll } from './syntax.js';

/** The expression that makes a lock: `new Mutex()`. */
export function makingAt(
  source: ts.SourceFile,
  range: TextRange,
): ts.NewExpression | ts.CallExpression | undefined {
  const node = smallestAround(source, range);
  const isMaking = ts.isNewExpression(node) || ts.isCallExpression(node);
  return isMaking && node.getStart(source) === range.start && node.end === range.end ? node : undefined;
}

/** A variable or a field that holds a lock. */
export interface Holder {
  readonly name: string;
  readonly kind: 'variable' | 'field';
  /** The node in which alone the name means it. */
  readonly scope: ts.Node;
  readonly declarations: readonly (ts.VariableDeclaration | ts.PropertyDeclaration)[];
  /** What the lock is assigned to besides. */
  readonly target?: ts.Expression;
}

/** What keeps a lock that is made by an expression; undefined if that is not clear, or others can see it. */
export function holderOf(making: ts.Expression): Holder | undefined {
  const { parent } = making;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    const statement = parent.parent.parent;
    if (!ts.isVariableStatement(statement) || isExported(statement)) return undefined;
    return {
      name: parent.name.text,
      kind: 'variable',
      scope: statement.parent,
      declarations: [parent],
    };
  }
  if (ts.isPropertyDeclaration(parent)) return fieldOf(parent, undefined);
  if (!ts.isBinaryExpression(parent) || parent.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
    return undefined;
  const { left } = parent;
  if (!ts.isPropertyAccessExpression(left) || left.expression.kind !== ts.SyntaxKind.ThisKeyword)
    return undefined;
  const owner = ts.findAncestor(left, ts.isClassLike);
  const declared = owner?.members.find(
    (member): member is ts.PropertyDeclaration =>
      ts.isPropertyDeclaration(member) && member.name.getText() === left.name.text,
  );
  return declared && fieldOf(declared, left);
}

function fieldOf(declaration: ts.PropertyDeclaration, target: ts.Expression | undefined): Holder | undefined {
  const { name, parent } = declaration;
  if (!ts.isIdentifier(name) && !ts.isPrivateIdentifier(name)) return undefined;
  const isPrivate =
    ts.isPrivateIdentifier(name) ||
    (ts.getModifiers(declaration) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
  if (!isPrivate) return undefined;
  return {
    name: name.text,
    kind: 'field',
    scope: parent,
    declarations: [declaration],
    ...(target !== undefined && { target }),
  };
}

function isExported(statement: ts.VariableStatement): boolean {
  if ((ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    return true;
  const names = new Set(statement.declarationList.declarations.map(({ name }) => name.getText()));
  let exported = false;
  visitAll(statement.getSourceFile(), (node) => {
    if (ts.isExportSpecifier(node)) exported ||= names.has((node.propertyName ?? node.name).text);
  });
  return exported;
}

/** All that speaks of what a holder holds, but for its declarations. Undefined when the name may mean something else. */
export function usesOf({ name, kind, scope, declarations, target }: Holder): ts.Expression[] | undefined {
  const uses: ts.Expression[] = [];
  let clear = true as boolean;
  const own = new Set<ts.Node>(declarations.map((declaration) => declaration.name));
  visitAll(scope, (node) => {
    if (kind === 'field') {
      if (!ts.isPropertyAccessExpression(node) || node.name.text !== name || node === target) return;
      if (node.expression.kind === ts.SyntaxKind.ThisKeyword) uses.push(node);
      else clear = false;
      return;
    }
    if (!ts.isIdentifier(node) || node.text !== name || own.has(node) || !mentionedIn([node]).has(name))
      return;
    const { parent } = node;
    if (isDeclared(node, parent)) clear = false;
    else uses.push(node);
  });
  return clear ? uses : undefined;
}

function isDeclared(node: ts.Identifier, parent: ts.Node): boolean {
  const declares =
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent) ||
    ts.isFunctionLike(parent) ||
    ts.isClassLike(parent);
  return declares && parent.name === node;
}
