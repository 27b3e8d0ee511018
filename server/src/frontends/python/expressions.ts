import type { Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerCall, type Destination } from './calls.js';
import { lowerCollection, lowerComprehension } from './collections.js';
import { lowerLambda } from './functions.js';
import { wait } from './statements.js';
import { lowerString } from './strings.js';
import { lowerSubscript } from './subscripts.js';
import { lowerAssignment } from './targets.js';
import { childOf, namedChildren, unwrap, type SyntaxNode } from '../../syntax/python/tree.js';

/** Comparisons, by what they say of identity: the analysis knows `===`. */
const IDENTITY = new Map([
  ['is', '==='],
  ['is not', '!=='],
]);

/** Lowers an expression whose value goes to a known place: to an `await`, or to the caller. */
export function lowerValueOf(body: BodyLowering, wrapped: SyntaxNode, destination: Destination): Temporary {
  const node = unwrap(wrapped);
  return node.type === 'call' ? lowerCall(body, node, destination) : lowerExpression(body, node);
}

/** Lowers an expression in the order in which the language evaluates it, and returns its value. */
export function lowerExpression(body: BodyLowering, wrapped: SyntaxNode): Temporary {
  const node = unwrap(wrapped);
  switch (node.type) {
    case 'identifier':
      return body.loadName(body.text(node), body.range(node));
    case 'string':
    case 'concatenated_string':
      return lowerString(body, node);
    case 'integer':
    case 'float':
      return body.constant(numberOf(body.text(node)));
    case 'true':
      return body.constant(true);
    case 'false':
      return body.constant(false);
    case 'none':
      return body.constant(null);
    case 'attribute': {
      const [object, name] = [childOf(node, 'object'), childOf(node, 'attribute')];
      if (object === undefined || name === undefined) return lowerParts(body, node);
      const owner = lowerExpression(body, object);
      const key = body.text(name);
      const range = body.range(node);
      return body.value((into) => ({ kind: 'load-property', into, object: owner, key, range }));
    }
    case 'subscript': {
      const found = lowerSubscript(body, node);
      if (found === undefined) return lowerParts(body, node);
      const range = body.range(node);
      return body.value((into) => ({ kind: 'load-property', into, ...found, range }));
    }
    case 'call':
      return lowerCall(body, node, {});
    case 'await': {
      const [operand] = namedChildren(node);
      if (operand === undefined) return body.constant(undefined);
      return wait(body, lowerValueOf(body, operand, { awaited: true }), node);
    }
    case 'yield':
      return lowerYield(body, node);
    case 'binary_operator':
      return lowerBinary(body, node);
    case 'boolean_operator':
      return lowerBoolean(body, node);
    case 'not_operator':
      return body.derive('!', [lowerOperand(body, childOf(node, 'argument'))]);
    case 'unary_operator': {
      const operator = childOf(node, 'operator')?.type ?? '-';
      return body.derive(operator, [lowerOperand(body, childOf(node, 'argument'))]);
    }
    case 'comparison_operator':
      return lowerComparison(body, node);
    case 'conditional_expression':
      return lowerConditional(body, node);
    case 'named_expression': {
      const name = childOf(node, 'name');
      const value = lowerOperand(body, childOf(node, 'value'));
      if (name !== undefined) body.storeName(name, value);
      return value;
    }
    case 'lambda':
      return lowerLambda(body, node);
    case 'list':
    case 'tuple':
    case 'expression_list':
    case 'set':
    case 'dictionary':
      return lowerCollection(body, node);
    case 'list_comprehension':
    case 'set_comprehension':
    case 'dictionary_comprehension':
    case 'generator_expression':
      return lowerComprehension(body, node);
    case 'assignment':
      lowerAssignment(body, node);
      return body.constant(undefined);
    default:
      return lowerParts(body, node);
  }
}

function lowerOperand(body: BodyLowering, node: SyntaxNode | undefined): Temporary {
  return node === undefined ? body.constant(undefined) : lowerExpression(body, node);
}

/** All else only gathers values: they are evaluated in order, and the result derives from them. */
function lowerParts(body: BodyLowering, node: SyntaxNode): Temporary {
  return body.derive(
    'parts',
    namedChildren(node).map((child) => lowerExpression(body, child)),
  );
}

function numberOf(text: string): number {
  const digits = text.replaceAll('_', '').replace(/[lLjJ]$/, '');
  return Number(digits);
}

function lowerYield(body: BodyLowering, node: SyntaxNode): Temporary {
  const [operand] = namedChildren(node);
  const value = operand === undefined ? undefined : lowerExpression(body, operand);
  const range = body.range(node);
  return body.value((into) => ({
    kind: 'point',
    cause: 'yield',
    into,
    range,
    ...(value !== undefined && { value }),
  }));
}

function lowerBinary(body: BodyLowering, node: SyntaxNode): Temporary {
  const left = lowerOperand(body, childOf(node, 'left'));
  const right = lowerOperand(body, childOf(node, 'right'));
  return body.derive(childOf(node, 'operator')?.type ?? '?', [left, right]);
}

/** `left and right`, `left or right`: the right operand is evaluated on one side only. */
function lowerBoolean(body: BodyLowering, node: SyntaxNode): Temporary {
  const conjunction = childOf(node, 'operator')?.type === 'and';
  const left = lowerOperand(body, childOf(node, 'left'));
  const variable = body.synthetic();
  const range = body.range(node);
  const keep = body.block(() => {
    body.store(variable, left, range, true);
  });
  const evaluate = body.block(() => {
    body.store(variable, lowerOperand(body, childOf(node, 'right')), range, true);
  });
  const [whenTrue, whenFalse] = conjunction ? [evaluate, keep] : [keep, evaluate];
  body.emit({ kind: 'branch', condition: left, then: whenTrue, else: whenFalse, range });
  return body.load(variable, range);
}

/** `a < b < c` compares what lies beside each other; each operand is evaluated once. */
function lowerComparison(body: BodyLowering, node: SyntaxNode): Temporary {
  const operands = namedChildren(node).map((operand) => lowerExpression(body, operand));
  const operators = node.children.filter((child) => !child.named).map((child) => child.type);
  const [operator = '?'] = operators;
  if (operators.length > 1) return body.derive('compare', operands);
  const looksInto = operator === 'in' || operator === 'not in';
  return body.derive(IDENTITY.get(operator) ?? operator, operands, looksInto ? body.range(node) : undefined);
}

function lowerConditional(body: BodyLowering, node: SyntaxNode): Temporary {
  const [whenTrue, test, whenFalse] = namedChildren(node);
  const condition = lowerOperand(body, test);
  const variable = body.synthetic();
  const range = body.range(node);
  const [then, otherwise] = [whenTrue, whenFalse].map((side) =>
    body.block(() => {
      body.store(variable, lowerOperand(body, side), range, true);
    }),
  );
  if (then !== undefined && otherwise !== undefined) {
    body.emit({ kind: 'branch', condition, then, else: otherwise, range: body.range(test ?? node) });
  }
  return body.load(variable, range);
}
