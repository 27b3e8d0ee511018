/** Takes a written value apart: what was read, and what is added to it. */
import ts from '#typescript';
import type { TextRange } from '../../../../model/source.js';
import { unwrap, visitAll } from '../syntax.js';

/** A variable that a value passes through on its way from the read to the write. */
export interface Step {
  readonly declaration: ts.VariableDeclaration;
  /** The name that is bound. */
  readonly name: ts.Identifier;
  /** True when it holds the sum; else what was read, or something that has it inside. */
  readonly holds: 'sum' | 'number' | 'read';
}

export interface Sum {
  readonly amount: ts.Expression;
  readonly subtract: boolean;
  /** True when what is not there counts as zero. */
  readonly fromNothing: boolean;
  /** From the write back to the read. */
  readonly steps: readonly Step[];
}

/** What a value must come to for the sum to be one with what was read. */
export interface Source {
  readonly reading: ts.CallExpression;
  /** The column, where the read gives rows. */
  readonly column: string | undefined;
}

/** @returns undefined where the value is no sum of what was read and something else */
export function sumOf(value: ts.Expression, source: Source): Sum | undefined {
  const steps: Step[] = [];
  let inner = withoutText(value);
  if (ts.isIdentifier(inner)) {
    const declared = declarationOf(inner);
    if (declared === undefined || !isWhole(declared)) return undefined;
    steps.push({ declaration: declared, name: declared.name, holds: 'sum' });
    inner = withoutText(declared.initializer);
  }
  if (!ts.isBinaryExpression(inner)) return undefined;
  const { left, operatorToken, right } = inner;
  const isPlus = operatorToken.kind === ts.SyntaxKind.PlusToken;
  if (!isPlus && operatorToken.kind !== ts.SyntaxKind.MinusToken) return undefined;
  const sides: readonly [ts.Expression, ts.Expression][] = isPlus
    ? [
        [left, right],
        [right, left],
      ]
    : [[left, right]];
  for (const [base, amount] of sides) {
    const read = readIn(base, source);
    if (read === undefined || !isSettled(amount)) continue;
    // Of two strings, `+` makes one; what a table holds is taken for what it is added to.
    if (isPlus && !read.numeric && source.column === undefined) return undefined;
    return {
      amount: unwrap(amount),
      subtract: !isPlus,
      fromNothing: read.fromNothing,
      steps: [...steps, ...read.steps],
    };
  }
  return undefined;
}

interface Read {
  readonly steps: readonly Step[];
  readonly fromNothing: boolean;
  readonly numeric: boolean;
}

/** Whether an expression is what was read, as a number or as it is. */
function readIn(expression: ts.Expression, source: Source): Read | undefined {
  const steps: Step[] = [];
  let fromNothing = false;
  let numeric = false;
  let inner = unwrap(expression);
  for (;;) {
    if (ts.isCallExpression(inner) && isNumberOf(inner)) {
      numeric = true;
      inner = unwrap(inner.arguments[0] ?? inner);
    } else if (ts.isPrefixUnaryExpression(inner) && inner.operator === ts.SyntaxKind.PlusToken) {
      numeric = true;
      inner = unwrap(inner.operand);
    } else if (ts.isBinaryExpression(inner) && isOrZero(inner)) {
      fromNothing = true;
      numeric ||= ts.isNumericLiteral(inner.right);
      inner = unwrap(inner.left);
    } else if (source.column === undefined && ts.isAwaitExpression(inner)) {
      return unwrap(inner.expression) === source.reading ? { steps, fromNothing, numeric } : undefined;
    } else if (source.column === undefined && ts.isIdentifier(inner)) {
      const declared = declarationOf(inner);
      if (declared === undefined || !isWhole(declared)) return undefined;
      steps.push({ declaration: declared, name: declared.name, holds: numeric ? 'read' : 'number' });
      inner = unwrap(declared.initializer);
    } else break;
  }
  if (source.column === undefined) return undefined;
  const found = columnIn(inner, source.column, source.reading);
  return found && { steps: [...steps, ...found], fromNothing, numeric };
}

/** Whether an expression is the column of what was read: `row.total`, `rows[0].total`, or a variable that holds it. */
function columnIn(
  expression: ts.Expression,
  column: string,
  reading: ts.CallExpression,
): readonly Step[] | undefined {
  const [first] = column.split('.').slice(-1);
  if (ts.isIdentifier(expression)) {
    const declared = bindingOf(expression);
    if (declared === undefined) return undefined;
    const { declaration, property } = declared;
    if (property !== undefined) {
      if (property !== first) return undefined;
      return recordIn(declaration, declared.name, reading, 'number');
    }
    if (declaration.initializer === undefined || !isConstant(declaration)) return undefined;
    const inner = columnIn(stripped(declaration.initializer), column, reading);
    return inner && [{ declaration, name: declared.name, holds: 'number' }, ...inner];
  }
  const path: string[] = [];
  let inner: ts.Expression = expression;
  while (ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner)) {
    path.unshift(ts.isPropertyAccessExpression(inner) ? inner.name.text : inner.argumentExpression.getText());
    inner = unwrap(inner.expression);
  }
  if (path.at(-1) !== first || !ts.isIdentifier(inner)) return undefined;
  const declared = bindingOf(inner);
  return declared && recordIn(declared.declaration, declared.name, reading, 'read');
}

