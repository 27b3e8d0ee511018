import type { Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { textOf } from './calls.js';
import { lowerExpression } from './expressions.js';
import { isAsync, suite, wait } from './statements.js';
import { assignTo } from './targets.js';
import { childOf, namedChildren, type SyntaxNode } from '../../syntax/python/tree.js';

/** `with m as x:` enters, runs its body, and leaves, however the body is left. The items are entered one after the other. */
export function lowerWith(body: BodyLowering, statement: SyntaxNode): void {
  const clause = statement.children.find(({ type }) => type === 'with_clause');
  const items = clause === undefined ? [] : namedChildren(clause).filter(({ type }) => type === 'with_item');
  lowerItems(body, statement, items, isAsync(statement));
}

function lowerItems(
  body: BodyLowering,
  statement: SyntaxNode,
  items: readonly SyntaxNode[],
  awaited: boolean,
): void {
  const [item, ...rest] = items;
  const value = item && childOf(item, 'value');
  if (item === undefined || value === undefined) {
    body.emit(suite(body, childOf(statement, 'body')));
    return;
  }
  const expression = value.type === 'as_pattern' ? (value.children[0] ?? value) : value;
  const target = value.type === 'as_pattern' ? childOf(value, 'alias') : undefined;
  const manager = lowerExpression(body, expression);
  const entered = callManager(body, manager, 'enter', expression, awaited);
  const inner = body.block(() => {
    if (target !== undefined) assignTo(body, target, entered);
    lowerItems(body, statement, rest, awaited);
  });
  const finalizer = body.block(() => {
    callManager(body, manager, 'exit', expression, awaited);
  });
  body.emit({ kind: 'try', body: inner, finalizer });
}

function callManager(
  body: BodyLowering,
  manager: Temporary,
  what: 'enter' | 'exit',
  expression: SyntaxNode,
  awaited: boolean,
): Temporary {
  const range = body.range(expression);
  const called = body.value((into) => ({
    kind: 'call',
    into,
    target: { kind: 'method', object: manager, key: awaited ? `__a${what}__` : `__${what}__` },
    arguments: [],
    construct: false,
    awaited,
    returned: false,
    text: textOf(body, expression),
    range,
  }));
  return awaited ? wait(body, called, expression) : called;
}
