/**
 * Makes a program tell what it does: reads and writes of the cells, and the points at which another task may run. The syntax tree
 * is changed on its way through the compiler, so that the program runs as it would, with calls of the tracer (tracer.ts) in it.
 */
import ts from '#typescript';

import { NOTHING, TRACER } from '../messages.js';
import type { TextRange } from '../../../model/source.js';
import type { TracedAccess } from '../target.js';

export interface InstrumentOptions {
  /** The accesses in this text, each with its index among all, from 1. */
  readonly accesses: readonly { readonly index: number; readonly access: TracedAccess }[];
  /** A name of the module's own that is to be reachable from outside. */
  readonly expose?: string | undefined;
  /** The function that is to be handed over where it is made. */
  readonly caught?: TextRange | undefined;
  readonly compilerOptions: ts.CompilerOptions;
}

/** JavaScript that does what the text does, and tells of it. */
export function instrument(file: string, text: string, options: InstrumentOptions): string {
  const { accesses, expose, caught, compilerOptions } = options;
  const exposed = expose === undefined ? '' : `\n;globalThis.${TRACER}.expose(() => ${expose});\n`;
  return ts.transpileModule(text + exposed, {
    fileName: file,
    compilerOptions,
    ...((accesses.length > 0 || caught !== undefined) && {
      transformers: { before: [(context) => tracing(context, accesses, caught)] },
    }),
  }).outputText;
}

/** What is traced at a node: the accesses, by their indexes from 1. */
interface Traced {
  read?: number;
  write?: number;
}

function tracing(
  context: ts.TransformationContext,
  accesses: InstrumentOptions['accesses'],
  caught: TextRange | undefined,
): ts.Transformer<ts.SourceFile> {
  return (source) => {
    const traced = new Map<ts.Node, Traced>();
    for (const { index, access } of accesses) {
      const node = tracedNode(source, access);
      if (node !== undefined) traced.set(node, { ...traced.get(node), [access.kind]: index });
    }
    const { factory } = context;
    const tracer = (name: string, ...args: readonly ts.Expression[]): ts.Expression =>
      factory.createCallExpression(
        factory.createPropertyAccessExpression(
          factory.createPropertyAccessExpression(factory.createIdentifier('globalThis'), TRACER),
          name,
        ),
        undefined,
        args,
      );
    const call = (name: string, index: number, ...args: readonly ts.Expression[]): ts.Expression =>
      tracer(name, factory.createNumericLiteral(index), ...args);
    const visit = (node: ts.Node): ts.Node | ts.Node[] => {
      if (node.end === caught?.end && node.getStart(source) === caught.start) {
        const made = catching(factory, node, ts.visitEachChild(node, visit, context), (value) =>
          tracer('made', value),
        );
        if (made !== undefined) return made;
      }
      return inner(node);
    };
    const expression = (node: ts.Expression): ts.Expression =>
      ts.visitNode(node, visit, ts.isExpression) ?? node;
    const inner = (node: ts.Node): ts.Node => {
      const at = traced.get(node);
      if (ts.isAwaitExpression(node)) {
        const awaited = expression(node.expression);
        // What was awaited has been read when it is there, and before another task runs.
        return factory.updateAwaitExpression(
          node,
          at?.read === undefined ? call('point', NOTHING, awaited) : call('point', at.read, awaited),
        );
      }
      if (at === undefined) return ts.visitEachChild(node, visit, context);
      if (ts.isBinaryExpression(node)) return assignment(node, at);
      if (isIncrement(node)) return increment(node, at);
      const visited = ts.visitEachChild(node, visit, context);
      if (ts.isCallExpression(visited) && at.write !== undefined) {
        const passed = factory.updateCallExpression(visited, visited.expression, visited.typeArguments, [
          factory.createSpreadElement(
            call('passing', at.write, factory.createArrayLiteralExpression(visited.arguments)),
          ),
        ]);
        return call('called', at.write, passed);
      }
      return at.read !== undefined && ts.isExpression(visited) ? call('read', at.read, visited) : visited;
    };

    /** `x = v` is told just before it happens; `x += v` reads x before it comes to v. */
    const assignment = (node: ts.BinaryExpression, { read, write }: Traced): ts.Expression => {
      const operator = COMPOUND.get(node.operatorToken.kind);
      const right = expression(node.right);
      const value =
        operator === undefined
          ? right
          : factory.createBinaryExpression(
              read === undefined ? node.left : call('read', read, node.left),
              operator,
              factory.createParenthesizedExpression(right),
            );
      return factory.createAssignment(node.left, write === undefined ? value : call('assign', write, value));
    };
    /** `x++` reads and writes in one go: its operand before and after are told beside its value. */
    const increment = (node: Increment, { read = NOTHING, write = NOTHING }: Traced): ts.Expression =>
      call('increment', read, factory.createNumericLiteral(write), node.operand, node, node.operand);
    return ts.visitEachChild(source, visit, context);
  };
}

