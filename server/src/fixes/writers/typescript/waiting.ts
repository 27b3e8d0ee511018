/** Whether the work of a place is done when its statements are: a lock that is freed before would guard nothing. */
import ts from '#typescript';
import type { FixRegion } from '../../../model/findings.js';
import type { TextRange } from '../../../model/source.js';
import type { Host, Place } from './place.js';
import { isAsync, smallestAround, visitAll } from './syntax.js';

/**
 * Whether both ends of the region are waited for: callbacks by the call that they are handed to, calls of what is known
 * to return a promise by `await` or `return`.
 */
export function isWaitedFor(source: ts.SourceFile, region: FixRegion, place: Place): boolean {
  const { host } = place;
  if (![region.from, region.to].every((end) => callbacksAreWaitedFor(source, end, host))) return false;
  const write = callAt(source, region.to);
  if (write === undefined || isSettledHere(write, host)) return true;
  return !startsWork(write, source) && !isLikeAwaited(write, callAt(source, region.from), host, source);
}

function callbacksAreWaitedFor(source: ts.SourceFile, end: TextRange, host: Host): boolean {
  for (let node: ts.Node = smallestAround(source, end); node !== host; node = node.parent) {
    if (ts.isSourceFile(node)) return ts.isSourceFile(host);
    if (!ts.isFunctionLike(node)) continue;
    const call = node.parent;
    if (!ts.isCallExpression(call) || !call.arguments.some((argument) => argument === node)) return false;
    if (!isAsync(node) && runsAtOnce(call)) continue;
    if (!isSettledHere(call, host)) return false;
  }
  return true;
}

const AT_ONCE = /^(forEach|map|flatMap|filter|find|findIndex|some|every|reduce|reduceRight|sort)$/;

function runsAtOnce(call: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(call.expression) && AT_ONCE.test(call.expression.name.text);
}

/** The call that is the end of a region as a whole. */
function callAt(source: ts.SourceFile, range: TextRange): ts.CallExpression | undefined {
  const node = smallestAround(source, range);
  return ts.isCallExpression(node) && node.getStart(source) === range.start ? node : undefined;
}

/** Whether a call's promise is awaited or returned in the function it stands in. */
function isSettledHere(call: ts.Node, host: Host): boolean {
  for (let node = call; node !== host; node = node.parent) {
    const { parent } = node;
    if (ts.isAwaitExpression(parent) || ts.isReturnStatement(parent)) return true;
    if (ts.isArrowFunction(parent) && parent.body === node) return true;
    if (ts.isStatement(parent) || ts.isFunctionLike(parent)) return false;
  }
  return false;
}

/** Whether a call goes on when it has returned, as far as the file tells: it is of an async function, of `then`, or is given a callback. */
function startsWork(call: ts.CallExpression, source: ts.SourceFile): boolean {
  const isLater = (argument: ts.Node): boolean =>
    ts.isFunctionLike(argument) && (isAsync(argument) || !runsAtOnce(call));
  if (call.arguments.some(isLater)) return true;
  const callee = call.expression;
  if (ts.isPropertyAccessExpression(callee) && /^(then|catch|finally)$/.test(callee.name.text)) return true;
  const name = ts.isIdentifier(callee) ? callee.text : ownMethod(callee);
  if (name === undefined) return false;
  let async = false as boolean;
  visitAll(source, (node) => {
    if (!ts.isFunctionLike(node) || !isAsync(node)) return;
    const given = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
    if (given?.getText(source) === name) async = true;
  });
  return async;
}

function ownMethod(callee: ts.Expression): string | undefined {
  const own = ts.isPropertyAccessExpression(callee) && callee.expression.kind === ts.SyntaxKind.ThisKeyword;
  return own ? callee.name.text : undefined;
}

/** Whether the read is awaited and the write is a call of the same object or module, which then is to be awaited too. */
function isLikeAwaited(
  write: ts.CallExpression,
  read: ts.CallExpression | undefined,
  host: Host,
  source: ts.SourceFile,
): boolean {
  if (read === undefined || !isSettledHere(read, host)) return false;
  const origin = originOf(write, source);
  return origin !== undefined && origin === originOf(read, source);
}

/** The object that a call is a method of, or the module that its function is imported from. */
function originOf({ expression }: ts.CallExpression, source: ts.SourceFile): string | undefined {
  if (ts.isPropertyAccessExpression(expression)) return expression.expression.getText(source);
  if (!ts.isIdentifier(expression)) return undefined;
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    if (bindings.elements.some(({ name }) => name.text === expression.text))
      return statement.moduleSpecifier.getText(source);
  }
  return undefined;
}
