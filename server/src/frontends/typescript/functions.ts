import ts from '#typescript';
import type { ClassIndex, FunctionFacts, FunctionIndex, ParameterFacts } from '../../model/facts.js';
import { BodyLowering } from './body.js';
import { lowerExpression } from './expressions.js';
import { assignPattern } from './patterns.js';
import { isPromising } from './promising.js';
import { Scope, type VariableDraft } from './scopes.js';

export interface FunctionNaming {
  readonly name: string;
  readonly exported: boolean;
  readonly kind?: FunctionFacts['kind'];
  readonly class?: ClassIndex;
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind)
  );
}

/** Lowers a function with a body of its own into the file's facts, and returns its index. */
export function lowerFunction(
  outer: BodyLowering,
  node: ts.FunctionLikeDeclaration,
  naming: FunctionNaming,
): FunctionIndex {
  const { module } = outer;
  const index = module.reserveFunction();
  const scope = new Scope(index, outer.scope, true);
  const async = hasModifier(node, ts.SyntaxKind.AsyncKeyword);
  const body = new BodyLowering(module, index, scope, async);
  const parameters: ParameterFacts[] = [];
  const lowered = body.block(() => {
    if (ts.isFunctionExpression(node) && node.name !== undefined) {
      module.declare(scope, node.name, { kind: 'function', function: index });
    }
    for (const parameter of node.parameters) parameters.push(lowerParameter(body, parameter));
    if (node.body === undefined) return;
    body.hoist(node.body);
    if (ts.isBlock(node.body)) body.statements(node.body.statements);
    else {
      const value = lowerExpression(body, node.body);
      body.emit({ kind: 'return', value, range: body.range(node.body) });
    }
  });
  module.functions[index] = {
    name: naming.name,
    kind: naming.kind ?? 'function',
    range: module.range(node),
    nameRange: node.name === undefined ? module.range(node) : module.range(node.name),
    async,
    generator: node.asteriskToken !== undefined,
    exported: naming.exported,
    inheritsReceiver: ts.isArrowFunction(node),
    parent: outer.functionIndex,
    ...(naming.class !== undefined && { class: naming.class }),
    parameters,
    body: lowered,
  };
  return index;
}

function lowerParameter(body: BodyLowering, parameter: ts.ParameterDeclaration): ParameterFacts {
  const draft: Partial<VariableDraft> = { kind: 'parameter' };
  const type = body.typeOf(parameter.type);
  if (type !== undefined) draft.type = type;
  if (isPromising(parameter.type, body.module.source)) draft.promising = true;
  const named = ts.isIdentifier(parameter.name);
  const variable = body.module.declare(
    body.scope,
    ts.isIdentifier(parameter.name) ? parameter.name : '(pattern)',
    draft,
  );
  const range = body.range(parameter);
  if (parameter.initializer !== undefined) {
    const initializer = parameter.initializer;
    const given = body.loadVariable(variable, range);
    const missing = body.derive('is-undefined', [given]);
    const whenMissing = body.block(() => {
      body.storeVariable(variable, lowerExpression(body, initializer), range, true);
    });
    body.emit({
      kind: 'branch',
      condition: missing,
      then: whenMissing,
      else: { kind: 'sequence', nodes: [] },
      range,
    });
  }
  if (!named) {
    for (const element of parameter.name.elements) {
      if (!ts.isOmittedExpression(element)) declareElement(body, element);
    }
    assignPattern(body, parameter.name, body.loadVariable(variable, range), true);
  }
  const isProperty =
    ts.isParameterPropertyDeclaration(parameter, parameter.parent) && ts.isIdentifier(parameter.name);
  return {
    variable,
    rest: parameter.dotDotDotToken !== undefined,
    ...(isProperty && { field: parameter.name.text }),
  };
}

function declareElement(body: BodyLowering, element: ts.BindingElement): void {
  if (ts.isIdentifier(element.name)) body.module.declare(body.scope, element.name, { kind: 'parameter' });
  else {
    for (const inner of element.name.elements)
      if (!ts.isOmittedExpression(inner)) declareElement(body, inner);
  }
}
