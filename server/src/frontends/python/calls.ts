import type { Argument, Call, Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerExpression } from './expressions.js';
import { childOf, namedChildren, unwrap, type SyntaxNode } from '../../syntax/python/tree.js';

/** Where the value of a call goes. */
export interface Destination {
  readonly awaited?: boolean;
  readonly returned?: boolean;
}

/** A node as written, on one line and not too long, for messages. */
export function textOf(body: BodyLowering, node: SyntaxNode): string {
  const text = body.text(node).replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export function lowerCall(body: BodyLowering, node: SyntaxNode, destination: Destination): Temporary {
  const callee = unwrap(childOf(node, 'function') ?? node);
  const target = lowerTarget(body, callee);
  const list = childOf(node, 'arguments');
  const args = list === undefined ? [] : lowerArguments(body, list);
  return body.value((into) => ({
    kind: 'call',
    into,
    target,
    arguments: args,
    construct: false,
    awaited: destination.awaited ?? false,
    returned: destination.returned ?? false,
    text: textOf(body, callee),
    range: body.range(node),
  }));
}

function lowerTarget(body: BodyLowering, callee: SyntaxNode): Call['target'] {
  const [object, name] = [childOf(callee, 'object'), childOf(callee, 'attribute')];
  if (callee.type !== 'attribute' || object === undefined || name === undefined) {
    return { kind: 'value', callee: lowerExpression(body, callee) };
  }
  const key = body.text(name);
  if (isSuper(body, object)) return key === '__init__' ? { kind: 'superclass' } : { kind: 'superclass', key };
  return { kind: 'method', object: lowerExpression(body, object), key };
}

function isSuper(body: BodyLowering, node: SyntaxNode): boolean {
  const callee = node.type === 'call' ? childOf(node, 'function') : undefined;
  return callee?.type === 'identifier' && body.text(callee) === 'super';
}

function lowerArguments(body: BodyLowering, list: SyntaxNode): Argument[] {
  // `f(x for x in y)` has no parentheses of its own around its one argument.
  if (list.type === 'generator_expression') return [{ value: lowerExpression(body, list), spread: false }];
  const positional: Argument[] = [];
  const named: Argument[] = [];
  for (const argument of namedChildren(list)) {
    if (argument.type === 'keyword_argument') {
      const [name, value] = [childOf(argument, 'name'), childOf(argument, 'value')];
      if (name === undefined || value === undefined) continue;
      named.push({ value: lowerExpression(body, value), spread: false, name: body.text(name) });
    } else if (argument.type === 'list_splat' || argument.type === 'dictionary_splat') {
      const [inner] = namedChildren(argument);
      if (inner === undefined) continue;
      const value = lowerExpression(body, inner);
      if (argument.type === 'list_splat') positional.push({ value, spread: true });
      else named.push({ value, spread: true, name: '**' });
    } else positional.push({ value: lowerExpression(body, argument), spread: false });
  }
  return [...positional, ...named];
}
