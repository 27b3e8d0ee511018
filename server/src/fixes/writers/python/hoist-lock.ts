/** Makes a lock once for the module, and not in each call. */
import type { HoistLockRequest } from '../../../model/diagnostics.js';
import { childOf, type SyntaxNode } from '../../../syntax/python/tree.js';
import { insertion, type Change } from '../edits.js';
import { isFirstOnLine, isLastOnLine, lineStart, nextLine } from '../lines.js';
import { withCommentsAbove } from './comments.js';
import { styleOf } from './style.js';
import { argumentsOf, calleeOf, freeName, identifiersIn, textOf, type Source } from './syntax.js';
import { callAt, functionAround, usesOf } from './uses.js';

/** @returns undefined where the lock is not a plain variable of a function, or needs what only the call knows */
export function hoistLock(source: Source, { made }: HoistLockRequest): Change[] | undefined {
  const { text, root } = source;
  const found = callAt(source, made);
  if (found === undefined) return undefined;
  const { call, around } = found;
  const [assignment, statement, suite] = around;
  const left = assignment?.type === 'assignment' ? childOf(assignment, 'left') : undefined;
  const host = functionAround(around);
  const top = around.at(-2);
  if (left?.type !== 'identifier' || statement?.type !== 'expression_statement') return undefined;
  if (host === undefined || suite?.type !== 'block' || top === undefined) return undefined;
  if (!isFirstOnLine(text, statement.start) || !isLastOnLine(text, statement.end)) return undefined;
  if (suite.children.filter(({ named }) => named).length < 2) return undefined;
  const callee = /^\w+/.exec(textOf(source, calleeOf(call) ?? call))?.[0] ?? '';
  if (!isOfModule(source, callee) || !argumentsOf(call).every(isLiteral)) return undefined;
  const name = textOf(source, left);
  const uses = usesOf(source, name, false);
  const inside = uses.filter(({ node }) => host.start <= node.start && node.end <= host.end);
  const assigned = inside.filter(
    ({ around: [parent] }) => parent !== undefined && isBinding(parent, source, name),
  );
  if (assigned.length !== 1) return undefined;
  const isTaken = uses.some(
    ({ node, around: outer }) =>
      !inside.some((use) => use.node === node) && functionAround(outer) === undefined,
  );
  const given = isTaken ? freeName(name, identifiersIn(source)) : name;
  const { eol } = styleOf(source);
  const start = withCommentsAbove(text, top.start);
  const gap = top.type.endsWith('definition') ? eol + eol + eol : eol;
  const line = { start: lineStart(text, statement.start), end: nextLine(text, statement.end) };
  const renamed =
    given === name
      ? []
      : inside
          .filter(({ node }) => node !== left)
          .map(({ node }): Change => ({ range: { start: node.start, end: node.end }, newText: given }));
  return [
    insertion(
      start,
      `${given} = ${textOf(source, call)}${start === top.start && root.children[0] === top ? eol : ''}${gap}`,
    ),
    { range: line, newText: '' },
    ...renamed,
  ];
}

function isBinding(parent: SyntaxNode, source: Source, name: string): boolean {
  const target = childOf(parent, 'left') ?? (parent.type === 'as_pattern_target' ? parent : undefined);
  return (target !== undefined && textOf(source, target) === name) || parent.type.endsWith('parameters');
}

function isLiteral({ type, children }: SyntaxNode): boolean {
  if (type === 'keyword_argument') return children.slice(-1).every(isLiteral);
  return /^(string|integer|float|true|false|none)$/.test(type);
}

/** Whether a name is one that the module itself imports or defines. */
function isOfModule(source: Source, name: string): boolean {
  return usesOf(source, name, false).some(
    ({ around }) =>
      functionAround(around) === undefined &&
      around.some(({ type }) => /^import_|^class_definition$/.test(type)),
  );
}
