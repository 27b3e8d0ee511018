import ts from '#typescript';
import type { Argument, Call, Node, PropertyKey, Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerClass } from './classes.js';
import { lowerFunction } from './functions.js';
import { assignPattern, isCommonExports, lowerKey, propertyName } from './patterns.js';
import { hasExportModifier, isModuleExports } from './scopes.js';

/** Operators that store into their left operand, by the operator that they apply before. */
const COMPOUND = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.PlusEqualsToken, '+'],
  [ts.SyntaxKind.MinusEqualsToken, '-'],
  [ts.SyntaxKind.AsteriskEqualsToken, '*'],
  [ts.SyntaxKind.AsteriskAsteriskEqualsToken, '**'],
  [ts.SyntaxKind.SlashEqualsToken, '/'],
  [ts.SyntaxKind.PercentEqualsToken, '%'],
  [ts.SyntaxKind.AmpersandEqualsToken, '&'],
  [ts.SyntaxKind.BarEqualsToken, '|'],
  [ts.SyntaxKind.CaretEqualsToken, '^'],
  [ts.SyntaxKind.LessThanLessThanEqualsToken, '<<'],
  [ts.SyntaxKind.GreaterThanGreaterThanEqualsToken, '>>'],
  [ts.SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken, '>>>'],
]);

/** Assignments that happen only if the left operand is empty (or, for `&&=`, is not). */
const LOGICAL_ASSIGNMENT = new Map<ts.SyntaxKind, '&&' | '||' | '??'>([
  [ts.SyntaxKind.AmpersandAmpersandEqualsToken, '&&'],
  [ts.SyntaxKind.BarBarEqualsToken, '||'],
  [ts.SyntaxKind.QuestionQuestionEqualsToken, '??'],
]);

const LOGICAL = new Map<ts.SyntaxKind, '&&' | '||' | '??'>([
  [ts.SyntaxKind.AmpersandAmpersandToken, '&&'],
  [ts.SyntaxKind.BarBarToken, '||'],
  [ts.SyntaxKind.QuestionQuestionToken, '??'],
]);

/** Takes off what the source wraps around an expression without changing its value. */
export function unwrap(expression: ts.Expression): ts.Expression {
  let inner = expression;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isNonNullExpression(inner) ||
    ts.isSatisfiesExpression(inner) ||
    ts.isTypeAssertionExpression(inner)
  ) {
    inner = inner.expression;
  }
  return inner;
}

