import type { Node, Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { branchOn } from './branches.js';
import { lowerExpression } from './expressions.js';
import { isAsync, suite } from './statements.js';
import { assignTo } from './targets.js';
import { childOf, unwrap, type SyntaxNode } from '../../syntax/python/tree.js';

const NOTHING: Node = { kind: 'sequence', nodes: [] };

/** A loop whose `else` runs unless `break` leaves it: `whole: { loop; otherwise }`. */
function emitLoop(
  body: BodyLowering,
  statement: SyntaxNode,
  head: { readonly test: Node; readonly condition?: Temporary },
  round: (breaks: string) => Node,
): void {
  const whole = body.label();
  const label = body.label();
  body.loops.push({ break: whole, continue: label });
  const lowered = round(whole);
  body.loops.pop();
  const otherwise = childOf(statement, 'alternative');
  const inner = body.block(() => {
    body.emit({
      kind: 'loop',
      testsLast: false,
      body: lowered,
      update: NOTHING,
      label,
      range: body.range(statement),
      ...head,
    });
    if (otherwise !== undefined) body.emit(suite(body, childOf(otherwise, 'body')));
  });
  body.emit({ kind: 'labelled', label: whole, body: inner });
}

export function lowerWhile(body: BodyLowering, statement: SyntaxNode): void {
  const expression = childOf(statement, 'condition');
  if (expression === undefined) return;
  // `while True` ends only by what leaves it.
  const endless = unwrap(expression).type === 'true';
  let condition: Temporary | undefined;
  const test = body.block(() => {
    if (!endless) condition = lowerExpression(body, expression);
  });
  emitLoop(body, statement, { test, ...(condition !== undefined && { condition }) }, () =>
    suite(body, childOf(statement, 'body')),
  );
}

export function lowerFor(body: BodyLowering, statement: SyntaxNode): void {
  const [left, right] = [childOf(statement, 'left'), childOf(statement, 'right')];
  if (left === undefined || right === undefined) return;
  const { test, condition, element } = iteration(body, right, isAsync(statement));
  emitLoop(body, statement, { test, condition }, () =>
    body.block(() => {
      assignTo(body, left, element());
      body.emit(suite(body, childOf(statement, 'body')));
    }),
  );
}

interface Iteration {
  readonly test: Node;
  readonly condition: Temporary;
  /** The next element, in the loop's body. */
  readonly element: () => Temporary;
}

/** The head of a loop over what an expression gives, which is evaluated here. */
function iteration(body: BodyLowering, expression: SyntaxNode, awaits: boolean): Iteration {
  const iterable = lowerExpression(body, expression);
  let condition = iterable;
  const test = body.block(() => {
    condition = body.derive('next', [iterable]);
    if (awaits) {
      const range = body.range(expression);
      body.value((into) => ({ kind: 'point', cause: 'next', value: iterable, into, range }));
    }
  });
  return { test, condition, element: () => body.derive('element', [iterable]) };
}

/** The clauses of a comprehension: loops and conditions around what is gathered. */
export function lowerClauses(body: BodyLowering, clauses: readonly SyntaxNode[], gather: () => void): void {
  const [clause, ...rest] = clauses;
  if (clause === undefined) {
    gather();
    return;
  }
  if (clause.type === 'if_clause') {
    const condition = clause.children.find((child) => child.named);
    const inner = body.block(() => {
      lowerClauses(body, rest, gather);
    });
    if (condition !== undefined) branchOn(body, condition, inner, NOTHING);
    return;
  }
  const [left, right] = [childOf(clause, 'left'), childOf(clause, 'right')];
  if (left === undefined || right === undefined) return;
  const { test, condition, element } = iteration(body, right, isAsync(clause));
  const round = body.block(() => {
    assignTo(body, left, element());
    lowerClauses(body, rest, gather);
  });
  body.emit({
    kind: 'loop',
    test,
    condition,
    testsLast: false,
    body: round,
    update: NOTHING,
    range: body.range(clause),
  });
}