/**
 * A function, with what hands it over where it is made.
 * @param visited what the function has become
 * @returns undefined for what is made in no place of its own: a class's method
 */
function catching(
  factory: ts.NodeFactory,
  node: ts.Node,
  visited: ts.Node,
  made: (value: ts.Expression) => ts.Expression,
): ts.Node | ts.Node[] | undefined {
  if ((ts.isArrowFunction(node) || ts.isFunctionExpression(node)) && ts.isExpression(visited)) {
    return made(visited);
  }
  if (ts.isFunctionDeclaration(node) && node.name !== undefined) {
    return [visited, factory.createExpressionStatement(made(node.name))];
  }
  if (ts.isMethodDeclaration(visited) && ts.isObjectLiteralExpression(node.parent)) {
    const { name, modifiers, asteriskToken, typeParameters, parameters, type, body } = visited;
    if (body === undefined) return undefined;
    const plain = modifiers?.filter(ts.isModifier);
    return factory.createPropertyAssignment(
      name,
      made(
        factory.createFunctionExpression(
          plain,
          asteriskToken,
          undefined,
          typeParameters,
          parameters,
          type,
          body,
        ),
      ),
    );
  }
  return undefined;
}

type Increment = ts.PrefixUnaryExpression | ts.PostfixUnaryExpression;

function isIncrement(node: ts.Node): node is Increment {
  return (
    (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) &&
    (node.operator === ts.SyntaxKind.PlusPlusToken || node.operator === ts.SyntaxKind.MinusMinusToken)
  );
}

const COMPOUND: ReadonlyMap<ts.SyntaxKind, ts.BinaryOperator> = new Map([
  [ts.SyntaxKind.PlusEqualsToken, ts.SyntaxKind.PlusToken],
  [ts.SyntaxKind.MinusEqualsToken, ts.SyntaxKind.MinusToken],
  [ts.SyntaxKind.AsteriskEqualsToken, ts.SyntaxKind.AsteriskToken],
  [ts.SyntaxKind.SlashEqualsToken, ts.SyntaxKind.SlashToken],
  [ts.SyntaxKind.PercentEqualsToken, ts.SyntaxKind.PercentToken],
  [ts.SyntaxKind.AsteriskAsteriskEqualsToken, ts.SyntaxKind.AsteriskAsteriskToken],
  [ts.SyntaxKind.BarEqualsToken, ts.SyntaxKind.BarToken],
  [ts.SyntaxKind.AmpersandEqualsToken, ts.SyntaxKind.AmpersandToken],
  [ts.SyntaxKind.CaretEqualsToken, ts.SyntaxKind.CaretToken],
]);

/** The expression that does what an access says: the read itself, or the assignment or call that writes. */
function tracedNode(source: ts.SourceFile, access: TracedAccess): ts.Node | undefined {
  const node = nodeAt(source, access);
  for (let at = node; at !== undefined && !ts.isStatement(at); at = at.parent) {
    if (isIncrement(at) || (ts.isBinaryExpression(at) && isAssignmentTo(at, node))) return at;
    if (access.kind === 'write' && (ts.isCallExpression(at) || ts.isBinaryExpression(at))) {
      return isAssignment(at) || ts.isCallExpression(at) ? at : undefined;
    }
    if (access.kind === 'read' && at !== node) break;
  }
  if (access.kind === 'write' || node === undefined || !ts.isExpression(node)) return undefined;
  // A promise that is awaited on the spot has been read when it is there.
  return ts.isAwaitExpression(node.parent) ? node.parent : node;
}

function isAssignment(node: ts.Node): boolean {
  return (
    ts.isBinaryExpression(node) &&
    (node.operatorToken.kind === ts.SyntaxKind.EqualsToken || COMPOUND.has(node.operatorToken.kind))
  );
}

function isAssignmentTo(node: ts.BinaryExpression, target: ts.Node | undefined): boolean {
  return isAssignment(node) && (node === target || node.left === target);
}

/** The outermost node that is just the range, or else the innermost one around it. */
function nodeAt(source: ts.SourceFile, { range }: TracedAccess): ts.Node | undefined {
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    const start = node.getStart(source);
    if (start > range.start || node.end < range.end) return;
    if (found?.getStart(source) === range.start && found.end === range.end) return;
    found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}
