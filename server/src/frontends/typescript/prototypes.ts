/** Classes as they were written before the language had them: a function that makes instances, and methods on its prototype. */
import ts from '#typescript';
import type { ClassIndex, MethodFacts } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { lowerFunction } from './functions.js';
import { propertyName } from './patterns.js';

type MethodNode = ts.FunctionExpression | ts.ArrowFunction | ts.MethodDeclaration;

interface PrototypeMethod {
  readonly name: string;
  readonly node: MethodNode;
}

export interface Prototypes {
  /** The methods of each function of the file that has some, by its name. */
  readonly methods: ReadonlyMap<string, readonly PrototypeMethod[]>;
  /** The statements that do nothing but give a function its methods. */
  readonly statements: ReadonlySet<ts.Statement>;
}

/** Reads `Counter.prototype.add = function …` and `Counter.prototype = { add() … }` among the statements of a file. */
export function prototypesOf(source: ts.SourceFile): Prototypes {
  const makers = new Set(
    source.statements.flatMap((statement) =>
      ts.isFunctionDeclaration(statement) && statement.name !== undefined ? [statement.name.text] : [],
    ),
  );
  const methods = new Map<string, PrototypeMethod[]>();
  const statements = new Set<ts.Statement>();
  for (const statement of source.statements) {
    const found = methodsGivenBy(statement);
    if (found === undefined || !makers.has(found.maker)) continue;
    methods.set(found.maker, [...(methods.get(found.maker) ?? []), ...found.methods]);
    statements.add(statement);
  }
  return { methods, statements };
}

function methodsGivenBy(
  statement: ts.Statement,
): { readonly maker: string; readonly methods: readonly PrototypeMethod[] } | undefined {
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return undefined;
  const { left, operatorToken, right } = statement.expression;
  if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(left))
    return undefined;
  const whole = makerOf(left);
  if (whole !== undefined && ts.isObjectLiteralExpression(right)) {
    const methods = right.properties.flatMap((property): PrototypeMethod[] => {
      const name = property.name && propertyName(property.name);
      const node = ts.isPropertyAssignment(property) ? property.initializer : property;
      return name !== undefined && isMethod(node) ? [{ name, node }] : [];
    });
    return methods.length === right.properties.length ? { maker: whole, methods } : undefined;
  }
  const maker = ts.isPropertyAccessExpression(left.expression) ? makerOf(left.expression) : undefined;
  if (maker === undefined || !isMethod(right)) return undefined;
  return { maker, methods: [{ name: left.name.text, node: right }] };
}

/** `Counter`, of `Counter.prototype`. */
function makerOf({ expression, name }: ts.PropertyAccessExpression): string | undefined {
  return name.text === 'prototype' && ts.isIdentifier(expression) ? expression.text : undefined;
}

function isMethod(node: ts.Node): node is MethodNode {
  return (
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    (ts.isMethodDeclaration(node) && node.body !== undefined)
  );
}

/** Lowers a function that makes instances, and its methods, as the class that they are. */
export function lowerPrototype(
  body: BodyLowering,
  maker: ts.FunctionDeclaration,
  makerName: ts.Identifier,
  methods: readonly PrototypeMethod[],
  exported: boolean,
): ClassIndex {
  const { module } = body;
  const name = makerName.text;
  const index = module.reserveClass();
  const constructorFunction = lowerFunction(body, maker, {
    name: `new ${name}`,
    exported: false,
    kind: 'constructor',
    class: index,
  });
  const lowered = methods.map((method): MethodFacts => ({
    name: method.name,
    static: false,
    // By custom, since the language has no other way to say it.
    private: method.name.startsWith('_'),
    kind: 'method',
    function: lowerFunction(body, method.node, {
      name: `${name}.${method.name}`,
      exported: exported && !method.name.startsWith('_'),
      kind: 'method',
      class: index,
    }),
  }));
  module.classes[index] = {
    name,
    range: module.range(maker),
    nameRange: module.range(makerName),
    exported,
    decorators: [],
    constructorFunction,
    methods: lowered,
    fields: [],
  };
  return index;
}
