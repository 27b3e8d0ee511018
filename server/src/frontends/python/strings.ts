import type { Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerExpression } from './expressions.js';
import { childOf, namedChildren, type SyntaxNode } from '../../syntax/python/tree.js';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

function unescape(text: string): string {
  return text.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|\r?\n|.)/gs,
    (whole, escape: string) => {
      const code = /^[xuU]([0-9a-fA-F]+)$/.exec(escape)?.[1];
      if (code !== undefined) {
        const point = Number.parseInt(code, 16);
        return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
      }
      if (/^\r?\n$/.test(escape)) return '';
      if (escape === '\\' || escape === '"' || escape === "'") return escape;
      return ESCAPES[escape] ?? whole;
    },
  );
}

/** A string's pieces: texts, and the expressions of an f-string. */
type Piece = string | SyntaxNode;

function piecesOf(body: BodyLowering, node: SyntaxNode): Piece[] {
  if (node.type === 'concatenated_string') {
    return namedChildren(node).flatMap((part) => piecesOf(body, part));
  }
  const start = node.children[0];
  const prefix = start === undefined ? '' : body.text(start).toLowerCase();
  const raw = prefix.includes('r');
  const formatted = /[ft]/.test(prefix);
  return namedChildren(node).flatMap((child): Piece[] => {
    if (child.type === 'interpolation') return [child];
    if (child.type !== 'string_content') return [];
    const text = body.text(child);
    const plain = raw ? text : unescape(text);
    return [formatted ? plain.replaceAll('{{', '{').replaceAll('}}', '}') : plain];
  });
}

/** The text of a string without interpolations; undefined for all other nodes. */
export function literalText(body: BodyLowering, node: SyntaxNode): string | undefined {
  if (node.type !== 'string' && node.type !== 'concatenated_string') return undefined;
  const pieces = piecesOf(body, node);
  return pieces.every((piece) => typeof piece === 'string') ? pieces.join('') : undefined;
}

export function lowerString(body: BodyLowering, node: SyntaxNode): Temporary {
  const pieces = piecesOf(body, node);
  const parts = pieces.map((piece): string | Temporary => {
    if (typeof piece === 'string') return piece;
    const expression = childOf(piece, 'expression');
    return expression === undefined ? '' : lowerExpression(body, expression);
  });
  if (parts.every((part) => typeof part === 'string')) return body.constant(parts.join(''));
  return body.value((into) => ({ kind: 'template', into, parts: parts.filter((part) => part !== '') }));
}
