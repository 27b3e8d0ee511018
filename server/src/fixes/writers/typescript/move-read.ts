/** Moves a read that was left outside of a locked section into it. */
import ts from '#typescript';
import type { TextRange } from '../../../model/source.js';
import { canMoveIntoArrow } from './closures.js';
import type { CombinedLocks } from './combined-locks.js';
import { insertion, type Change } from '../edits.js';
import { leavingOf } from './leaving.js';
import { boundNames, declaredBy, intersects, isBlockScoped, isUsing, mentionedIn } from './names.js';
import type { Stretch } from './place.js';
import { indentationAt, isFirstOnLine, lineStart, nextLine } from '../lines.js';
import type { Style } from './style.js';
import { isAsync, smallestAround, unwrap, visitAll } from './syntax.js';
import { multiLineStrings, withLeadingComments } from './wrap.js';

/** @returns undefined when the write is in no section of its own, or the read cannot be moved without harm */
export function moveReadIntoSection(
  source: ts.SourceFile,
  stretch: Stretch,
  write: TextRange,
  locks: CombinedLocks,
  style: Style,
): Change[] | undefined {
  const { list, first, last, host } = stretch;
  const target = list[last];
  if (target === undefined || first === last) return undefined;
  const callback = sectionAround(source, write, target, locks);
  if (callback === undefined) return undefined;
  const moved = list.slice(first, last);
  if (!moved.every(isPlain) || leavingOf(moved).returns.length > 0) return undefined;
  const names = new Set(declaredBy(moved).blockScoped.keys());
  const others = [...list.slice(0, first), ...list.slice(last + 1), ...argumentsBeside(target, callback)];
  const inside = new Set([
    ...declaredBy(callback.body.statements).blockScoped.keys(),
    ...callback.parameters.flatMap(({ name }) => boundNames(name)),
  ]);
  if (intersects(names, mentionedIn(others)) || intersects(inside, mentionedIn(moved))) return undefined;
  if (moved.some((statement) => locks.isTakenIn(statement))) return undefined;
  if (!canMoveIntoArrow(source, moved, host)) return undefined;
  if (!isAsync(callback) && moved.some(awaits)) return undefined;
  return written(source, moved, target, callback, style);
}

/** The callback of the `request` that the statement waits for, when the write is in it. */
function sectionAround(
  source: ts.SourceFile,
  write: TextRange,
  statement: ts.Statement,
  locks: CombinedLocks,
): (ts.ArrowFunction & { readonly body: ts.Block }) | undefined {
  for (let node: ts.Node = smallestAround(source, write); node !== statement; node = node.parent) {
    // The write is in the callback, or is the call that runs it.
    const callback = locks.requestOf(node) === undefined ? locks.callbackOf(node) : node;
    if (callback === undefined) continue;
    if (!ts.isArrowFunction(callback) || !hasBlock(callback)) return undefined;
    return awaitedBy(statement) === callback.parent ? callback : undefined;
  }
  return undefined;
}

function hasBlock(node: ts.ArrowFunction): node is ts.ArrowFunction & { readonly body: ts.Block } {
  return ts.isBlock(node.body);
}

/** The call that a statement does nothing before. */
function awaitedBy(statement: ts.Statement): ts.Node | undefined {
  let expression: ts.Expression | undefined;
  if (ts.isExpressionStatement(statement) || ts.isReturnStatement(statement))
    expression = statement.expression;
  else if (ts.isVariableStatement(statement))
    expression = statement.declarationList.declarations[0]?.initializer;
  if (expression === undefined) return undefined;
  const inner = unwrap(expression);
  return ts.isAwaitExpression(inner) ? unwrap(inner.expression) : inner;
}

function isPlain(statement: ts.Statement): boolean {
  if (ts.isExpressionStatement(statement)) return true;
  return ts.isVariableStatement(statement) && isBlockScoped(statement) && !isUsing(statement);
}

/** The other arguments of the call that a callback is handed to, and what its value is assigned to. */
function argumentsBeside(statement: ts.Statement, callback: ts.Node): ts.Node[] {
  const call = callback.parent;
  const beside = ts.isCallExpression(call) ? call.arguments.filter((argument) => argument !== callback) : [];
  return ts.isVariableStatement(statement)
    ? [...beside, ...statement.declarationList.declarations.map(({ name }) => name)]
    : beside;
}

function awaits(statement: ts.Statement): boolean {
  let found = false;
  visitAll(statement, (node) => {
    if (ts.isAwaitExpression(node)) found = true;
  });
  return found;
}

function written(
  source: ts.SourceFile,
  moved: readonly ts.Statement[],
  target: ts.Statement,
  callback: ts.ArrowFunction & { readonly body: ts.Block },
  { eol, indent }: Style,
): Change[] | undefined {
  const { text } = source;
  const [first] = moved;
  const open = callback.body.getStart(source) + 1;
  const start = first === undefined ? 0 : withLeadingComments(text, first, source);
  const end = withLeadingComments(text, target, source);
  const [inner] = callback.body.statements;
  // Statements that share lines with others are left to a person.
  if (!isFirstOnLine(text, start) || !isFirstOnLine(text, end)) return undefined;
  if (inner === undefined || !isFirstOnLine(text, inner.getStart(source))) return undefined;
  const before = indentationAt(text, start);
  const after = indentationAt(text, inner.getStart(source)) || before + indent;
  const strings = multiLineStrings(source, { start, end });
  const lines: string[] = [];
  for (let at = lineStart(text, start); at < end; at = nextLine(text, at)) {
    const line = text.slice(at, Math.min(nextLine(text, at), end)).replace(/[\r\n]+$/, '');
    const inString = strings.some((string) => string.start < at && at < string.end);
    lines.push(
      !inString && line.startsWith(before) && line.trim() !== '' ? after + line.slice(before.length) : line,
    );
    if (nextLine(text, at) === at) break;
  }
  while (lines.at(-1)?.trim() === '') lines.pop();
  return [
    { range: { start: lineStart(text, start), end: lineStart(text, end) }, newText: '' },
    insertion(open, eol + lines.join(eol)),
  ];
}
