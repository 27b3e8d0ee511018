import ts from '#typescript';
import { indentationAt } from '../lines.js';
import { visitAll } from './syntax.js';

/** How a file is written. */
export interface Style {
  readonly eol: string;
  readonly quote: "'" | '"';
  /** What ends a statement: `;` or nothing. */
  readonly semicolon: ';' | '';
  /** One step of indentation. */
  readonly indent: string;
}

export function styleOf(source: ts.SourceFile): Style {
  const { text } = source;
  return {
    eol: /\r\n|\n|\r/.exec(text)?.[0] ?? '\n',
    quote: quoteOf(source),
    semicolon: semicolonOf(source),
    indent: indentOf(source),
  };
}

export function quoted(text: string, { quote }: Style): string {
  const escaped = JSON.stringify(text);
  return quote === '"' ? escaped : `'${escaped.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function quoteOf(source: ts.SourceFile): "'" | '"' {
  let singles = 0;
  let doubles = 0;
  visitAll(source, (node) => {
    if (!ts.isStringLiteral(node)) return;
    if (source.text[node.getStart(source)] === '"') doubles++;
    else singles++;
  });
  return doubles > singles ? '"' : "'";
}

function semicolonOf(source: ts.SourceFile): ';' | '' {
  let withSemicolon = 0;
  let without = 0;
  visitAll(source, (node) => {
    if (
      !ts.isExpressionStatement(node) &&
      !ts.isVariableStatement(node) &&
      !ts.isReturnStatement(node) &&
      !ts.isImportDeclaration(node)
    ) {
      return;
    }
    if (source.text[node.end - 1] === ';') withSemicolon++;
    else without++;
  });
  return without > withSemicolon ? '' : ';';
}

/** The indentation of the first block that has a line of its own inside. */
function indentOf(source: ts.SourceFile): string {
  let found: string | undefined;
  visitAll(source, (node) => {
    if (found !== undefined || !(ts.isBlock(node) || ts.isClassLike(node))) return;
    const [first] = ts.isBlock(node) ? node.statements : node.members;
    if (first === undefined) return;
    const outer = indentationAt(source.text, node.getStart(source));
    const inner = indentationAt(source.text, first.getStart(source));
    if (inner.length > outer.length && inner.startsWith(outer)) found = inner.slice(outer.length);
  });
  return found ?? '  ';
}