/** Lowers an expression in the order in which the language evaluates it, and returns its value. */
export function lowerExpression(body: BodyLowering, wrapped: ts.Expression): Temporary {
  const expression = unwrap(wrapped);
  if (isCommonExports(body, expression))
    return body.loadVariable(body.module.common(), body.range(expression));
  if (ts.isIdentifier(expression)) return lowerIdentifier(body, expression);
  if (ts.isStringLiteralLike(expression)) return body.constant(expression.text);
  if (ts.isNumericLiteral(expression)) return body.constant(Number(expression.text));
  if (ts.isTemplateExpression(expression)) return lowerTemplate(body, expression);
  if (ts.isPropertyAccessExpression(expression)) {
    const object = lowerExpression(body, expression.expression);
    return loadProperty(body, object, expression.name.text, expression);
  }
  if (ts.isElementAccessExpression(expression)) {
    const object = lowerExpression(body, expression.expression);
    return loadProperty(body, object, lowerKey(body, expression.argumentExpression), expression);
  }
  if (ts.isCallExpression(expression)) return lowerCall(body, expression);
  if (ts.isNewExpression(expression)) return lowerNew(body, expression);
  if (ts.isAwaitExpression(expression)) {
    const value = lowerExpression(body, expression.expression);
    return body.value((into) => ({
      kind: 'point',
      cause: 'await',
      value,
      into,
      range: body.range(expression),
    }));
  }
  if (ts.isYieldExpression(expression)) {
    const value =
      expression.expression === undefined ? undefined : lowerExpression(body, expression.expression);
    const range = body.range(expression);
    return body.value((into) => ({
      kind: 'point',
      cause: 'yield',
      into,
      range,
      ...(value !== undefined && { value }),
    }));
  }
  if (ts.isBinaryExpression(expression)) return lowerBinary(body, expression);
  if (ts.isConditionalExpression(expression)) return lowerConditional(body, expression);
  if (ts.isPrefixUnaryExpression(expression) || ts.isPostfixUnaryExpression(expression))
    return lowerUnary(body, expression);
  if (ts.isFunctionExpression(expression) || ts.isArrowFunction(expression)) {
    const index = lowerFunction(body, expression, {
      name: functionName(expression),
      exported: isExportedValue(body, expression),
    });
    return body.value((into) => ({ kind: 'make-function', into, function: index }));
  }
  if (ts.isClassExpression(expression)) {
    const index = lowerClass(
      body,
      expression,
      expression.name?.text ?? '(class)',
      isExportedValue(body, expression),
    );
    return body.value((into) => ({ kind: 'make-class', into, class: index }));
  }
  if (ts.isObjectLiteralExpression(expression)) return lowerObject(body, expression);
  if (ts.isArrayLiteralExpression(expression)) return lowerArray(body, expression);
  if (ts.isDeleteExpression(expression)) return lowerDelete(body, expression);
  if (ts.isTypeOfExpression(expression))
    return body.derive('typeof', [lowerExpression(body, expression.expression)]);
  if (ts.isVoidExpression(expression)) {
    body.derive('void', [lowerExpression(body, expression.expression)]);
    return body.constant(undefined);
  }
  if (ts.isTaggedTemplateExpression(expression)) return lowerTagged(body, expression);
  switch (expression.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return body.constant(true);
    case ts.SyntaxKind.FalseKeyword:
      return body.constant(false);
    case ts.SyntaxKind.NullKeyword:
      return body.constant(null);
    case ts.SyntaxKind.ThisKeyword:
    case ts.SyntaxKind.SuperKeyword:
      return body.value((into) => ({ kind: 'load-receiver', into }));
    default:
      return lowerChildren(body, expression);
  }
}

/** JSX and all else that only gathers values: the values are evaluated in order, and the result derives from them. */
function lowerChildren(body: BodyLowering, node: ts.Node): Temporary {
  const values: Temporary[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isExpression(child) && !ts.isJsxOpeningLikeElement(child) && !ts.isJsxClosingElement(child)) {
      values.push(lowerExpression(body, child));
    } else ts.forEachChild(child, visit);
  };
  if (
    ts.isJsxElement(node) ||
    ts.isJsxFragment(node) ||
    ts.isJsxSelfClosingElement(node) ||
    ts.isJsxExpression(node)
  ) {
    ts.forEachChild(node, (child) => {
      if (!ts.isIdentifier(child)) visit(child);
    });
  }
  return body.derive('children', values);
}

function lowerIdentifier(body: BodyLowering, identifier: ts.Identifier): Temporary {
  if (identifier.text === 'undefined') return body.constant(undefined);
  const variable = body.variable(identifier, 'load');
  const range = body.range(identifier);
  if (variable !== undefined) return body.loadVariable(variable, range);
  return body.value((into) => ({ kind: 'load-global', into, name: identifier.text, range }));
}

function lowerTemplate(body: BodyLowering, expression: ts.TemplateExpression): Temporary {
  const spans = expression.templateSpans;
  const values = spans.map((piece) => lowerExpression(body, piece.expression));
  return joined(body, expression.head.text, spans, values);
}

/** The text of a template, with the values between its pieces. */
function joined(
  body: BodyLowering,
  head: string,
  spans: readonly ts.TemplateSpan[],
  values: readonly Temporary[],
): Temporary {
  const pieces = spans.flatMap((piece, index): (string | Temporary)[] => {
    const value = values[index];
    return value === undefined ? [] : [value, piece.literal.text];
  });
  const parts = [head, ...pieces].filter((part) => part !== '');
  return body.value((into) => ({ kind: 'template', into, parts }));
}

function loadProperty(body: BodyLowering, object: Temporary, key: PropertyKey, node: ts.Node): Temporary {
  return body.value((into) => ({ kind: 'load-property', into, object, key, range: body.range(node) }));
}

