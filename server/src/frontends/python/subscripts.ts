import type { PropertyKey, Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerExpression } from './expressions.js';
import { literalText } from './strings.js';
import { childOf, childrenOf, type SyntaxNode } from '../../syntax/python/tree.js';

/** The object and the key of `object[key]`. A key that is written out is known by its text. */
export function lowerSubscript(
  body: BodyLowering,
  node: SyntaxNode,
): { readonly object: Temporary; readonly key: PropertyKey } | undefined {
  const value = childOf(node, 'value');
  if (value === undefined) return undefined;
  const object = lowerExpression(body, value);
  const keys = childrenOf(node, 'subscript');
  const [only] = keys;
  if (keys.length !== 1 || only === undefined) {
    const parts = keys.map((key) => lowerExpression(body, key));
    return { object, key: { computed: body.derive('tuple', parts), element: true } };
  }
  const known = elementKey(body, only);
  return { object, key: known ?? { computed: lowerExpression(body, only), element: true } };
}

/** The name of an element whose key is written out: `["name"]`, or the number of a position. */
export function elementKey(body: BodyLowering, node: SyntaxNode): string | undefined {
  if (node.type === 'integer') return String(Number(body.text(node)));
  const text = literalText(body, node);
  return text === undefined ? undefined : `[${JSON.stringify(text)}]`;
}
