import ts from '#typescript';
import type { ClassIndex, Node, Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerClass } from './classes.js';
import { lowerExpression, unwrap } from './expressions.js';
import { lowerFunction } from './functions.js';
import { assignPattern } from './patterns.js';
import { lowerPrototype } from './prototypes.js';

const NOTHING: Node = { kind: 'sequence', nodes: [] };

/**
 * Lowers one statement.
 * @param rest the statements after it in its block, which a `using` declaration takes under its care
 */
export function lowerStatement(
  body: BodyLowering,
  statement: ts.Statement,
  rest: readonly ts.Statement[],
): 'took the rest' | undefined {
  if (ts.isVariableStatement(statement)) return lowerDeclarations(body, statement.declarationList, rest);
  if (ts.isExpressionStatement(statement)) {
    if (!body.module.prototypes.statements.has(statement)) lowerExpression(body, statement.expression);
  } else if (ts.isBlock(statement)) lowerBlock(body, statement.statements);
  else if (ts.isIfStatement(statement)) lowerIf(body, statement);
  else if (ts.isReturnStatement(statement)) {
    const value =
      statement.expression === undefined ? undefined : lowerExpression(body, statement.expression);
    body.emit({ kind: 'return', range: body.range(statement), ...(value !== undefined && { value }) });
  } else if (ts.isThrowStatement(statement)) {
    const value = lowerExpression(body, statement.expression);
    body.emit({ kind: 'throw', range: body.range(statement), value });
  } else if (ts.isForStatement(statement)) lowerFor(body, statement);
  else if (ts.isForOfStatement(statement) || ts.isForInStatement(statement)) lowerForEach(body, statement);
  else if (ts.isWhileStatement(statement) || ts.isDoStatement(statement)) lowerWhile(body, statement);
  else if (ts.isTryStatement(statement)) lowerTry(body, statement);
  else if (ts.isSwitchStatement(statement)) lowerSwitch(body, statement);
  else if (ts.isBreakOrContinueStatement(statement)) {
    body.emit({
      kind: ts.isBreakStatement(statement) ? 'break' : 'continue',
      ...(statement.label !== undefined && { label: statement.label.text }),
    });
  } else if (ts.isLabeledStatement(statement)) {
    const inner = body.block(() => {
      lowerStatement(body, statement.statement, []);
    });
    body.emit({ kind: 'labelled', label: statement.label.text, body: inner });
  } else if (ts.isFunctionDeclaration(statement)) lowerFunctionDeclaration(body, statement);
  else if (ts.isClassDeclaration(statement)) lowerClassDeclaration(body, statement);
  else if (ts.isExportAssignment(statement)) lowerExportAssignment(body, statement);
  else if (
    ts.isModuleDeclaration(statement) &&
    statement.body !== undefined &&
    ts.isModuleBlock(statement.body)
  ) {
    lowerBlock(body, statement.body.statements);
  }
  return undefined;
}

function lowerBlock(body: BodyLowering, statements: readonly ts.Statement[]): void {
  body.scoped(() => {
    body.declareBlock(statements);
    body.statements(statements);
  });
}

function lowerDeclarations(
  body: BodyLowering,
  list: ts.VariableDeclarationList,
  rest: readonly ts.Statement[],
): 'took the rest' | undefined {
  // `await using` has the bits of both `using` and `const`.
  const using: ts.NodeFlags = list.flags & ts.NodeFlags.BlockScoped;
  for (const declaration of list.declarations) lowerDeclaration(body, declaration);
  const awaited = using === ts.NodeFlags.AwaitUsing;
  if (using !== ts.NodeFlags.Using && !awaited) return undefined;
  const protectedBody = body.block(() => {
    body.statements(rest);
  });
  const finalizer = body.block(() => {
    for (const declaration of list.declarations) {
      if (ts.isIdentifier(declaration.name)) disposeOf(body, declaration.name, awaited);
    }
  });
  body.emit({ kind: 'try', body: protectedBody, finalizer });
  return 'took the rest';
}

function disposeOf(body: BodyLowering, name: ts.Identifier, awaited: boolean): void {
  const variable = body.variable(name, 'load');
  if (variable === undefined) return;
  const range = body.range(name);
  const object = body.loadVariable(variable, range);
  const result = body.value((into) => ({
    kind: 'call',
    into,
    target: { kind: 'method', object, key: awaited ? '@@asyncDispose' : '@@dispose' },
    arguments: [],
    construct: false,
    awaited,
    returned: false,
    text: `${name.text} (end of its block)`,
    range,
  }));
  if (awaited) body.value((into) => ({ kind: 'point', cause: 'await', value: result, into, range }));
}

function lowerDeclaration(body: BodyLowering, declaration: ts.VariableDeclaration): void {
  if (declaration.initializer === undefined) return;
  const value = lowerExpression(body, declaration.initializer);
  assignPattern(body, declaration.name, value, true);
}