/** Where the value of a call goes: to an `await`, or to the caller by `return` or as the body of an arrow. */
function destination(expression: ts.Expression): { awaited: boolean; returned: boolean } {
  let node: ts.Node = expression;
  while (ts.isExpression(node.parent) && unwrap(node.parent) !== node.parent) node = node.parent;
  const { parent } = node;
  return {
    awaited: ts.isAwaitExpression(parent),
    returned: ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === node),
  };
}

function textOf(expression: ts.Expression): string {
  const text = expression.getText().replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function lowerArguments(body: BodyLowering, list: readonly ts.Expression[]): Argument[] {
  return list.map((argument) =>
    ts.isSpreadElement(argument)
      ? { value: lowerExpression(body, argument.expression), spread: true }
      : { value: lowerExpression(body, argument), spread: false },
  );
}

function lowerCall(body: BodyLowering, expression: ts.CallExpression): Temporary {
  const callee = unwrap(expression.expression);
  const [first] = expression.arguments;
  if (first !== undefined && ts.isStringLiteralLike(first)) {
    const isRequire =
      ts.isIdentifier(callee) && callee.text === 'require' && body.scope.resolve('require') === undefined;
    if (isRequire || callee.kind === ts.SyntaxKind.ImportKeyword) {
      const module = first.text;
      const range = body.range(expression);
      body.module.imports.push({ module, range });
      return body.value((into) => ({ kind: 'load-module', into, module, range }));
    }
  }
  const target = lowerTarget(body, callee);
  const args = lowerArguments(body, expression.arguments);
  return body.value((into) => ({
    kind: 'call',
    into,
    target,
    arguments: args,
    construct: false,
    ...destination(expression),
    text: textOf(callee),
    range: body.range(expression),
  }));
}

/** What is called, and on which object. */
function lowerTarget(body: BodyLowering, callee: ts.Expression): Call['target'] {
  if (callee.kind === ts.SyntaxKind.SuperKeyword) return { kind: 'superclass' };
  if (ts.isPropertyAccessExpression(callee))
    return { kind: 'method', object: lowerExpression(body, callee.expression), key: callee.name.text };
  if (ts.isElementAccessExpression(callee)) {
    const object = lowerExpression(body, callee.expression);
    return { kind: 'method', object, key: lowerKey(body, callee.argumentExpression) };
  }
  return { kind: 'value', callee: lowerExpression(body, callee) };
}

function lowerNew(body: BodyLowering, expression: ts.NewExpression): Temporary {
  const callee = lowerExpression(body, expression.expression);
  const args = lowerArguments(body, expression.arguments ?? []);
  return body.value((into) => ({
    kind: 'call',
    into,
    target: { kind: 'value', callee },
    arguments: args,
    construct: true,
    ...destination(expression),
    text: textOf(expression.expression),
    range: body.range(expression),
  }));
}

function lowerTagged(body: BodyLowering, expression: ts.TaggedTemplateExpression): Temporary {
  const target = lowerTarget(body, unwrap(expression.tag));
  const { template } = expression;
  const spans = ts.isTemplateExpression(template) ? template.templateSpans : [];
  const values = spans.map((piece) => lowerExpression(body, piece.expression));
  // The tag is given the texts between the values, and then the values: the first argument says both.
  const text = ts.isTemplateExpression(template)
    ? joined(body, template.head.text, spans, values)
    : body.constant(template.text);
  return body.value((into) => ({
    kind: 'call',
    into,
    target,
    arguments: [text, ...values].map((value) => ({ value, spread: false })),
    construct: false,
    ...destination(expression),
    text: textOf(expression.tag),
    range: body.range(expression),
  }));
}

function lowerBinary(body: BodyLowering, expression: ts.BinaryExpression): Temporary {
  const operator = expression.operatorToken.kind;
  if (operator === ts.SyntaxKind.EqualsToken) return lowerAssignment(body, expression);
  const logical = LOGICAL.get(operator);
  if (logical !== undefined) {
    const left = lowerExpression(body, expression.left);
    return select(body, logical, left, () => lowerExpression(body, expression.right), expression);
  }
  const compound = COMPOUND.get(operator);
  const logicalAssignment = LOGICAL_ASSIGNMENT.get(operator);
  if (compound === undefined && logicalAssignment === undefined) {
    const left = lowerExpression(body, expression.left);
    const right = lowerExpression(body, expression.right);
    if (operator === ts.SyntaxKind.CommaToken) return right;
    const range = operator === ts.SyntaxKind.InKeyword ? body.range(expression) : undefined;
    return body.derive(ts.tokenToString(operator) ?? '?', [left, right], range);
  }
  const place = lowerPlace(body, expression.left);
  const left = place.load();
  if (compound !== undefined) {
    const right = lowerExpression(body, expression.right);
    const value = body.derive(compound, [left, right]);
    place.store(value, expression);
    return value;
  }
  return select(
    body,
    logicalAssignment ?? '??',
    left,
    () => {
      const value = lowerExpression(body, expression.right);
      place.store(value, expression);
      return value;
    },
    expression,
  );
}

function lowerAssignment(body: BodyLowering, expression: ts.BinaryExpression): Temporary {
  const left = unwrap(expression.left);
  if (ts.isPropertyAccessExpression(left) || ts.isElementAccessExpression(left)) {
    // The object is evaluated before the value, the store happens after it.
    const place = lowerPlace(body, left);
    const value = lowerExpression(body, expression.right);
    place.store(value, expression);
    return value;
  }
  const value = lowerExpression(body, expression.right);
  assignPattern(body, left, value, false);
  return value;
}

/** Somewhere that is loaded and stored, with its object and key evaluated once. */
interface Assignable {
  load(): Temporary;
  store(value: Temporary, node: ts.Node): void;
}

function lowerPlace(body: BodyLowering, wrapped: ts.Expression): Assignable {
  const target = unwrap(wrapped);
  if (isCommonExports(body, target)) {
    const variable = body.module.common();
    return {
      load: () => body.loadVariable(variable, body.range(target)),
      store: (value, node) => {
        body.storeVariable(variable, value, body.range(node), true);
      },
    };
  }
  if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) {
    const object = lowerExpression(body, target.expression);
    const key = ts.isPropertyAccessExpression(target)
      ? target.name.text
      : lowerKey(body, target.argumentExpression);
    return {
      load: () => loadProperty(body, object, key, target),
      store: (value, node) => {
        body.emit({ kind: 'store-property', object, key, value, range: body.range(node) });
      },
    };
  }
  return {
    load: () => lowerExpression(body, target),
    store: (value, node) => {
      if (!ts.isIdentifier(target)) return;
      const variable = body.variable(target, 'store');
      if (variable !== undefined) body.storeVariable(variable, value, body.range(node), false);
    },
  };
}

