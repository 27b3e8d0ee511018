/** Finds the statements that a lock must be held for. */
import type { FixRegion } from '../../../model/findings.js';
import { childOf, type SyntaxNode } from '../../../syntax/python/tree.js';
import { isLastOnLine, isFirstOnLine } from '../lines.js';
import { isFunction, isSuite, pathTo, statementsOf, textOf, type Source } from './syntax.js';

/** Consecutive statements of one suite, with lines of their own. */
export interface Stretch {
  /** All statements of the suite. */
  readonly list: readonly SyntaxNode[];
  readonly first: number;
  readonly last: number;
  /** The function whose text is changed, or the module. */
  readonly host: SyntaxNode;
  /** The nodes around the suite, from the outermost inwards, with the suite itself. */
  readonly path: readonly SyntaxNode[];
}

/** @returns undefined where no lock could be held for both ends */
export function findStretch(source: Source, { from, to, function: whole }: FixRegion): Stretch | undefined {
  if (Math.min(from.start, to.start) < 0 || Math.max(from.end, to.end) > source.text.length) return undefined;
  const both = { start: Math.min(from.start, to.start), end: Math.max(from.end, to.end) };
  const path = pathTo(source, both);
  for (let index = path.length - 1; index >= 0; index--) {
    const node = path[index];
    if (node === undefined) return undefined;
    const ofModule = node.type === 'module' && whole.start <= 0;
    if (!ofModule && (node.start < whole.start || node.end > whole.end)) return undefined;
    // Both ends are in a function's head, which is no place for a statement.
    if (isFunction(node)) return undefined;
    if (!isSuite(node, path[index - 1])) continue;
    const list = statementsOf(node);
    const first = list.findIndex(({ start, end }) => start <= from.start && from.end <= end);
    const last = list.findIndex(({ start, end }) => start <= to.start && to.end <= end);
    if (first === -1 || last === -1 || first > last) return undefined;
    const lines = withWholeLines(source.text, list, first, last);
    // A suite on the line of its head has no room for another one.
    if (lines === undefined) continue;
    const host = path.slice(0, index).findLast((outer) => isFunction(outer)) ?? source.root;
    return { list, ...lines, host, path: path.slice(0, index + 1) };
  }
  return undefined;
}

/** The statements with those that share lines with them. */
function withWholeLines(
  text: string,
  list: readonly SyntaxNode[],
  first: number,
  last: number,
): { first: number; last: number } | undefined {
  let start = first;
  let end = last;
  while (start > 0 && !isFirstOnLine(text, list[start]?.start ?? 0)) start--;
  while (end < list.length - 1 && !endsLine(text, list[end]?.end ?? 0)) end++;
  const [opening, closing] = [list[start], list[end]];
  if (opening === undefined || closing === undefined) return undefined;
  return isFirstOnLine(text, opening.start) && endsLine(text, closing.end)
    ? { first: start, last: end }
    : undefined;
}

/** Whether nothing but a semicolon and a comment follows on the line. */
function endsLine(text: string, offset: number): boolean {
  const rest = /^[ \t]*;?[ \t]*(?:#[^\n\r]*)?/.exec(text.slice(offset))?.[0].length ?? 0;
  return isLastOnLine(text, offset + rest);
}

export function bodyOf(host: SyntaxNode): SyntaxNode {
  return host.type === 'module' ? host : (childOf(host, 'body') ?? host);
}

/** The decorators of a function, as written. */
export function decoratorsOf(source: Source, { path, host }: Stretch): string[] {
  const outer = path[path.indexOf(host) - 1];
  if (outer?.type !== 'decorated_definition') return [];
  return outer.children.filter(({ type }) => type === 'decorator').map((node) => textOf(source, node));
}
