import type { PropertyKey, Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { targetNames } from './bindings.js';
import { lowerExpression } from './expressions.js';
import { lowerClauses } from './loops.js';
import { elementKey } from './subscripts.js';
import { childOf, namedChildren, visitTree, type SyntaxNode } from '../../syntax/python/tree.js';

/** Collections with more elements than this, all of them written out, are tables of data: their elements are not told. */
const LARGE = 24;

export function lowerCollection(body: BodyLowering, node: SyntaxNode): Temporary {
  const children = namedChildren(node);
  const told = children.length > LARGE && isData(node) ? [] : children;
  return node.type === 'dictionary' ? lowerDictionary(body, node, told) : lowerSequence(body, node, told);
}

/** True when nothing in it is computed. */
function isData(node: SyntaxNode): boolean {
  let data = true;
  visitTree(node, ({ type }) => {
    if (type === 'identifier' || type === 'call' || type === 'lambda' || type === 'await') data = false;
    return data;
  });
  return data;
}

function lowerSequence(body: BodyLowering, node: SyntaxNode, children: readonly SyntaxNode[]): Temporary {
  const elements: Temporary[] = [];
  const spreads: Temporary[] = [];
  for (const child of children) {
    const [inner] = child.type === 'list_splat' ? namedChildren(child) : [];
    if (inner !== undefined) spreads.push(lowerExpression(body, inner));
    else elements.push(lowerExpression(body, child));
  }
  const range = body.range(node);
  return body.value((into) => ({ kind: 'make-array', into, elements, spreads, range }));
}

function lowerDictionary(body: BodyLowering, node: SyntaxNode, children: readonly SyntaxNode[]): Temporary {
  const properties: { key: PropertyKey; value: Temporary }[] = [];
  const spreads: Temporary[] = [];
  for (const child of children) {
    if (child.type === 'dictionary_splat') {
      const [inner] = namedChildren(child);
      if (inner !== undefined) spreads.push(lowerExpression(body, inner));
      continue;
    }
    const [key, value] = [childOf(child, 'key'), childOf(child, 'value')];
    if (key === undefined || value === undefined) continue;
    const known = elementKey(body, key);
    const name = known ?? { computed: lowerExpression(body, key), element: true };
    properties.push({ key: name, value: lowerExpression(body, value) });
  }
  const range = body.range(node);
  return body.value((into) => ({ kind: 'make-object', into, properties, spreads, range }));
}

/** A comprehension gathers values in loops that have names of their own. */
export function lowerComprehension(body: BodyLowering, node: SyntaxNode): Temporary {
  const range = body.range(node);
  const gathered = body.synthetic();
  const empty = body.value((into) => ({ kind: 'make-array', into, elements: [], spreads: [], range }));
  body.store(gathered, empty, range, true);
  body.scoped('comprehension', (scope) => {
    const clauses = namedChildren(node).filter(
      ({ type }) => type === 'for_in_clause' || type === 'if_clause',
    );
    for (const clause of clauses) {
      const left = childOf(clause, 'left');
      for (const name of left === undefined ? [] : targetNames(left)) {
        body.module.declareBound(scope, body.text(name), [{ kind: 'variable', node: name }]);
      }
    }
    lowerClauses(body, clauses, () => {
      const element = childOf(node, 'body');
      if (element === undefined) return;
      const parts = element.type === 'pair' ? namedChildren(element) : [element];
      const values = parts.map((part) => lowerExpression(body, part));
      body.store(gathered, body.derive('gathered', values), range, true);
    });
  });
  return body.load(gathered, range);
}
