import type { Node } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerExpression } from './expressions.js';
import { childOf, unwrap, type SyntaxNode } from '../../syntax/python/tree.js';

const NOTHING: Node = { kind: 'sequence', nodes: [] };

/**
 * `if a or b:` is control flow, not a value: on each path it is known how each operand came out, which is how the analysis
 * sees that a flag was found down.
 */
export function branchOn(body: BodyLowering, wrapped: SyntaxNode, whenTrue: Node, whenFalse: Node): void {
  const expression = unwrap(wrapped);
  if (expression.type === 'not_operator') {
    const argument = childOf(expression, 'argument');
    if (argument !== undefined) branchOn(body, argument, whenFalse, whenTrue);
    return;
  }
  const left = childOf(expression, 'left');
  const right = childOf(expression, 'right');
  if (expression.type === 'boolean_operator' && left !== undefined && right !== undefined) {
    const conjunction = expression.children.some((child) => child.type === 'and');
    branchOnBoth(body, [left, right], conjunction, whenTrue, whenFalse);
    return;
  }
  const condition = lowerExpression(body, expression);
  body.emit({ kind: 'branch', condition, then: whenTrue, else: whenFalse, range: body.range(expression) });
}

/**
 * The side that needs both operands stands innermost; whatever misses it comes to the other side:
 * `whole: { if (a) { if (b) { inner; break whole } } other }`.
 */
function branchOnBoth(
  body: BodyLowering,
  [left, right]: readonly [SyntaxNode, SyntaxNode],
  conjunction: boolean,
  whenTrue: Node,
  whenFalse: Node,
): void {
  const label = body.label();
  const inner: Node = {
    kind: 'sequence',
    nodes: [conjunction ? whenTrue : whenFalse, { kind: 'break', label }],
  };
  const second = body.block(() => {
    branchOn(body, right, conjunction ? inner : NOTHING, conjunction ? NOTHING : inner);
  });
  const whole = body.block(() => {
    branchOn(body, left, conjunction ? second : NOTHING, conjunction ? NOTHING : second);
    body.emit(conjunction ? whenFalse : whenTrue);
  });
  body.emit({ kind: 'labelled', label, body: whole });
}
