import type { ClassIndex, FieldFacts, FunctionIndex, MethodFacts, Temporary } from '../../model/facts.js';
import { collectBindings } from './bindings.js';
import type { BodyLowering } from './body.js';
import { applyDecorators, lowerDecorators } from './decorators.js';
import { lowerFunction } from './functions.js';
import { lowerBlock } from './statements.js';
import { childOf, namedChildren, type SyntaxNode } from '../../syntax/python/tree.js';
import { typeOfExpression } from './types.js';

/** What the language's own decorators make of a method. */
type Role = 'static' | 'class' | 'getter' | 'cached' | 'setter';

/** A class while its body is being lowered. */
export class ClassDraft {
  readonly methods: MethodFacts[] = [];
  readonly fields: FieldFacts[] = [];
  constructorFunction: FunctionIndex | undefined;

  constructor(
    readonly index: ClassIndex,
    readonly name: string,
    readonly exported: boolean,
    /** The class itself, in the body around it. */
    readonly value: Temporary,
  ) {}

  /** @param decorators the innermost last, as written */
  addMethod(body: BodyLowering, node: SyntaxNode, decorators: readonly SyntaxNode[]): void {
    const nameNode = childOf(node, 'name');
    if (nameNode === undefined) return;
    const name = body.text(nameNode);
    const roles = decorators.map((decorator) => roleOf(body, decorator));
    const role = roles.find((found) => found !== undefined);
    const others = decorators.filter((_, index) => roles[index] === undefined);
    const hidden = isPrivate(name);
    const made = lowerDecorators(body, others);
    const index = lowerFunction(body, node, {
      name: `${this.name}.${name}`,
      exported: this.exported && !hidden,
      decorated: others.length > 0,
      method: { of: this, receives: role !== 'static' },
    });
    const constructs = name === '__init__';
    if (constructs) this.constructorFunction = index;
    const kind = role === 'cached' ? 'getter' : role === 'getter' || role === 'setter' ? role : 'method';
    this.methods.push({
      name,
      static: role === 'static' || role === 'class',
      // A class that extends this one may call it; for all others, making an instance does.
      private: hidden || constructs,
      kind,
      ...(role === 'cached' && { cached: true }),
      function: index,
    });
    if (made.length === 0 || kind !== 'method') return;
    const bare = body.value((into) => ({ kind: 'make-function', into, function: index }));
    const value = applyDecorators(body, made, bare);
    const range = body.range(nameNode);
    body.emit({ kind: 'store-property', object: this.value, key: name, value, range });
  }
}

function roleOf(body: BodyLowering, decorator: SyntaxNode): Role | undefined {
  const [expression] = namedChildren(decorator);
  const text = expression === undefined ? '' : body.text(expression);
  if (text === 'staticmethod') return 'static';
  if (text === 'classmethod') return 'class';
  if (/^(\w+\.)?(cached_property|cachedproperty|lazy_property|lazyproperty|reify)$/.test(text))
    return 'cached';
  if (/^(property|(abc\.)?abstractproperty|hybrid_property)$/.test(text)) return 'getter';
  return /\.(setter|deleter)$/.test(text) ? 'setter' : undefined;
}

/** Names with one leading underscore are the class's own; those with two on each side are called by the language. */
function isPrivate(name: string): boolean {
  return name.startsWith('_') && (!/^__\w+__$/.test(name) || OF_MAKING.has(name));
}

/** What the language calls while an object is made, or when nobody has it any more. */
const OF_MAKING: ReadonlySet<string> = new Set([
  '__del__',
  '__new__',
  '__post_init__',
  '__attrs_post_init__',
  '__init_subclass__',
  '__set_name__',
  '__setstate__',
]);

export function lowerClassDefinition(body: BodyLowering, node: SyntaxNode): void {
  const name = childOf(node, 'name');
  if (name !== undefined) body.storeName(name, lowerClass(body, node, name));
}

/** Lowers a class into the file's facts, and runs its body. @returns the class */
export function lowerClass(body: BodyLowering, node: SyntaxNode, nameNode: SyntaxNode): Temporary {
  const { module } = body;
  const name = body.text(nameNode);
  const index = module.reserveClass();
  const exported = body.scope.kind === 'module' && module.isExported(name);
  const bound = body.scope.resolve(name);
  const variable = bound?.kind === 'variable' ? module.variables[bound.variable] : undefined;
  if (variable?.kind === 'class') variable.class = index;
  const value = body.value((into) => ({ kind: 'make-class', into, class: index }));
  const draft = new ClassDraft(index, name, exported, value);
  const suite = childOf(node, 'body');
  const textOf = (inner: SyntaxNode): string => body.text(inner);
  const outer = body.classDraft;
  body.classDraft = draft;
  body.scoped('class', (scope) => {
    if (suite === undefined) return;
    for (const [member, bindings] of collectBindings(suite, textOf).names) {
      scope.declare(member, { kind: 'member', owner: value });
      const [first] = bindings;
      const annotation = bindings.find((binding) => binding.annotation !== undefined)?.annotation;
      const type = annotation && module.typeOf(annotation, scope);
      if (first === undefined || (first.kind !== 'variable' && first.kind !== 'blank')) continue;
      draft.fields.push({
        name: member,
        static: false,
        range: body.range(first.node),
        ...(type !== undefined && { type }),
      });
    }
    lowerBlock(body, namedChildren(suite));
  });
  body.classDraft = outer;
  const bases = childOf(node, 'superclasses');
  const extended = bases === undefined ? [] : namedChildren(bases);
  const [superclass, ...mixins] = extended.flatMap((base) => {
    const type = base.type === 'keyword_argument' ? undefined : typeOfExpression(base, body.scope, textOf);
    return type === undefined ? [] : [type];
  });
  module.classes[index] = {
    name,
    range: body.range(node),
    nameRange: body.range(nameNode),
    exported,
    decorators: [],
    ...(superclass !== undefined && { superclass }),
    ...(mixins.length > 0 && { mixins }),
    ...(draft.constructorFunction !== undefined && { constructorFunction: draft.constructorFunction }),
    methods: draft.methods,
    fields: draft.fields,
  };
  return value;
}
