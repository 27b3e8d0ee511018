/** Annotations, as far as they can tell that a value is an instance of a class. */
import type { TypeFacts } from '../../model/facts.js';
import type { Scope } from './scopes.js';
import { childOf, namedChildren, type SyntaxNode } from '../../syntax/python/tree.js';

type TextOf = (node: SyntaxNode) => string;

/** Generic types that say no more than what is between their brackets. */
const WRAPPERS = new Set([
  'Optional',
  'Annotated',
  'Final',
  'ClassVar',
  'Union',
  'Mapped',
  'Required',
  'NotRequired',
]);

/** The class that an annotation names: `Redis`, `redis.Redis`, `Optional[Redis]`, `Redis | None`, `"Redis"`. */
export function typeOfAnnotation(
  annotation: SyntaxNode,
  scope: Scope,
  textOf: TextOf,
): TypeFacts | undefined {
  const node = annotation.type === 'type' ? namedChildren(annotation)[0] : annotation;
  switch (node?.type) {
    case 'identifier':
    case 'attribute':
      return typeOfExpression(node, scope, textOf);
    case 'string':
      return typeOfText(textOf(node).replace(/^\w*['"]+|['"]+$/g, ''), scope);
    case 'binary_operator': {
      const sides = [childOf(node, 'left'), childOf(node, 'right')].filter((side) => side !== undefined);
      return onlyOne(sides, scope, textOf);
    }
    case 'subscript':
    case 'generic_type': {
      const [name] = namedChildren(node);
      const parameters = namedChildren(node)
        .slice(1)
        .flatMap((child) => (child.type === 'type_parameter' ? namedChildren(child) : [child]));
      if (name === undefined) return undefined;
      const last = textOf(name).split('.').at(-1) ?? '';
      if (!WRAPPERS.has(last)) return typeOfExpression(name, scope, textOf);
      return onlyOne(last === 'Annotated' ? parameters.slice(0, 1) : parameters, scope, textOf);
    }
    default:
      return undefined;
  }
}

/** Of alternatives, the one that is a class. */
function onlyOne(alternatives: readonly SyntaxNode[], scope: Scope, textOf: TextOf): TypeFacts | undefined {
  const types = alternatives
    .map((alternative) => typeOfAnnotation(alternative, scope, textOf))
    .filter((type) => type !== undefined && type.name !== 'None');
  return types.length === 1 ? types[0] : undefined;
}

/** The class that an expression names, for base classes and annotations. */
export function typeOfExpression(
  expression: SyntaxNode,
  scope: Scope,
  textOf: TextOf,
): TypeFacts | undefined {
  const node = expression.type === 'subscript' ? childOf(expression, 'value') : expression;
  if (node === undefined || (node.type !== 'identifier' && node.type !== 'attribute')) return undefined;
  return typeOfText(textOf(node).replace(/\s+/g, ''), scope);
}

function typeOfText(text: string, scope: Scope): TypeFacts | undefined {
  if (!/^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(text)) return undefined;
  const [root = '', ...path] = text.split('.');
  const found = scope.resolve(root);
  return {
    name: path.at(-1) ?? root,
    path,
    ...(found?.kind === 'variable' && { variable: found.variable }),
  };
}
