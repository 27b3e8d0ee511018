/** What changes when statements move into a function of their own. */
import ts from '#typescript';
import { declaredBy, intersects, mentionedIn } from './names.js';
import { bodyOf, type Host } from './place.js';
import { isAssignment, isTypeScript, unwrap, visitAll, visitOwn } from './syntax.js';

/** Whether an arrow function around the statements means the same, to Node and to the type checker. */
export function canMoveIntoArrow(
  source: ts.SourceFile,
  statements: readonly ts.Statement[],
  host: Host,
): boolean {
  const [first] = statements;
  const last = statements.at(-1);
  const body = bodyOf(host);
  if (first === undefined || last === undefined || body === undefined) return false;
  const outside = outsideOf(body, first.getStart(source), last.end, source);
  const { functionScoped } = declaredBy(statements);
  if (intersects(functionScoped, mentionedIn([...outside.before, ...outside.after]))) return false;
  if (mentionedIn(statements).has('arguments')) return false;
  return !isTypeScript(source) || keepsTypes(source, statements, host, outside);
}

/**
 * What statements assign that others can touch: all but the function's own variables.
 * @returns variables and property paths, as written
 */
export function sharedWrites(
  source: ts.SourceFile,
  statements: readonly ts.Statement[],
  host: Host,
): Set<string> {
  const own = declaredInHost(host);
  return new Set([...assignedIn(statements, source)].filter((name) => !own.has(name)));
}

interface Outside {
  readonly before: readonly ts.Node[];
  readonly after: readonly ts.Node[];
}

/** The largest nodes of a function's body that end before, or start after, a stretch of it. */
function outsideOf(body: ts.Node, start: number, end: number, source: ts.SourceFile): Outside {
  const before: ts.Node[] = [];
  const after: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (node.end <= start) before.push(node);
    else if (node.getStart(source) >= end) after.push(node);
    else if (node.getStart(source) < start || node.end > end) ts.forEachChild(node, visit);
  };
  visit(body);
  return { before, after };
}

/**
 * The checker forgets in a function what it narrowed around it, unless the name is never assigned again; and what the
 * function assigns, it does not see after the call. https://www.typescriptlang.org/docs/handbook/2/narrowing.html
 */
function keepsTypes(
  source: ts.SourceFile,
  statements: readonly ts.Statement[],
  host: Host,
  { before, after }: Outside,
): boolean {
  const inside = referencesIn(statements, source);
  const assignedInside = assignedIn(statements, source);
  const { blockScoped } = declaredBy(statements);
  const ofHost = declaredInHost(host);
  for (const name of assignedInside) {
    const root = rootOf(name);
    if (blockScoped.has(root)) continue;
    if (ofHost.has(root) && root === name) return false;
    if (!isPlainlyTyped(name, source) && referencesIn(after, source).has(name)) return false;
  }
  const body = bodyOf(host);
  const assignedAnywhere = body === undefined ? new Set<string>() : assignedIn([body], source);
  const ofFile = assignedIn([source], source);
  for (const name of narrowedIn(before, source)) {
    if (!inside.has(name) || isPlainlyTyped(name, source)) continue;
    const isPath = rootOf(name) !== name;
    if (isPath || assignedAnywhere.has(name) || (!ofHost.has(name) && ofFile.has(name))) return false;
  }
  return true;
}

const PLAIN_TYPES: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.NumberKeyword,
  ts.SyntaxKind.BigIntKeyword,
  ts.SyntaxKind.StringKeyword,
  ts.SyntaxKind.BooleanKeyword,
]);