/** `left op right`, where `right` is evaluated on one side only. */
function select(
  body: BodyLowering,
  operator: '&&' | '||' | '??',
  left: Temporary,
  right: () => Temporary,
  node: ts.Node,
): Temporary {
  const variable = body.synthetic();
  const range = body.range(node);
  const condition = operator === '??' ? body.derive('is-present', [left]) : left;
  const keep = body.block(() => {
    body.storeVariable(variable, left, range, true);
  });
  const evaluate = body.block(() => {
    body.storeVariable(variable, right(), range, true);
  });
  const [whenTrue, whenFalse] = operator === '&&' ? [evaluate, keep] : [keep, evaluate];
  body.emit({ kind: 'branch', condition, then: whenTrue, else: whenFalse, range });
  return body.loadVariable(variable, range);
}

function lowerConditional(body: BodyLowering, expression: ts.ConditionalExpression): Temporary {
  const condition = lowerExpression(body, expression.condition);
  const variable = body.synthetic();
  const range = body.range(expression);
  const side = (value: ts.Expression): Node =>
    body.block(() => {
      body.storeVariable(variable, lowerExpression(body, value), range, true);
    });
  const whenTrue = side(expression.whenTrue);
  const whenFalse = side(expression.whenFalse);
  body.emit({
    kind: 'branch',
    condition,
    then: whenTrue,
    else: whenFalse,
    range: body.range(expression.condition),
  });
  return body.loadVariable(variable, range);
}

