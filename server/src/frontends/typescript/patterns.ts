import ts from '#typescript';
import type { PropertyKey, Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerExpression } from './expressions.js';

/** The name of a property as written, when the source says it. */
export function propertyName(name: ts.PropertyName): string | undefined {
  if (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) return name.text;
  if (ts.isStringLiteralLike(name) || ts.isNumericLiteral(name)) return name.text;
  if (ts.isComputedPropertyName(name)) {
    const text = name.expression.getText();
    if (text === 'Symbol.asyncDispose') return '@@asyncDispose';
    if (text === 'Symbol.dispose') return '@@dispose';
    if (ts.isStringLiteralLike(name.expression)) return name.expression.text;
  }
  return undefined;
}

/** The key of an element access or a property's name: known, or computed. */
export function lowerKey(body: BodyLowering, expression: ts.Expression): PropertyKey {
  if (ts.isStringLiteralLike(expression) || ts.isNumericLiteral(expression)) return expression.text;
  return { computed: lowerExpression(body, expression) };
}

function keyOfName(body: BodyLowering, name: ts.PropertyName): PropertyKey {
  const known = propertyName(name);
  if (known !== undefined) return known;
  return ts.isComputedPropertyName(name) ? lowerKey(body, name.expression) : '';
}

/** True for `module.exports` and `exports` of a CommonJS module. */
export function isCommonExports(body: BodyLowering, expression: ts.Expression): boolean {
  if (ts.isIdentifier(expression)) return expression.text === 'exports' && isUnbound(body, 'exports');
  return (
    ts.isPropertyAccessExpression(expression) &&
    expression.name.text === 'exports' &&
    ts.isIdentifier(expression.expression) &&
    expression.expression.text === 'module' &&
    isUnbound(body, 'module')
  );
}

function isUnbound(body: BodyLowering, name: string): boolean {
  return body.scope.resolve(name) === undefined;
}

/** Assigns a value to a declared name, a destructuring pattern, or any assignable expression. */
export function assignPattern(
  body: BodyLowering,
  target: ts.BindingName | ts.Expression,
  value: Temporary,
  initial: boolean,
): void {
  if (ts.isIdentifier(target)) {
    if (initial) {
      const variable = body.scope.resolve(target.text);
      if (variable !== undefined) body.storeVariable(variable, value, body.range(target), true);
      return;
    }
    const variable = body.variable(target, 'store');
    if (variable !== undefined) body.storeVariable(variable, value, body.range(target), false);
    else if (isCommonExports(body, target))
      body.storeVariable(body.module.common(), value, body.range(target), true);
  } else if (ts.isObjectBindingPattern(target)) {
    for (const element of target.elements) assignElement(body, element, value);
  } else if (ts.isArrayBindingPattern(target)) {
    target.elements.forEach((element, index) => {
      if (!ts.isOmittedExpression(element)) assignElement(body, element, value, String(index));
    });
  } else if (ts.isPropertyAccessExpression(target)) {
    if (isCommonExports(body, target)) {
      body.storeVariable(body.module.common(), value, body.range(target), true);
      return;
    }
    const object = lowerExpression(body, target.expression);
    body.emit({ kind: 'store-property', object, key: target.name.text, value, range: body.range(target) });
  } else if (ts.isElementAccessExpression(target)) {
    const object = lowerExpression(body, target.expression);
    const key = lowerKey(body, target.argumentExpression);
    body.emit({ kind: 'store-property', object, key, value, range: body.range(target) });
  } else if (
    ts.isParenthesizedExpression(target) ||
    ts.isAsExpression(target) ||
    ts.isNonNullExpression(target)
  ) {
    assignPattern(body, target.expression, value, initial);
  } else if (ts.isObjectLiteralExpression(target)) {
    for (const property of target.properties) {
      if (ts.isShorthandPropertyAssignment(property)) {
        assignPattern(body, property.name, loadKey(body, value, property.name.text, property), false);
      } else if (ts.isPropertyAssignment(property)) {
        const element = loadKey(body, value, keyOfName(body, property.name), property);
        assignPattern(body, withoutDefault(property.initializer), element, false);
      }
    }
  } else if (ts.isArrayLiteralExpression(target)) {
    target.elements.forEach((element, index) => {
      if (ts.isOmittedExpression(element) || ts.isSpreadElement(element)) return;
      assignPattern(body, withoutDefault(element), loadKey(body, value, String(index), element), false);
    });
  }
}

function withoutDefault(expression: ts.Expression): ts.Expression {
  return ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.EqualsToken
    ? expression.left
    : expression;
}

function loadKey(body: BodyLowering, object: Temporary, key: PropertyKey, node: ts.Node): Temporary {
  return body.value((into) => ({ kind: 'load-property', into, object, key, range: body.range(node) }));
}

function assignElement(
  body: BodyLowering,
  element: ts.BindingElement,
  value: Temporary,
  position?: string,
): void {
  if (element.dotDotDotToken !== undefined) {
    assignPattern(body, element.name, body.derive('rest', [value]), true);
    return;
  }
  const name = element.propertyName ?? (ts.isIdentifier(element.name) ? element.name : undefined);
  const key = position ?? (name === undefined ? '' : keyOfName(body, name));
  let part = loadKey(body, value, key, element);
  if (element.initializer !== undefined)
    part = body.derive('??', [part, lowerExpression(body, element.initializer)]);
  assignPattern(body, element.name, part, true);
}