/** Whether all declarations of the name in the file are of types that a check or an assignment does not narrow usefully. */
function isPlainlyTyped(path: string, source: ts.SourceFile): boolean {
  const name = path.split('.').at(-1);
  let plain = 0;
  let others = 0;
  visitAll(source, (node) => {
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isPropertySignature(node) ||
      ts.isParameter(node);
    if (!declares || node.name.getText(source) !== name) return;
    const optional = !ts.isVariableDeclaration(node) && node.questionToken !== undefined;
    const initializer = ts.isPropertySignature(node) ? undefined : node.initializer;
    const literal =
      initializer !== undefined && (ts.isNumericLiteral(initializer) || ts.isStringLiteral(initializer));
    const isPlain = node.type === undefined ? literal : PLAIN_TYPES.has(node.type.kind);
    if (isPlain && !optional) plain++;
    else others++;
  });
  return plain > 0 && others === 0;
}

/** Variables and property paths (`this.store.total`), as written. */
export function referencesIn(nodes: readonly ts.Node[], source: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  for (const node of nodes) {
    visitAll(node, (inner) => {
      if (isReference(inner)) found.add(pathText(inner, source));
    });
  }
  return found;
}

/** What conditions and assignments speak of, by which the checker narrows types. */
function narrowedIn(nodes: readonly ts.Node[], source: ts.SourceFile): Set<string> {
  const found = assignedIn(nodes, source);
  const add = (expression: ts.Expression): void => {
    for (const name of referencesIn([expression], source)) found.add(name);
  };
  const visit = (inner: ts.Node): void => {
    const { parent } = inner;
    if (!ts.isExpression(inner)) return;
    if (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) {
      if (parent.expression === inner) add(inner);
    } else if (ts.isSwitchStatement(parent) && parent.expression === inner) add(inner);
    else if (ts.isForStatement(parent) && parent.condition === inner) add(inner);
    else if (ts.isCallExpression(inner) && ts.isExpressionStatement(parent)) add(inner);
  };
  for (const node of nodes) visitAll(node, visit);
  return found;
}

function assignedIn(nodes: readonly ts.Node[], source: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  const add = (target: ts.Expression): void => {
    const inner = unwrap(target);
    if (isReference(inner)) found.add(pathText(inner, source));
    else if (ts.isArrayLiteralExpression(inner) || ts.isObjectLiteralExpression(inner)) {
      for (const name of referencesIn([inner], source)) found.add(name);
    }
  };
  for (const node of nodes) {
    visitAll(node, (inner) => {
      if (ts.isBinaryExpression(inner) && isAssignment(inner.operatorToken)) add(inner.left);
      else if (ts.isPrefixUnaryExpression(inner) || ts.isPostfixUnaryExpression(inner)) {
        const { operator } = inner;
        if (operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken)
          add(inner.operand);
      } else if (ts.isForInStatement(inner) || ts.isForOfStatement(inner)) {
        if (ts.isExpression(inner.initializer)) add(inner.initializer);
      }
    });
  }
  return found;
}

/** The parameters and variables of a function. */
function declaredInHost(host: Host): Set<string> {
  const names = new Set<string>();
  visitOwnDeclarations(host, (name) => {
    names.add(name);
  });
  return names;
}

function visitOwnDeclarations(host: Host, add: (name: string) => void): void {
  // A module's own variables are those of every function; they are told apart by where they are assigned.
  if (ts.isSourceFile(host)) return;
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) add(name.text);
    else for (const element of name.elements) if (!ts.isOmittedExpression(element)) bind(element.name);
  };
  for (const parameter of host.parameters) bind(parameter.name);
  const body = bodyOf(host);
  if (body === undefined) return;
  visitOwn(body, (node) => {
    if (ts.isVariableDeclaration(node)) bind(node.name);
  });
}

function isReference(
  node: ts.Node,
): node is ts.Identifier | ts.PropertyAccessExpression | ts.ElementAccessExpression {
  if (ts.isIdentifier(node)) return mentionedIn([node]).has(node.text);
  if (ts.isElementAccessExpression(node)) return true;
  return ts.isPropertyAccessExpression(node);
}

function pathText(node: ts.Node, source: ts.SourceFile): string {
  return node.getText(source).replace(/\s+/g, '').replaceAll('?.', '.').replaceAll('!.', '.');
}

function rootOf(path: string): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}
