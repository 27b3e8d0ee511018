import { indentationAt, isFirstOnLine, lineStart } from '../lines.js';

/** The start of the comments that stand directly over a statement, at its margin, or of the statement. */
export function withCommentsAbove(text: string, start: number): number {
  const margin = indentationAt(text, start);
  let found = start;
  for (;;) {
    const line = lineStart(text, found);
    if (line === 0) return found;
    const above = lineStart(text, text.startsWith('\r\n', line - 2) ? line - 2 : line - 1);
    const indentation = /^[ \t]*/.exec(text.slice(above))?.[0] ?? '';
    const comment = above + indentation.length;
    if (indentation !== margin || text[comment] !== '#' || !isFirstOnLine(text, comment)) return found;
    found = comment;
  }
}