/** Steps from a variable that holds a record, or has it inside, back to the read. */
function recordIn(
  declaration: ts.VariableDeclaration,
  name: ts.Identifier,
  reading: ts.CallExpression,
  holds: Step['holds'],
): readonly Step[] | undefined {
  const step: Step = { declaration, name, holds };
  const loop = declaration.parent.parent;
  const origin = declaration.initializer ?? (ts.isForOfStatement(loop) ? loop.expression : undefined);
  if (origin === undefined || !isConstant(declaration)) return undefined;
  if (origin.pos <= reading.pos && reading.end <= origin.end) return [step];
  let inner: ts.Expression = unwrap(origin);
  while (ts.isPropertyAccessExpression(inner) || ts.isElementAccessExpression(inner))
    inner = unwrap(inner.expression);
  if (!ts.isIdentifier(inner)) return undefined;
  const outer = bindingOf(inner);
  const rest = outer && recordIn(outer.declaration, outer.name, reading, 'read');
  return rest && [step, ...rest];
}

function stripped(expression: ts.Expression): ts.Expression {
  let inner = unwrap(expression);
  for (;;) {
    if (ts.isCallExpression(inner) && isNumberOf(inner)) inner = unwrap(inner.arguments[0] ?? inner);
    else return inner;
  }
}

/** `String(sum)`, `` `${sum}` ``, `sum.toString()`. */
function withoutText(expression: ts.Expression): ts.Expression {
  const inner = unwrap(expression);
  if (ts.isCallExpression(inner)) {
    const { expression: callee } = inner;
    const [argument] = inner.arguments;
    if (ts.isIdentifier(callee) && callee.text === 'String' && argument !== undefined)
      return unwrap(argument);
    if (ts.isPropertyAccessExpression(callee) && callee.name.text === 'toString' && argument === undefined)
      return unwrap(callee.expression);
  }
  if (ts.isTemplateExpression(inner) && inner.head.text === '' && inner.templateSpans.length === 1) {
    const [span] = inner.templateSpans;
    if (span?.literal.text === '') return unwrap(span.expression);
  }
  return inner;
}

function isNumberOf({ expression, arguments: given }: ts.CallExpression): boolean {
  const callee = ts.isPropertyAccessExpression(expression) ? expression.name : expression;
  if (!ts.isIdentifier(callee) || !/^(Number|parseInt|parseFloat)$/.test(callee.text)) return false;
  return given.length === 1 || (given.length === 2 && given[1]?.getText() === '10');
}

function isOrZero({ operatorToken, right }: ts.BinaryExpression): boolean {
  const { kind } = operatorToken;
  const isOr = kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken;
  return isOr && /^(0|'0'|"0")$/.test(right.getText());
}

/** Whether a value is the same wherever it is computed: nothing runs in it that has an effect, or waits. */
function isSettled(expression: ts.Expression): boolean {
  let settled = true as boolean;
  visitAll(expression, (node) => {
    if (ts.isAwaitExpression(node) || ts.isYieldExpression(node) || ts.isNewExpression(node)) settled = false;
    if (ts.isCallExpression(node) && !isNumberOf(node)) settled = false;
  });
  return settled;
}

type Whole = ts.VariableDeclaration & { readonly name: ts.Identifier; readonly initializer: ts.Expression };

function isWhole(declaration: ts.VariableDeclaration): declaration is Whole {
  return (
    ts.isIdentifier(declaration.name) && declaration.initializer !== undefined && isConstant(declaration)
  );
}

function isConstant({ parent }: ts.VariableDeclaration): boolean {
  return (parent.flags & ts.NodeFlags.Const) !== 0;
}

function declarationOf(identifier: ts.Identifier): ts.VariableDeclaration | undefined {
  const found = bindingOf(identifier);
  return found?.property === undefined ? found?.declaration : undefined;
}

interface Binding {
  readonly declaration: ts.VariableDeclaration;
  readonly name: ts.Identifier;
  /** The property that a pattern takes it from. */
  readonly property?: string;
}

/** The variable of the same function that a name stands for. */
function bindingOf(identifier: ts.Identifier): Binding | undefined {
  for (let node: ts.Node = identifier; !ts.isSourceFile(node); node = node.parent) {
    if (ts.isFunctionLike(node)) return undefined;
    const { parent } = node;
    const lists: ts.VariableDeclarationList[] = [];
    if (ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isCaseOrDefaultClause(parent)) {
      for (const statement of parent.statements)
        if (ts.isVariableStatement(statement)) lists.push(statement.declarationList);
    } else if (ts.isForOfStatement(parent) && ts.isVariableDeclarationList(parent.initializer)) {
      lists.push(parent.initializer);
    }
    for (const declaration of lists.flatMap(({ declarations }) => declarations)) {
      const found = boundIn(declaration, identifier.text);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function boundIn(declaration: ts.VariableDeclaration, text: string): Binding | undefined {
  const { name } = declaration;
  if (ts.isIdentifier(name)) return name.text === text ? { declaration, name } : undefined;
  for (const element of name.elements) {
    if (ts.isOmittedExpression(element) || !ts.isIdentifier(element.name) || element.name.text !== text)
      continue;
    if (ts.isArrayBindingPattern(name)) return { declaration, name: element.name };
    const key = element.propertyName ?? element.name;
    // `const { rows } = …` has the record inside; which it is, what is done with it tells.
    if (key === element.name && /^rows?$/.test(text)) return { declaration, name: element.name };
    return { declaration, name: element.name, property: key.getText() };
  }
  return undefined;
}

/** The call that a range is. */
export function callAt(source: ts.SourceFile, range: TextRange): ts.CallExpression | undefined {
  let found: ts.CallExpression | undefined;
  visitAll(source, (node) => {
    if (ts.isCallExpression(node) && node.getStart(source) === range.start && node.end === range.end)
      found ??= node;
  });
  return found;
}
