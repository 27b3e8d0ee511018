import type { FunctionFacts, FunctionIndex, ParameterFacts, Temporary } from '../../model/facts.js';
import { BodyLowering } from './body.js';
import type { ClassDraft } from './classes.js';
import { lowerExpression, lowerValueOf } from './expressions.js';
import { Scope } from './scopes.js';
import { isAsync, lowerBlock } from './statements.js';
import { childOf, namedChildren, visitTree, type SyntaxNode } from '../../syntax/python/tree.js';

/** What the surroundings of a function say of it. */
export interface FunctionNaming {
  readonly name: string;
  readonly exported: boolean;
  readonly decorated?: boolean;
  readonly method?: {
    readonly of: ClassDraft;
    /** False for static methods. */
    readonly receives: boolean;
  };
}

/** A function that stands where its name is bound to it. */
export function lowerFunctionDefinition(body: BodyLowering, node: SyntaxNode): void {
  const name = childOf(node, 'name');
  if (name === undefined) return;
  if (body.classDraft !== undefined && body.scope.kind === 'class') {
    body.classDraft.addMethod(body, node, []);
    return;
  }
  const index = lowerFunction(body, node, namingOf(body, name));
  bindFunction(body, name, index);
}

export function namingOf(body: BodyLowering, name: SyntaxNode): FunctionNaming {
  const text = body.text(name);
  return { name: text, exported: body.scope.kind === 'module' && body.module.isExported(text) };
}

function bindFunction(body: BodyLowering, name: SyntaxNode, index: FunctionIndex): void {
  const found = body.scope.resolve(body.text(name));
  const draft = found?.kind === 'variable' ? body.module.variables[found.variable] : undefined;
  if (draft?.kind === 'function') draft.function = index;
  const made = body.value((into) => ({ kind: 'make-function', into, function: index }));
  body.storeName(name, made);
}

/** Lowers a function with a body of its own into the file's facts, and returns its index. */
export function lowerFunction(outer: BodyLowering, node: SyntaxNode, naming: FunctionNaming): FunctionIndex {
  const { module } = outer;
  const index = module.reserveFunction();
  const scope = new Scope(index, outer.scope, 'function');
  const body = new BodyLowering(module, index, scope);
  const suite = childOf(node, 'body');
  const receives = naming.method?.receives === true;
  let parameters: ParameterFacts[] = [];
  const lowered = body.block(() => {
    parameters = lowerParameters(body, outer, node, naming);
    if (suite === undefined) return;
    if (node.type === 'lambda') {
      const value = lowerValueOf(body, suite, { returned: true });
      body.emit({ kind: 'return', value, range: body.range(suite) });
    } else {
      body.hoist(suite);
      lowerBlock(body, namedChildren(suite));
    }
  });
  const name = childOf(node, 'name');
  const kind: FunctionFacts['kind'] =
    naming.method === undefined
      ? 'function'
      : name !== undefined && body.text(name) === '__init__'
        ? 'constructor'
        : 'method';
  module.functions[index] = {
    name: naming.name,
    kind,
    range: body.range(node),
    nameRange: body.range(name ?? node),
    async: isAsync(node),
    generator: suite !== undefined && yields(suite),
    exported: naming.exported,
    inheritsReceiver: naming.method === undefined && seesReceiver(outer.scope),
    ...(receives && { receiverFirst: true }),
    ...(naming.decorated === true && { decorated: true }),
    parent: outer.functionIndex,
    ...(naming.method !== undefined && { class: naming.method.of.index }),
    parameters,
    body: lowered,
  };
  return index;
}

export function lowerLambda(body: BodyLowering, node: SyntaxNode): Temporary {
  const index = lowerFunction(body, node, { name: '(lambda)', exported: false });
  return body.value((into) => ({ kind: 'make-function', into, function: index }));
}

function seesReceiver(scope: Scope | undefined): boolean {
  return scope !== undefined && (scope.hasReceiver || seesReceiver(scope.outer));
}

function yields(suite: SyntaxNode): boolean {
  let found = false;
  visitTree(suite, ({ type }) => {
    if (type === 'yield') found = true;
    return !found && type !== 'function_definition' && type !== 'lambda' && type !== 'class_definition';
  });
  return found;
}

function lowerParameters(
  body: BodyLowering,
  outer: BodyLowering,
  node: SyntaxNode,
  naming: FunctionNaming,
): ParameterFacts[] {
  const list = childOf(node, 'parameters');
  const parameters: ParameterFacts[] = [];
  let named = false;
  let first = naming.method?.receives === true;
  for (const parameter of list === undefined ? [] : namedChildren(list)) {
    if (parameter.type === 'keyword_separator') named = true;
    const name = nameOfParameter(parameter);
    if (name === undefined) continue;
    const splat = splatOf(parameter);
    if (first && splat === undefined && naming.method !== undefined) {
      body.scope.declare(body.text(name), { kind: 'receiver', fields: naming.method.of.fields });
      first = false;
      continue;
    }
    first = false;
    const annotation = childOf(parameter, 'type');
    const type = annotation && body.module.typeOf(annotation, outer.scope);
    const variable = body.module.declare(body.scope, name, {
      kind: 'parameter',
      ...(type !== undefined && { type }),
    });
    const onlyNamed = named || splat === 'dictionary';
    parameters.push({ variable, rest: splat !== undefined, ...(onlyNamed && { named: true }) });
    if (splat === 'list') named = true;
    const value = childOf(parameter, 'value');
    if (value !== undefined) lowerDefault(body, outer, variable, value);
  }
  return parameters;
}

function nameOfParameter(parameter: SyntaxNode): SyntaxNode | undefined {
  if (parameter.type === 'identifier') return parameter;
  const name =
    childOf(parameter, 'name') ?? namedChildren(parameter).find(({ field }) => field === undefined);
  if (name === undefined) return undefined;
  return name.type === 'identifier' ? name : nameOfParameter(name);
}

function splatOf(parameter: SyntaxNode): 'list' | 'dictionary' | undefined {
  const inner = parameter.type === 'typed_parameter' ? namedChildren(parameter)[0] : parameter;
  if (inner?.type === 'list_splat_pattern') return 'list';
  return inner?.type === 'dictionary_splat_pattern' ? 'dictionary' : undefined;
}

/** A default is an expression of the scope around the function. */
function lowerDefault(body: BodyLowering, outer: BodyLowering, variable: number, value: SyntaxNode): void {
  const range = body.range(value);
  const missing = body.derive('is-undefined', [body.load(variable, range)]);
  const inner = body.scope;
  const whenMissing = body.block(() => {
    body.scope = outer.scope.kind === 'class' ? (outer.scope.outer ?? outer.scope) : outer.scope;
    const given = lowerExpression(body, value);
    body.scope = inner;
    body.store(variable, given, range, true);
  });
  body.scope = inner;
  body.emit({
    kind: 'branch',
    condition: missing,
    then: whenMissing,
    else: { kind: 'sequence', nodes: [] },
    range,
  });
}
