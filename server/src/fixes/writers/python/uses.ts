/** Where a file speaks of a variable or a field, and of what it imports. */
import { childOf, namedChildren, type SyntaxNode } from '../../../syntax/python/tree.js';
import type { Change } from '../edits.js';
import { lineStart, nextLine } from '../lines.js';
import { isFunction, pathTo, textOf, type Source } from './syntax.js';

/** A node and the nodes around it, from the nearest outwards. */
export interface Use {
  readonly node: SyntaxNode;
  readonly around: readonly SyntaxNode[];
}

/**
 * What says the name of a variable, or the field of that name (`self.lock`).
 * @param field true for a field
 */
export function usesOf(source: Source, name: string, field: boolean): Use[] {
  const uses: Use[] = [];
  const visit = (node: SyntaxNode, around: readonly SyntaxNode[]): void => {
    const inner = [node, ...around];
    for (const child of node.children) visit(child, inner);
    if (node.type !== 'identifier' || textOf(source, node) !== name) return;
    const [parent, ...outer] = around;
    if (parent === undefined) return;
    const isAttribute = parent.type === 'attribute' && childOf(parent, 'attribute') === node;
    if (isAttribute !== field) return;
    if (parent.type === 'keyword_argument' && childOf(parent, 'name') === node) return;
    uses.push(isAttribute ? { node: parent, around: outer } : { node, around });
  };
  visit(source.root, []);
  return uses;
}

/** The call that a range is, with what is around it, from the nearest outwards. */
export function callAt(
  source: Source,
  range: { readonly start: number; readonly end: number },
): { readonly call: SyntaxNode; readonly around: readonly SyntaxNode[] } | undefined {
  const path = pathTo(source, range);
  const index = path.findIndex(
    ({ type, start, end }) => type === 'call' && start === range.start && end === range.end,
  );
  const call = path[index];
  return call && { call, around: path.slice(0, index).reverse() };
}

export function functionAround(around: readonly SyntaxNode[]): SyntaxNode | undefined {
  return around.find(isFunction);
}

/** Takes out the import of a name that nothing says any more, once `without` is gone. */
export function importRemoved(source: Source, name: string, without: SyntaxNode): Change[] {
  const rest = usesOf(source, name, false).filter(
    ({ node, around }) =>
      !(without.start <= node.start && node.end <= without.end) &&
      !around.some(({ type }) => type === 'import_statement' || type === 'import_from_statement'),
  );
  if (rest.length > 0) return [];
  for (const statement of source.root.children) {
    if (statement.type !== 'import_statement' && statement.type !== 'import_from_statement') continue;
    const module = childOf(statement, 'module_name');
    const names = namedChildren(statement).filter((child) => child !== module);
    const index = names.findIndex((child) => textOf(source, child) === name);
    const [found, next, previous] = [names[index], names[index + 1], names[index - 1]];
    if (found === undefined) continue;
    const { text } = source;
    const removed =
      next !== undefined
        ? { start: found.start, end: next.start }
        : previous !== undefined
          ? { start: previous.end, end: found.end }
          : { start: lineStart(text, statement.start), end: nextLine(text, statement.end) };
    return [{ range: removed, newText: '' }];
  }
  return [];
}
