import { indentationAt, isFirstOnLine } from '../lines.js';
import { isSuite, statementsOf, visitAll, type Source } from './syntax.js';

/** How a file is written. */
export interface Style {
  readonly eol: string;
  readonly quote: "'" | '"';
  /** One step of indentation. */
  readonly indent: string;
}

export function styleOf(source: Source): Style {
  const { text } = source;
  return {
    eol: /\r\n|\n|\r/.exec(text)?.[0] ?? '\n',
    quote: quoteOf(source),
    indent: indentOf(source),
  };
}

/** A string of printable characters, as a literal. */
export function quoted(text: string, { quote }: Style): string {
  return quote + text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote;
}

function quoteOf(source: Source): "'" | '"' {
  let singles = 0;
  let doubles = 0;
  visitAll(source.root, (node) => {
    if (node.type !== 'string_start') return;
    const mark = source.text.slice(node.start, node.end);
    if (mark.endsWith("'")) singles++;
    else if (!mark.endsWith('"""')) doubles++;
  });
  return singles > doubles ? "'" : '"';
}

/** The indentation of the first block that has a line of its own. */
function indentOf(source: Source): string {
  const { text, root } = source;
  let found: string | undefined;
  visitAll(root, (node) => {
    if (found !== undefined) return;
    for (const child of node.children) {
      const [first] = isSuite(child, node) ? statementsOf(child) : [];
      if (first === undefined || !isFirstOnLine(text, first.start)) continue;
      const outer = indentationAt(text, node.start);
      const inner = indentationAt(text, first.start);
      if (inner.length > outer.length && inner.startsWith(outer)) found ??= inner.slice(outer.length);
    }
  });
  return found ?? '    ';
}
