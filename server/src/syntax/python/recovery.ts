/**
 * An unclosed bracket can cost the parser the nesting of all that follows. A file with errors is therefore read again in
 * pieces: each statement that begins at the margin by itself, so that an error stays in its own.
 */
import type { SyntaxNode } from './tree.js';

/** Lines at which a statement of the module's own body begins for sure, unless they stand in a string of several lines. */
const STATEMENT = /^(?:@|(?:async[ \t]+def|def|class|import|from)\b)/gm;

function hasErrors(node: SyntaxNode): boolean {
  return node.type === 'ERROR' || node.missing || node.children.some(hasErrors);
}

function countErrors(node: SyntaxNode): number {
  const own = node.type === 'ERROR' ? node.end - node.start : node.missing ? 1 : 0;
  return node.type === 'ERROR' ? own : node.children.reduce((sum, child) => sum + countErrors(child), own);
}

function shifted(node: SyntaxNode, by: number): SyntaxNode {
  return {
    ...node,
    start: node.start + by,
    end: node.end + by,
    children: node.children.map((child) => shifted(child, by)),
  };
}

/** The offsets of the pieces. A decorator belongs to what it stands before. */
function piecesOf(text: string): number[] {
  const starts = [0];
  let decorated = false;
  for (const match of text.matchAll(STATEMENT)) {
    const isDecorator = match[0] === '@';
    if (!decorated && match.index > 0) starts.push(match.index);
    decorated = isDecorator;
  }
  return starts;
}

/** The tree of a text; where it has errors, the one in which they cover less. */
export function recover(text: string, parse: (text: string) => SyntaxNode): SyntaxNode {
  const whole = parse(text);
  if (!hasErrors(whole)) return whole;
  const starts = piecesOf(text);
  if (starts.length < 2) return whole;
  const children = starts.flatMap(
    (start, index) => shifted(parse(text.slice(start, starts[index + 1])), start).children,
  );
  const pieces: SyntaxNode = { ...whole, type: 'module', children };
  return countErrors(pieces) < countErrors(whole) ? pieces : whole;
}