/**
 * `if (a || b)` is control flow, not a value: on each path it is known how each operand came out, which is how the analysis
 * sees that a flag was found down.
 */
function lowerIf(body: BodyLowering, statement: ts.IfStatement): void {
  const whenTrue = body.block(() => {
    lowerStatement(body, statement.thenStatement, []);
  });
  const otherwise = statement.elseStatement;
  const whenFalse =
    otherwise === undefined
      ? NOTHING
      : body.block(() => {
          lowerStatement(body, otherwise, []);
        });
  branchOn(body, statement.expression, whenTrue, whenFalse);
}

function branchOn(body: BodyLowering, wrapped: ts.Expression, whenTrue: Node, whenFalse: Node): void {
  const expression = unwrap(wrapped);
  if (ts.isPrefixUnaryExpression(expression) && expression.operator === ts.SyntaxKind.ExclamationToken) {
    branchOn(body, expression.operand, whenFalse, whenTrue);
    return;
  }
  const operator = ts.isBinaryExpression(expression) ? expression.operatorToken.kind : undefined;
  if (
    ts.isBinaryExpression(expression) &&
    (operator === ts.SyntaxKind.BarBarToken || operator === ts.SyntaxKind.AmpersandAmpersandToken)
  ) {
    branchOnBoth(body, expression, operator === ts.SyntaxKind.AmpersandAmpersandToken, whenTrue, whenFalse);
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
  expression: ts.BinaryExpression,
  conjunction: boolean,
  whenTrue: Node,
  whenFalse: Node,
): void {
  const label = `(${String(expression.pos)})`;
  const inner: Node = {
    kind: 'sequence',
    nodes: [conjunction ? whenTrue : whenFalse, { kind: 'break', label }],
  };
  const second = body.block(() => {
    branchOn(body, expression.right, conjunction ? inner : NOTHING, conjunction ? NOTHING : inner);
  });
  const whole = body.block(() => {
    branchOn(body, expression.left, conjunction ? second : NOTHING, conjunction ? NOTHING : second);
    body.emit(conjunction ? whenFalse : whenTrue);
  });
  body.emit({ kind: 'labelled', label, body: whole });
}

function labelOf(statement: ts.Statement): { label?: string } {
  return ts.isLabeledStatement(statement.parent) ? { label: statement.parent.label.text } : {};
}

/** Lowers an expression into a block of its own, and tells where its value is. */
function testBlock(
  body: BodyLowering,
  expression: ts.Expression | undefined,
): { test: Node; condition?: Temporary } {
  let condition: Temporary | undefined;
  const test = body.block(() => {
    // `while (true)` ends only by what leaves it.
    if (expression !== undefined && expression.kind !== ts.SyntaxKind.TrueKeyword) {
      condition = lowerExpression(body, expression);
    }
  });
  return { test, ...(condition !== undefined && { condition }) };
}

function lowerFor(body: BodyLowering, statement: ts.ForStatement): void {
  body.scoped(() => {
    const { initializer, incrementor } = statement;
    if (initializer !== undefined) {
      if (ts.isVariableDeclarationList(initializer)) {
        for (const declaration of initializer.declarations) {
          if ((initializer.flags & ts.NodeFlags.BlockScoped) !== 0) body.declareVariable(declaration);
          lowerDeclaration(body, declaration);
        }
      } else lowerExpression(body, initializer);
    }
    const { test, condition } = testBlock(body, statement.condition);
    const round = body.block(() => {
      lowerStatement(body, statement.statement, []);
    });
    const update = body.block(() => {
      if (incrementor !== undefined) lowerExpression(body, incrementor);
    });
    body.emit({
      kind: 'loop',
      test,
      testsLast: false,
      body: round,
      update,
      range: body.range(statement),
      ...(condition !== undefined && { condition }),
      ...labelOf(statement),
    });
  });
}

function lowerForEach(body: BodyLowering, statement: ts.ForOfStatement | ts.ForInStatement): void {
  body.scoped(() => {
    const iterable = lowerExpression(body, statement.expression);
    const awaits = ts.isForOfStatement(statement) && statement.awaitModifier !== undefined;
    let condition: Temporary | undefined;
    const test = body.block(() => {
      condition = body.derive('next', [iterable]);
      if (awaits) {
        body.value((into) => ({
          kind: 'point',
          cause: 'next',
          value: iterable,
          into,
          range: body.range(statement.expression),
        }));
      }
    });
    const round = body.block(() => {
      const { initializer } = statement;
      const element = body.derive(ts.isForOfStatement(statement) ? 'element' : 'key', [iterable]);
      if (ts.isVariableDeclarationList(initializer)) {
        for (const declaration of initializer.declarations) {
          if ((initializer.flags & ts.NodeFlags.BlockScoped) !== 0) body.declareVariable(declaration);
          assignPattern(body, declaration.name, element, true);
        }
      } else assignPattern(body, initializer, element, false);
      lowerStatement(body, statement.statement, []);
    });
    body.emit({
      kind: 'loop',
      test,
      testsLast: false,
      body: round,
      update: NOTHING,
      range: body.range(statement),
      ...(condition !== undefined && { condition }),
      ...labelOf(statement),
    });
  });
}

function lowerWhile(body: BodyLowering, statement: ts.WhileStatement | ts.DoStatement): void {
  const { test, condition } = testBlock(body, statement.expression);
  const round = body.block(() => {
    lowerStatement(body, statement.statement, []);
  });
  body.emit({
    kind: 'loop',
    test,
    testsLast: ts.isDoStatement(statement),
    body: round,
    update: NOTHING,
    range: body.range(statement),
    ...(condition !== undefined && { condition }),
    ...labelOf(statement),
  });
}

function lowerTry(body: BodyLowering, statement: ts.TryStatement): void {
  const tried = body.block(() => {
    lowerBlock(body, statement.tryBlock.statements);
  });
  const { catchClause, finallyBlock } = statement;
  const handler =
    catchClause === undefined
      ? undefined
      : body.block(() => {
          body.scoped(() => {
            if (catchClause.variableDeclaration !== undefined)
              body.declareVariable(catchClause.variableDeclaration);
            lowerBlock(body, catchClause.block.statements);
          });
        });
  const finalizer =
    finallyBlock === undefined
      ? undefined
      : body.block(() => {
          lowerBlock(body, finallyBlock.statements);
        });
  body.emit({
    kind: 'try',
    body: tried,
    ...(handler !== undefined && { handler }),
    ...(finalizer !== undefined && { finalizer }),
  });
}

/** Each alternative is a case's statements and, where nothing leaves them, those of the cases after it. */
function lowerSwitch(body: BodyLowering, statement: ts.SwitchStatement): void {
  const subject = lowerExpression(body, statement.expression);
  body.scoped(() => {
    for (const clause of statement.caseBlock.clauses) body.declareBlock(clause.statements);
    const tests: Temporary[] = [subject];
    const bodies: Node[] = [];
    let hasDefault = false;
    for (const clause of statement.caseBlock.clauses) {
      if (ts.isCaseClause(clause)) tests.push(lowerExpression(body, clause.expression));
      else hasDefault = true;
      bodies.push(
        body.block(() => {
          body.statements(clause.statements);
        }),
      );
    }
    const alternatives = bodies.map((_, index): Node => ({ kind: 'sequence', nodes: bodies.slice(index) }));
    if (!hasDefault) alternatives.push(NOTHING);
    const selector = body.derive('switch', tests);
    body.emit({ kind: 'choice', selector, alternatives, range: body.range(statement.expression) });
  });
}

function lowerFunctionDeclaration(body: BodyLowering, statement: ts.FunctionDeclaration): void {
  if (statement.body === undefined) return;
  const exported =
    statement.name === undefined ? body.functionIndex === 0 : body.isExported(statement.name.text, statement);
  const { name } = statement;
  const methods =
    name === undefined || body.functionIndex !== 0
      ? undefined
      : body.module.prototypes.methods.get(name.text);
  if (name !== undefined && methods !== undefined) {
    bindClass(body, name, lowerPrototype(body, statement, name, methods, exported));
    return;
  }
  const index = lowerFunction(body, statement, {
    name: statement.name?.text ?? '(default export)',
    exported,
  });
  if (statement.name === undefined) {
    body.module.declareDefault({ function: index });
    return;
  }
  const variable = body.scope.resolve(statement.name.text);
  const draft = variable === undefined ? undefined : body.module.variables[variable];
  if (draft !== undefined) draft.function = index;
}

/** `export default …` and `export = …`; a name that is exported so is found by {@link exportsOf}. */
function lowerExportAssignment(body: BodyLowering, statement: ts.ExportAssignment): void {
  const value = lowerExpression(body, statement.expression);
  if (statement.isExportEquals !== true && ts.isIdentifier(statement.expression)) return;
  const { module } = body;
  const variable = statement.isExportEquals === true ? module.common() : module.declareDefault();
  body.storeVariable(variable, value, body.range(statement.expression), true);
}

function lowerClassDeclaration(body: BodyLowering, statement: ts.ClassDeclaration): void {
  const exported =
    statement.name === undefined ? body.functionIndex === 0 : body.isExported(statement.name.text, statement);
  const index = lowerClass(body, statement, statement.name?.text ?? '(default export)', exported);
  if (statement.name === undefined) body.module.declareDefault({ class: index });
  else {
    bindClass(body, statement.name, index);
    return;
  }
  body.value((into) => ({ kind: 'make-class', into, class: index }));
}

/** Has a name stand for a class, which comes to be here. */
function bindClass(body: BodyLowering, name: ts.Identifier, index: ClassIndex): void {
  const variable = body.scope.resolve(name.text);
  const draft = variable === undefined ? undefined : body.module.variables[variable];
  if (draft !== undefined) draft.class = index;
  body.value((into) => ({ kind: 'make-class', into, class: index }));
}
