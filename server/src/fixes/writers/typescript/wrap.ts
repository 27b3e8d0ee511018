/** Writes a form out: what stands before and after the statements, and one step of indentation more for them. */
import ts from '#typescript';
import type { TextRange } from '../../../model/source.js';
import { insertion, type Change } from '../edits.js';
import type { Form } from './forms.js';
import { freeName, identifiersIn } from './names.js';
import type { Stretch } from './place.js';
import { indentationAt, isFirstOnLine, isLastOnLine, lineEnd, nextLine } from '../lines.js';
import type { Style } from './style.js';
import { visitAll } from './syntax.js';

/**
 * @param lock the expression that is the lock
 * @param waits false where the function cannot await, and its thread waits for the lock
 */
export function wrapStatements(
  source: ts.SourceFile,
  stretch: Stretch,
  form: Form,
  lock: string,
  style: Style,
  waits: boolean,
): Change[] {
  const { text } = source;
  const [first] = form.statements;
  const last = form.statements.at(-1);
  if (first === undefined || last === undefined) return [];
  const { eol, semicolon, indent } = style;
  const lastEnd = endOf(last, text);
  const end = withTrailingComments(text, lastEnd);
  const start = withLeadingComments(text, first, source);
  const braced = ts.isIterationStatement(stretch.holder, false) && form.kind === 'acquire';
  const ownLines = !braced && isFirstOnLine(text, start) && isLastOnLine(text, end);
  const outer = indentationAt(text, start);
  const newLine = ownLines ? eol + outer : ' ';
  const inner = ownLines ? eol + outer + indent : ' ';
  const { head, foot } = around(form, lock, { newLine, inner, semicolon, waits }, grantName(stretch));
  const followed = text.slice(nextToken(text, lastEnd)).charAt(0);
  // Without semicolons, what starts so would go on with the statement before it.
  const guard = semicolon === '' && /[([`+\-/]/.test(followed) && !foot.endsWith('}') ? ';' : '';
  const changes = [
    insertion(start, (braced ? '{ ' : '') + head + inner),
    ...(ownLines ? indented(source, { start, end }, indent) : []),
    insertion(ownLines ? end : lastEnd, foot + guard + (braced ? ' }' : '')),
  ];
  if (form.kind === 'acquire' && waits)
    changes.push(...form.awaited.flatMap((expression) => awaiting(expression, source)));
  return changes;
}

/** Wraps an expression that is the whole value of its function. */
export function wrapExpression(
  source: ts.SourceFile,
  expression: ts.Expression,
  lock: string,
  async: boolean,
): Change[] {
  return [
    insertion(expression.getStart(source), `${lock}.request(${async ? 'async ' : ''}() => `),
    insertion(expression.end, ')'),
  ];
}

interface Spacing {
  readonly newLine: string;
  readonly inner: string;
  readonly semicolon: string;
  readonly waits: boolean;
}

function around(
  form: Form,
  lock: string,
  { newLine, inner, semicolon, waits }: Spacing,
  grant: string,
): { head: string; foot: string } {
  const request = waits ? `await ${lock}.request(async () => {` : `${lock}.requestSync(() => {`;
  switch (form.kind) {
    case 'request':
      return { head: request, foot: `${newLine}})${semicolon}` };
    case 'return-request':
      return { head: `return ${request.replace(/^await /, '')}`, foot: `${newLine}})${semicolon}` };
    case 'value-request': {
      const [only] = form.names;
      const names = form.names.length === 1 && only !== undefined ? only : `{ ${form.names.join(', ')} }`;
      return {
        head: `const ${names} = ${request}`,
        foot: `${inner}return ${names}${semicolon}${newLine}})${semicolon}`,
      };
    }
    case 'acquire': {
      const separator = newLine === ' ' && semicolon === '' ? ';' : semicolon;
      return {
        head: `const ${grant} = ${waits ? `await ${lock}.acquire()` : `${lock}.acquireSync()`}${separator}${newLine}try {`,
        foot: `${newLine}} finally {${inner}${waits ? 'await' : 'void'} ${grant}.release()${semicolon}${newLine}}`,
      };
    }
  }
}

function grantName({ host }: Stretch): string {
  return freeName('grant', identifiersIn(host));
}

/** One step more of indentation for each line but the first; what a string spans keeps its lines as they are. */
export function indented(source: ts.SourceFile, range: TextRange, indent: string): Change[] {
  const { text } = source;
  const strings = multiLineStrings(source, range);
  const changes: Change[] = [];
  for (let at = nextLine(text, range.start); at < range.end; at = nextLine(text, at)) {
    const inString = strings.some(({ start, end }) => start < at && at < end);
    if (!inString && lineEnd(text, at) > at && !isLastOnLine(text, at)) changes.push(insertion(at, indent));
    if (nextLine(text, at) === at) break;
  }
  return changes;
}

/** The stretches of strings whose value has their lines' white space in it. */
export function multiLineStrings(source: ts.SourceFile, range: TextRange): TextRange[] {
  const found: TextRange[] = [];
  visitAll(source, (node) => {
    const isString = ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node);
    if (!isString || node.end < range.start || node.pos > range.end) return;
    const start = node.getStart(source);
    if (/[\n\r]/.test(source.text.slice(start, node.end))) found.push({ start, end: node.end });
  });
  return found;
}

/** The end of a statement, without a semicolon on a later line, which stands there for the statement after it. */
function endOf(statement: ts.Statement, text: string): number {
  const trimmed = text.slice(statement.pos, statement.end).replace(/\s*[\n\r]\s*;$/, '');
  return statement.pos + trimmed.length;
}

/** The start of the comments that stand directly over a statement, or of the statement. */
export function withLeadingComments(text: string, statement: ts.Statement, source: ts.SourceFile): number {
  let start = statement.getStart(source);
  const comments = ts.getLeadingCommentRanges(text, statement.pos) ?? [];
  for (const { pos, end } of comments.toReversed()) {
    const between = text.slice(end, start);
    if (!isFirstOnLine(text, pos) || (between.match(/\r\n|\n|\r/g) ?? []).length > 1) break;
    start = pos;
  }
  return start;
}

/** The end of the comments that follow on the same line, when nothing else does. */
export function withTrailingComments(text: string, end: number): number {
  const last = ts.getTrailingCommentRanges(text, end)?.at(-1);
  return last !== undefined && isLastOnLine(text, last.end) ? last.end : end;
}

function nextToken(text: string, offset: number): number {
  let at = offset;
  for (;;) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    const comment = ts.getLeadingCommentRanges(text, at)?.[0] ?? ts.getTrailingCommentRanges(text, at)?.[0];
    if (comment?.pos !== at) return at;
    at = comment.end;
  }
}

export function awaiting(expression: ts.Expression, source: ts.SourceFile): Change[] {
  const needsParentheses =
    ts.isConditionalExpression(expression) ||
    ts.isBinaryExpression(expression) ||
    ts.isAsExpression(expression);
  const start = expression.getStart(source);
  return needsParentheses
    ? [insertion(start, 'await ('), insertion(expression.end, ')')]
    : [insertion(start, 'await ')];
}
