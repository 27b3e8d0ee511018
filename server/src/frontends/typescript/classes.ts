import ts from '#typescript';
import type { ClassIndex, FieldFacts, FunctionIndex, MethodFacts, TypeFacts } from '../../model/facts.js';
import { BodyLowering } from './body.js';
import { lowerExpression } from './expressions.js';
import { lowerFunction } from './functions.js';
import { propertyName } from './patterns.js';
import { Scope } from './scopes.js';

const PRIVATE = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];

function modifiersOf(member: ts.ClassElement): readonly ts.ModifierLike[] {
  return ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
}

/** Lowers a class into the file's facts, and returns its index. */
export function lowerClass(
  body: BodyLowering,
  node: ts.ClassLikeDeclaration,
  name: string,
  exported: boolean,
): ClassIndex {
  const { module } = body;
  const index = module.reserveClass();
  const methods: MethodFacts[] = [];
  const fields: FieldFacts[] = [];
  let constructorFunction: FunctionIndex | undefined;
  for (const member of node.members) {
    const modifiers = modifiersOf(member);
    const isStatic = modifiers.some((modifier) => modifier.kind === ts.SyntaxKind.StaticKeyword);
    const hidden =
      modifiers.some((modifier) => PRIVATE.includes(modifier.kind)) ||
      (member.name !== undefined && ts.isPrivateIdentifier(member.name));
    if (ts.isConstructorDeclaration(member)) {
      if (member.body !== undefined) {
        constructorFunction = lowerFunction(body, member, {
          name: `new ${name}`,
          exported: false,
          kind: 'constructor',
          class: index,
        });
      }
    } else if (ts.isMethodDeclaration(member) || ts.isAccessor(member)) {
      const key = propertyName(member.name);
      if (member.body === undefined || key === undefined) continue;
      const decorators = decoratorsOf(body, member);
      methods.push({
        name: key,
        static: isStatic,
        private: hidden,
        ...(decorators.length > 0 && { decorators }),
        kind: ts.isGetAccessor(member) ? 'getter' : ts.isSetAccessor(member) ? 'setter' : 'method',
        function: lowerFunction(body, member, {
          name: `${name}.${key}`,
          exported: exported && !hidden,
          kind: 'method',
          class: index,
        }),
      });
    } else if (ts.isPropertyDeclaration(member)) {
      const key = propertyName(member.name);
      if (key === undefined) continue;
      const type = body.typeOf(member.type);
      fields.push({
        name: key,
        static: isStatic,
        range: body.range(member.name),
        ...(type !== undefined && { type }),
        ...(member.initializer !== undefined && {
          initializer: lowerInitializer(body, member.initializer, `${name}.${key}`, index),
        }),
      });
    }
  }
  const heritage = (node.heritageClauses ?? []).find(
    (clause) => clause.token === ts.SyntaxKind.ExtendsKeyword,
  )?.types[0];
  const superclass = heritage && module.typeOfExpression(heritage.expression, body.scope);
  const decorators = decoratorsOf(body, node);
  module.classes[index] = {
    name,
    range: module.range(node),
    nameRange: node.name === undefined ? module.range(node) : module.range(node.name),
    exported,
    decorators,
    ...(superclass !== undefined && { superclass }),
    ...(constructorFunction !== undefined && { constructorFunction }),
    methods,
    fields,
  };
  return index;
}

function decoratorsOf({ module, scope }: BodyLowering, node: ts.Node): TypeFacts[] {
  return (ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [])
    .map((decorator) => module.typeOfExpression(decorator.expression, scope))
    .filter((type): type is TypeFacts => type !== undefined);
}

/** A field's initializer runs once per instance, with the instance as its receiver: a function that returns the value. */
function lowerInitializer(
  outer: BodyLowering,
  initializer: ts.Expression,
  name: string,
  classIndex: ClassIndex,
): FunctionIndex {
  const { module } = outer;
  const index = module.reserveFunction();
  const body = new BodyLowering(module, index, new Scope(index, outer.scope, true), false);
  const lowered = body.block(() => {
    const value = lowerExpression(body, initializer);
    body.emit({ kind: 'return', value, range: body.range(initializer) });
  });
  module.functions[index] = {
    name,
    kind: 'initializer',
    range: module.range(initializer),
    nameRange: module.range(initializer),
    async: false,
    generator: false,
    exported: false,
    inheritsReceiver: false,
    parent: outer.functionIndex,
    class: classIndex,
    parameters: [],
    body: lowered,
  };
  return index;
}
