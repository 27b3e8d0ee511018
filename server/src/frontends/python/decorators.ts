import type { Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { textOf } from './calls.js';
import { lowerClass } from './classes.js';
import { lowerExpression } from './expressions.js';
import { lowerFunction, namingOf } from './functions.js';
import { childOf, namedChildren, unwrap, type SyntaxNode } from '../../syntax/python/tree.js';

interface Decorator {
  readonly node: SyntaxNode;
  readonly value: Temporary;
}

/** A function or class whose name is bound to what its decorators make of it. */
export function lowerDecorated(body: BodyLowering, node: SyntaxNode): void {
  const definition = childOf(node, 'definition');
  const name = definition && childOf(definition, 'name');
  if (definition === undefined || name === undefined) return;
  const nodes = node.children.filter(({ type }) => type === 'decorator');
  const isFunction = definition.type === 'function_definition';
  if (isFunction && body.classDraft !== undefined && body.scope.kind === 'class') {
    body.classDraft.addMethod(body, definition, nodes);
    return;
  }
  const decorators = lowerDecorators(body, nodes);
  let made: Temporary;
  if (isFunction) {
    const index = lowerFunction(body, definition, { ...namingOf(body, name), decorated: true });
    made = body.value((into) => ({ kind: 'make-function', into, function: index }));
  } else made = lowerClass(body, definition, name);
  body.storeName(name, applyDecorators(body, decorators, made));
}

/** Evaluates decorators, before what they decorate is made. */
export function lowerDecorators(body: BodyLowering, nodes: readonly SyntaxNode[]): Decorator[] {
  return nodes.flatMap((node) => {
    const [expression] = namedChildren(node);
    return expression === undefined ? [] : [{ node: expression, value: lowerExpression(body, expression) }];
  });
}

/** Calls decorators, the innermost first. */
export function applyDecorators(
  body: BodyLowering,
  decorators: readonly Decorator[],
  made: Temporary,
): Temporary {
  return decorators.reduceRight((value, { node, value: decorator }) => {
    const expression = unwrap(node);
    const named = expression.type === 'call' ? (childOf(expression, 'function') ?? expression) : expression;
    return body.value((into) => ({
      kind: 'call',
      into,
      target: { kind: 'value', callee: decorator },
      arguments: [{ value, spread: false }],
      construct: false,
      awaited: false,
      returned: false,
      decorates: true,
      text: textOf(body, named),
      range: body.range(node),
    }));
  }, made);
}
