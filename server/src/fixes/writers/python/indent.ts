/** Puts statements below a head such as `with lock:`, one step further in. */
import type { TextRange } from '../../../model/source.js';
import type { SyntaxNode } from '../../../syntax/python/tree.js';
import { insertion, type Change } from '../edits.js';
import { indentationAt, isLastOnLine, lineEnd, nextLine } from '../lines.js';
import { withCommentsAbove } from './comments.js';
import type { Style } from './style.js';
import { visitAll, type Source } from './syntax.js';

/**
 * What a string spans keeps its lines as they are.
 * @param statements consecutive ones, with lines of their own
 */
export function below(
  source: Source,
  statements: readonly SyntaxNode[],
  head: string,
  { eol, indent }: Style,
): Change[] {
  const { text } = source;
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined) return [];
  const start = withCommentsAbove(text, first.start);
  const end = lineEnd(text, last.end);
  const outer = indentationAt(text, first.start);
  const strings = stringsIn(source, { start, end });
  const changes = [insertion(start, head + eol + outer + indent)];
  for (let at = nextLine(text, start); at < end && at > start; at = nextLine(text, at)) {
    const inString = strings.some((string) => string.start < at && at < string.end);
    if (!inString && !isLastOnLine(text, at)) changes.push(insertion(at, indent));
    if (nextLine(text, at) === at) break;
  }
  return changes;
}

function stringsIn({ root }: Source, range: TextRange): TextRange[] {
  const found: TextRange[] = [];
  visitAll(root, (node) => {
    if (node.type === 'string' && node.start < range.end && range.start < node.end) found.push(node);
  });
  return found;
}
