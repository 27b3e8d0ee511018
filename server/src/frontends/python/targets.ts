/** Assignment, in all its forms. */
import type { PropertyKey, Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerExpression } from './expressions.js';
import { lowerSubscript } from './subscripts.js';
import { childOf, namedChildren, unwrap, type SyntaxNode } from '../../syntax/python/tree.js';

/** Operators that store into their left operand end in `=`. */
function operatorOf(statement: SyntaxNode): string {
  const token = statement.children.find((child) => child.field === 'operator');
  return (token?.type ?? '+=').slice(0, -1);
}

/** `a = b = value`: the value is evaluated first, and then assigned from left to right. */
export function lowerAssignment(body: BodyLowering, assignment: SyntaxNode): void {
  const targets: SyntaxNode[] = [];
  let right: SyntaxNode | undefined = assignment;
  while (right?.type === 'assignment') {
    const left = childOf(right, 'left');
    if (left !== undefined) targets.push(left);
    right = childOf(right, 'right');
  }
  // `x: int` says a type and assigns nothing.
  if (right === undefined) return;
  const [target] = targets;
  if (targets.length === 1 && target !== undefined && assignInPairs(body, target, right)) return;
  const value = lowerRight(body, right);
  for (const target of targets) assignTo(body, target, value);
}

function lowerRight(body: BodyLowering, right: SyntaxNode): Temporary {
  if (right.type !== 'augmented_assignment') return lowerExpression(body, right);
  lowerAugmented(body, right);
  return body.constant(undefined);
}

const SEQUENCES = new Set(['expression_list', 'tuple', 'list']);
const PATTERNS = new Set(['pattern_list', 'tuple_pattern', 'list_pattern']);

/** `a, b = x, y`: no list is made; each value is known by itself. */
function assignInPairs(body: BodyLowering, target: SyntaxNode, right: SyntaxNode): boolean {
  if (!PATTERNS.has(target.type) || !SEQUENCES.has(right.type)) return false;
  const [targets, values] = [namedChildren(target), namedChildren(right)];
  if (targets.length !== values.length) return false;
  if (targets.some(({ type }) => type === 'list_splat_pattern')) return false;
  if (values.some(({ type }) => type === 'list_splat')) return false;
  const lowered = values.map((value) => lowerExpression(body, value));
  targets.forEach((inner, index) => {
    const value = lowered[index];
    if (value !== undefined) assignTo(body, inner, value);
  });
  return true;
}

/** `a += b`: loads, computes, stores. */
export function lowerAugmented(body: BodyLowering, statement: SyntaxNode): void {
  const [left, right] = [childOf(statement, 'left'), childOf(statement, 'right')];
  if (left === undefined || right === undefined) return;
  const place = lowerPlace(body, left);
  const before = place.load();
  const operand = lowerExpression(body, right);
  place.store(body.derive(operatorOf(statement), [before, operand]), statement);
}

/** Somewhere that is loaded and stored, with its object and key evaluated once. */
interface Assignable {
  load(): Temporary;
  /** @param value absent for `del` */
  store(value: Temporary | undefined, node: SyntaxNode): void;
}

function lowerPlace(body: BodyLowering, wrapped: SyntaxNode): Assignable {
  const target = unwrap(wrapped);
  const found = propertyPlace(body, target);
  if (found === undefined) {
    return {
      load: () => lowerExpression(body, target),
      store: (value) => {
        if (value !== undefined && target.type === 'identifier') body.storeName(target, value);
      },
    };
  }
  const { object, key } = found;
  const range = body.range(target);
  return {
    load: () => body.value((into) => ({ kind: 'load-property', into, object, key, range })),
    store: (value, node) => {
      body.emit({
        kind: 'store-property',
        object,
        key,
        range: body.range(node),
        ...(value !== undefined && { value }),
      });
    },
  };
}

function propertyPlace(
  body: BodyLowering,
  target: SyntaxNode,
): { readonly object: Temporary; readonly key: PropertyKey } | undefined {
  if (target.type === 'attribute') {
    const [object, name] = [childOf(target, 'object'), childOf(target, 'attribute')];
    if (object === undefined || name === undefined) return undefined;
    noteField(body, object, name);
    return { object: lowerExpression(body, object), key: body.text(name) };
  }
  return target.type === 'subscript' ? lowerSubscript(body, target) : undefined;
}

/** `self.x = …` makes a field, wherever it stands in the class's methods. */
function noteField(body: BodyLowering, object: SyntaxNode, name: SyntaxNode): void {
  const receiver = object.type === 'identifier' ? body.scope.resolve(body.text(object)) : undefined;
  if (receiver?.kind !== 'receiver') return;
  const field = body.text(name);
  if (receiver.fields.some((known) => known.name === field)) return;
  receiver.fields.push({ name: field, static: false, range: body.range(name) });
}

/**
 * Assigns a value to a name, a property, or the parts of a pattern.
 * @param value absent for `del`
 */
export function assignTo(body: BodyLowering, wrapped: SyntaxNode, value: Temporary | undefined): void {
  const target = unwrap(wrapped);
  switch (target.type) {
    case 'identifier':
      if (value !== undefined) body.storeName(target, value);
      return;
    case 'attribute':
    case 'subscript':
      lowerPlace(body, target).store(value, target);
      return;
    case 'list_splat_pattern':
    case 'list_splat':
    case 'as_pattern_target': {
      const [inner] = namedChildren(target);
      if (inner === undefined || value === undefined) return;
      const rest = target.type === 'as_pattern_target' ? value : body.derive('rest', [value]);
      assignTo(body, inner, rest);
      return;
    }
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'expression_list':
    case 'tuple':
    case 'list': {
      if (value === undefined) return;
      let afterRest = false;
      namedChildren(target).forEach((inner, index) => {
        if (inner.type.startsWith('list_splat')) {
          afterRest = true;
          assignTo(body, inner, value);
          return;
        }
        const part = afterRest
          ? body.derive('element', [value])
          : body.value((into) => ({
              kind: 'load-property',
              into,
              object: value,
              key: String(index),
              range: body.range(inner),
            }));
        assignTo(body, inner, part);
      });
      return;
    }
    default:
  }
}
