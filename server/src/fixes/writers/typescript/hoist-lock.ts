/** Makes a lock once for the module, and not in each call. */
import ts from '#typescript';
import type { HoistLockRequest } from '../../../model/diagnostics.js';
import { insertion, type Change } from '../edits.js';
import { isFirstOnLine, isLastOnLine, lineStart, nextLine } from '../lines.js';
import { freeName, identifiersIn, mentionedIn } from './names.js';
import { styleOf } from './style.js';
import { functionAround, visitAll } from './syntax.js';
import { holderOf, makingAt, usesOf } from './uses.js';
import { withLeadingComments } from './wrap.js';

/** @returns undefined where the lock is not a plain variable of a function, or needs what only the call knows */
export function hoistLock(source: ts.SourceFile, { made }: HoistLockRequest): Change[] | undefined {
  const { text } = source;
  const making = makingAt(source, made);
  const declaration = making && ts.findAncestor(making, ts.isVariableDeclaration);
  const initializer = declaration?.initializer;
  const holder = initializer && holderOf(initializer);
  const uses = holder?.kind === 'variable' ? usesOf(holder) : undefined;
  if (declaration === undefined || initializer === undefined || holder === undefined || uses === undefined)
    return undefined;
  const statement = declaration.parent.parent;
  if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length > 1)
    return undefined;
  if (ts.isArrowFunction(initializer) || functionAround(statement) === undefined) return undefined;
  const start = withLeadingComments(text, statement, source);
  if (!isFirstOnLine(text, start) || !isLastOnLine(text, afterComment(text, statement.end))) return undefined;
  const top = source.statements.find(({ pos, end }) => pos <= statement.pos && statement.end <= end);
  if (top === undefined) return undefined;
  const place = withLeadingComments(text, top, source);
  if (!isKnownAt(source, initializer, place)) return undefined;
  const { name } = holder;
  const given = isTaken(source, holder.scope, name) ? freeName(name, identifiersIn(source)) : name;
  const { eol } = styleOf(source);
  const { name: nameNode } = declaration;
  const moved =
    text.slice(statement.getStart(source), nameNode.getStart(source)) +
    given +
    text.slice(nameNode.end, statement.end);
  const renamed = given === name ? [] : uses;
  if (renamed.some(({ parent }) => ts.isShorthandPropertyAssignment(parent))) return undefined;
  const line = { start: lineStart(text, start), end: nextLine(text, statement.end) };
  // The empty line that set it off goes with it.
  if (isLastOnLine(text, line.end)) line.end = nextLine(text, line.end);
  return [
    insertion(place, moved + eol + eol),
    { range: line, newText: '' },
    ...renamed.map((use): Change => ({
      range: { start: use.getStart(source), end: use.end },
      newText: given,
    })),
  ];
}

function afterComment(text: string, end: number): number {
  return ts.getTrailingCommentRanges(text, end)?.at(-1)?.end ?? end;
}

/** Whether all names in an expression are those of imports, and of classes and functions that stand above a place. */
function isKnownAt(source: ts.SourceFile, expression: ts.Expression, place: number): boolean {
  const names = new Set<string>();
  for (const statement of source.statements) {
    if (statement.getStart(source) >= place && !ts.isImportDeclaration(statement)) continue;
    if (ts.isImportDeclaration(statement)) for (const name of identifiersIn(statement)) names.add(name);
    else if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations)
        for (const bound of identifiersIn(name)) names.add(bound);
    else if ((ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement)) && statement.name)
      names.add(statement.name.text);
  }
  return [...mentionedIn([expression])].every((name) => names.has(name));
}

/** Whether the file says a name outside of the scope that the variable had. */
function isTaken(source: ts.SourceFile, scope: ts.Node, name: string): boolean {
  let taken = false as boolean;
  visitAll(source, (node) => {
    if (!ts.isIdentifier(node) || node.text !== name || !mentionedIn([node]).has(name)) return;
    if (node.pos < scope.pos || node.end > scope.end) taken = true;
  });
  return taken;
}