function lowerUnary(
  body: BodyLowering,
  expression: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
): Temporary {
  const { operator } = expression;
  if (operator !== ts.SyntaxKind.PlusPlusToken && operator !== ts.SyntaxKind.MinusMinusToken) {
    const operand = lowerExpression(body, expression.operand);
    return body.derive(ts.tokenToString(operator) ?? '?', [operand]);
  }
  const place = lowerPlace(body, expression.operand);
  const before = place.load();
  const after = body.derive(operator === ts.SyntaxKind.PlusPlusToken ? '+' : '-', [before]);
  place.store(after, expression);
  return ts.isPrefixUnaryExpression(expression) ? after : before;
}

function lowerDelete(body: BodyLowering, expression: ts.DeleteExpression): Temporary {
  const target = unwrap(expression.expression);
  if (ts.isPropertyAccessExpression(target) || ts.isElementAccessExpression(target)) {
    const object = lowerExpression(body, target.expression);
    const key = ts.isPropertyAccessExpression(target)
      ? target.name.text
      : lowerKey(body, target.argumentExpression);
    body.emit({ kind: 'store-property', object, key, range: body.range(expression) });
  }
  return body.constant(true);
}

function lowerObject(body: BodyLowering, expression: ts.ObjectLiteralExpression): Temporary {
  const properties: { key: PropertyKey; value: Temporary }[] = [];
  const spreads: Temporary[] = [];
  for (const property of expression.properties) {
    if (ts.isSpreadAssignment(property)) spreads.push(lowerExpression(body, property.expression));
    else if (ts.isShorthandPropertyAssignment(property)) {
      properties.push({ key: property.name.text, value: lowerIdentifier(body, property.name) });
    } else {
      const known = propertyName(property.name);
      const key =
        known ?? (ts.isComputedPropertyName(property.name) ? lowerKey(body, property.name.expression) : '');
      if (ts.isPropertyAssignment(property)) {
        properties.push({ key, value: lowerExpression(body, property.initializer) });
      } else {
        const name = typeof key === 'string' ? key : '(computed)';
        const index = lowerFunction(body, property, {
          name,
          exported: isExportedValue(body, expression),
          kind: 'method',
        });
        if (ts.isMethodDeclaration(property)) {
          properties.push({
            key,
            value: body.value((into) => ({ kind: 'make-function', into, function: index })),
          });
        }
      }
    }
  }
  const range = body.range(expression);
  return body.value((into) => ({ kind: 'make-object', into, properties, spreads, range }));
}

function lowerArray(body: BodyLowering, expression: ts.ArrayLiteralExpression): Temporary {
  const elements: Temporary[] = [];
  const spreads: Temporary[] = [];
  for (const element of expression.elements) {
    if (ts.isSpreadElement(element)) spreads.push(lowerExpression(body, element.expression));
    else if (!ts.isOmittedExpression(element)) elements.push(lowerExpression(body, element));
  }
  const range = body.range(expression);
  return body.value((into) => ({ kind: 'make-array', into, elements, spreads, range }));
}

/** What a reader would call a function expression: by the name it is given to. */
function functionName(expression: ts.FunctionExpression | ts.ArrowFunction): string {
  if (expression.name !== undefined) return expression.name.text;
  const { parent } = expression;
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent))
    return propertyName(parent.name) ?? '(callback)';
  if (ts.isBinaryExpression(parent)) return textOf(parent.left);
  return '(callback)';
}

/** True for a function or class whose value the module exports by the statement that it stands in. */
function isExportedValue(body: BodyLowering, expression: ts.Expression): boolean {
  let node: ts.Node = expression;
  for (;;) {
    const parent: ts.Node = node.parent;
    if (ts.isExportAssignment(parent)) return true;
    if (ts.isVariableDeclaration(parent)) {
      const statement = parent.parent.parent;
      if (!ts.isVariableStatement(statement) || !ts.isSourceFile(statement.parent)) return false;
      return (
        hasExportModifier(statement) ||
        (ts.isIdentifier(parent.name) && body.module.exported.has(parent.name.text))
      );
    }
    if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) {
      if (isModuleExports(parent.left)) return true;
      node = parent;
    } else if (
      ts.isPropertyAssignment(parent) ||
      ts.isObjectLiteralExpression(parent) ||
      (ts.isExpression(parent) && unwrap(parent) !== parent)
    ) {
      node = parent;
    } else return false;
  }
}
