/** Which call of a library a call is, by the names it was imported under. */
import type { CallModel, ClassModel, ExportModel, LibraryModel } from '../../model/library-model.js';
import type { Call, FunctionIndex } from '../../model/facts.js';
import { LANGUAGES } from '../../model/languages.js';
import type { CallSite, CodeIndex, Value } from './code-index.js';

type Entity =
  | { readonly kind: 'exports'; readonly module: string; readonly path: readonly string[] }
  | { readonly kind: 'class' | 'instance'; readonly model: LibraryModel; readonly of: ClassModel }
  | { readonly kind: 'call'; readonly call: CallModel };

/** Bounds the following of variables, which may be assigned in a circle. */
const MAXIMUM_DEPTH = 20;

export class LibraryCalls {
  constructor(
    private readonly index: CodeIndex,
    private readonly libraries: readonly LibraryModel[],
  ) {}

  /** What a library's model says of a call. */
  modelOf(site: CallSite): CallModel | undefined {
    const entity = this.calleeEntity(site.call, site.function, 0);
    if (entity?.kind === 'class') return this.constructs(site.call) ? entity.of.construct : undefined;
    return entity?.kind === 'call' && !site.call.construct ? entity.call : undefined;
  }

  private constructs({ construct }: Call): boolean {
    return construct || LANGUAGES[this.index.facts.language].classesAreCalled;
  }

  private calleeEntity({ target }: Call, index: FunctionIndex, depth: number): Entity | undefined {
    if (target.kind === 'value') return this.entityOf({ function: index, temporary: target.callee }, depth);
    if (target.kind !== 'method' || typeof target.key !== 'string') return undefined;
    const object = this.entityOf({ function: index, temporary: target.object }, depth);
    return object === undefined ? undefined : this.property(object, target.key);
  }

  /** The module and the exported name that a call's callee is, whether or not a model knows it. */
  calleeOf(site: CallSite): { module: string; name: string } | undefined {
    const { target } = site.call;
    if (target.kind === 'superclass') return undefined;
    const value = {
      function: site.function,
      temporary: target.kind === 'value' ? target.callee : target.object,
    };
    const path = this.pathOf(value, 0);
    if (path === undefined) return undefined;
    const names = [...path.path, ...(target.kind === 'method' ? [target.key] : [])];
    const last = names.at(-1);
    return typeof last === 'string' ? { module: path.module, name: last } : undefined;
  }

  private entityOf(value: Value, depth: number): Entity | undefined {
    const path = this.pathOf(value, depth);
    if (path !== undefined) {
      let entity: Entity | undefined = { kind: 'exports', module: path.module, path: [] };
      for (const key of path.path) entity = entity === undefined ? undefined : this.property(entity, key);
      return entity;
    }
    return depth > MAXIMUM_DEPTH ? undefined : this.madeBy(value, depth);
  }

  /** The instance of a library's class that a call makes, by way of variables or not. */
  private madeBy(value: Value, depth: number): Entity | undefined {
    const definition = this.index.definitionOf(value);
    if (definition?.kind === 'load-variable') {
      const content = this.index.contentOf(definition.variable);
      return content === undefined ? undefined : this.entityOf(content, depth + 1);
    }
    if (definition?.kind !== 'call') return undefined;
    const callee = this.calleeEntity(definition, value.function, depth + 1);
    return callee?.kind === 'class' && this.constructs(definition)
      ? { ...callee, kind: 'instance' }
      : undefined;
  }

  /** A value as a path from a module's exports. */
  private pathOf(value: Value, depth: number): { module: string; path: readonly string[] } | undefined {
    if (depth > MAXIMUM_DEPTH) return undefined;
    const definition = this.index.definitionOf(value);
    switch (definition?.kind) {
      case 'load-module':
        return { module: definition.module, path: [] };
      case 'load-global':
        return { module: '#global', path: [definition.name] };
      case 'point':
        return definition.value === undefined
          ? undefined
          : this.pathOf({ ...value, temporary: definition.value }, depth + 1);
      case 'load-property': {
        const object = this.pathOf({ ...value, temporary: definition.object }, depth + 1);
        if (object === undefined || typeof definition.key !== 'string') return undefined;
        return { module: object.module, path: [...object.path, definition.key] };
      }
      case 'load-variable': {
        const variable = this.index.facts.variables[definition.variable];
        if (variable?.import !== undefined) {
          const { module, name } = variable.import;
          return { module, path: name === '*' ? [] : [name] };
        }
        const content = this.index.contentOf(definition.variable);
        return content === undefined ? undefined : this.pathOf(content, depth + 1);
      }
      default:
        return undefined;
    }
  }

  private property(entity: Entity, key: string): Entity | undefined {
    if (entity.kind === 'exports') {
      const path = [...entity.path, key];
      for (const model of this.libraries) {
        if (!model.modules.includes(entity.module)) continue;
        const found = entityOfExport(model, path.join('.'));
        if (found !== undefined) return found;
      }
      // A CommonJS module's namespace is its default export too.
      return key === 'default' ? entity : { ...entity, path };
    }
    if (entity.kind === 'instance') {
      const method = entity.of.methods[key];
      if (method !== undefined) return { kind: 'call', call: method };
      const held = entity.of.properties?.[key];
      const of = held === undefined ? undefined : entity.model.classes?.[held];
      return of === undefined ? undefined : { kind: 'instance', model: entity.model, of };
    }
    return undefined;
  }
}

function entityOfExport(model: LibraryModel, path: string): Entity | undefined {
  let exported: ExportModel | undefined = model.exports[path];
  for (let hops = 0; exported !== undefined && 'sameAs' in exported && hops < MAXIMUM_DEPTH; hops++)
    exported = model.exports[exported.sameAs];
  if (exported === undefined || !('call' in exported || 'class' in exported || 'instance' in exported))
    return undefined;
  if ('call' in exported) return { kind: 'call', call: exported.call };
  const kind = 'class' in exported ? 'class' : 'instance';
  const of = model.classes?.['class' in exported ? exported.class : exported.instance];
  return of === undefined ? undefined : { kind, model, of };
}
