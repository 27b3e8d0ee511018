/** Variables and properties: what is in them, and which of them are cells. */
import type { ClassFacts, FieldFacts, MethodFacts, TypeFacts, VariableIndex } from '../model/facts.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { assignedField, assignedVariable } from './assigned.js';
import { noteRead, noteWrite } from './awaits.js';
import { exportedBinding, importedBinding, namespaceOf, starredBinding, type Binding } from './bindings.js';
import {
  contentsOf,
  fieldCell,
  innerCell,
  readCell,
  sharedCell,
  variableCell,
  writeCell,
  type Key,
} from './cells.js';
import { noteCopy } from './copies.js';
import { plainKey } from './element-keys.js';
import { frameOf, variableKey, type Frame } from './frame.js';
import { asLibraryInstance, tableModelOf } from './inheritance.js';
import { innerInstance, instanceOfType, makeInstance } from './instances.js';
import { classMember, unboundMethod } from './members.js';
import { runModule } from './module-body.js';
import type { Module } from './modules.js';
import { leave, publish } from './publish.js';
import { asObject } from './statics.js';
import { loadColumn, loadInColumn } from './records.js';
import { assignColumn, rowStandIn } from './row-effects.js';
import type { CellIdentity, State } from './state.js';
import { objectOfType, prepare } from './stand-ins.js';
import { classOfType } from './types.js';
import {
  classFacts,
  isSameClass,
  NO_ORIGINS,
  originsOf,
  unknown,
  valueOf,
  type AbstractObject,
  type Origins,
  type ProjectClass,
  type Shape,
  type Value,
  NAMELESS,
} from './values.js';

/** Values that stand for one thing for as long as they live, so that a cell that holds one may be looked through. */
const LOOKED_THROUGH = new Set<Shape['kind']>([
  'instance',
  'function',
  'class',
  'library',
  'resolver',
  'grant',
  'object',
]);

/** Values that are used, and not copied: what comes of them is no older than the use. */
const STANDING = new Set<Shape['kind']>(['instance', 'function', 'class', 'library', 'resolver', 'grant']);

/**
 * @param scope a frame that the variable is visible from
 * @param frame the frame that reads it
 */
export function loadVariable(
  analysis: Analysis,
  state: State,
  scope: Frame,
  variable: VariableIndex,
  place: Place,
  frame: Frame = scope,
): Value {
  const { module } = scope;
  const facts = module.facts.variables[variable];
  const owner = facts && frameOf(scope, facts.scope);
  if (facts === undefined || owner === undefined) return unknown(analysis.freshId(), facts?.name ?? NAMELESS);
  if (facts.import !== undefined) {
    const value = loadBinding(analysis, state, frame, importedBinding(analysis, module, facts.import), place);
    return named(value, facts.name, false);
  }
  const key = variableKey(owner, variable);
  const held = state.variables.get(owner, variable);
  if (held === undefined) {
    if (facts.function !== undefined)
      return valueOf({ kind: 'function', function: facts.function, frame: owner });
    if (facts.class !== undefined) return valueOf({ kind: 'class', class: facts.class, frame: owner });
    if (facts.scope === 0 && module.progress === 'unread') {
      runModule(analysis, module);
      return loadVariable(analysis, state, scope, variable, place, frame);
    }
  }
  const typed = (): Value => {
    const row = rowOfParameter(analysis, state, owner, variable);
    if (row !== undefined) return row;
    const named = { id: key, label: facts.name, depth: owner.depth };
    const declared = typedOr(analysis, owner, facts.type, named);
    const isBlank = declared.shape.kind === 'unknown' && facts.scope === 0;
    const filled = isBlank
      ? assignedVariable(analysis, module, variable, { ...named, sharing: 'usual' })
      : undefined;
    const value = given(facts.kind === 'parameter', filled ?? declared);
    return facts.promising === true ? promising(value) : value;
  };
  const shared = facts.reassigned && (facts.scope === 0 || facts.captured) && facts.kind !== 'synthetic';
  if (!shared) {
    const isBound = facts.kind === 'parameter' && !facts.reassigned && held?.shape.kind === 'constant';
    return isBound ? { ...held, bound: true } : (held ?? typed());
  }
  const cell = variableCell(analysis, owner, variable);
  const value = heldOr(held, typed);
  if (isOwn(analysis, owner)) {
    noteRead(analysis, state, frame, cell, place);
    return { ...value, shape: seenThrough(value.shape, false, cell) };
  }
  const origins = readCell(analysis, state, frame, cell, place);
  return {
    shape: seenThrough(value.shape, true, cell),
    origins: facts.scope === 0 ? origins : originsOf([value, { ...value, origins }]),
    direct: origins.keys().next().value ?? '',
  };
}

/** A row that a function is handed, as its parameter's type says: whenever it was read, that was before the call. */
function rowOfParameter(
  analysis: Analysis,
  state: State,
  owner: Frame,
  variable: VariableIndex,
): Value | undefined {
  const { kind, type, name } = owner.module.facts.variables[variable] ?? {};
  const made = kind === 'parameter' && type !== undefined ? classOfType(analysis, owner, type) : undefined;
  const row = made && rowStandIn(analysis, state, owner, made, name ?? '');
  if (row !== undefined) state.variables.set(owner, variable, row);
  return row;
}

function loadBinding(analysis: Analysis, state: State, frame: Frame, binding: Binding, place: Place): Value {
  switch (binding.kind) {
    case 'variable':
      return loadVariable(analysis, state, binding.module.frame, binding.variable, place, frame);
    case 'property': {
      const exports = loadVariable(analysis, state, binding.module.frame, binding.exports, place, frame);
      return loadProperty(analysis, state, frame, exports, binding.name, place);
    }
    case 'namespace':
      return valueOf({ kind: 'module', module: binding.module });
    case 'library':
      return fromLibrary(analysis, { kind: 'library', module: binding.module, path: binding.path });
  }
}

/** What `require` and `import()` of a module give. */
export function loadModule(
  analysis: Analysis,
  state: State,
  frame: Frame,
  specifier: string,
  place: Place,
): Value {
  const module = analysis.imported(frame.module, specifier);
  return module === undefined
    ? valueOf({ kind: 'library', module: specifier, path: ['*'] })
    : loadBinding(analysis, state, frame, namespaceOf(module), place);
}

/** What a name stands for that comes with all names of another module (`from store import *`). */
export function loadStarred(
  analysis: Analysis,
  state: State,
  frame: Frame,
  name: string,
  place: Place,
): Value | undefined {
  const binding = starredBinding(analysis, frame.module, name);
  return binding && named(loadBinding(analysis, state, frame, binding, place), name, false);
}

function loadExport(
  analysis: Analysis,
  state: State,
  frame: Frame,
  module: Module,
  name: string,
  place: Place,
): Value {
  const binding = exportedBinding(analysis, module, name);
  return binding === undefined
    ? unknown(`${module.frame.id} ${name}`, name)
    : loadBinding(analysis, state, frame, binding, place);
}

/** The ready-made instance that a library hands out under a path, if there is one. */
export function instanceOfLibrary(
  analysis: Analysis,
  { module, path }: Shape & { kind: 'library' },
): Value | undefined {
  const resolved = analysis.models.find(module, path);
  if (resolved === undefined || !('instance' in resolved.export)) return undefined;
  const { model, export: found } = resolved;
  const label = path.findLast((name) => name !== 'default' && name !== '*') ?? model.library;
  const id = `${module}:${path.join('.')}`;
  const instance = makeInstance(analysis, { model, className: found.instance, id, label, depth: 0 });
  return instance && valueOf({ kind: 'instance', instance });
}

function memberOfLibrary(
  analysis: Analysis,
  state: State,
  frame: Frame,
  object: Value,
  shape: Shape & { kind: 'library' },
  key: string,
  place: Place,
): Value {
  const path = [...shape.path, key];
  const instance =
    analysis.models.find(shape.module, path) === undefined ? instanceOfLibrary(analysis, shape) : undefined;
  return instance === undefined
    ? fromLibrary(analysis, { ...shape, path }, object.origins)
    : loadProperty(analysis, state, frame, instance, key, place);
}

/** What a library hands out under a path: a value that a model tells of, or something that can be called. */
function fromLibrary(
  analysis: Analysis,
  shape: Shape & { kind: 'library' },
  origins: Origins = NO_ORIGINS,
): Value {
  const found = analysis.models.find(shape.module, shape.path)?.export;
  if (found === undefined || !('value' in found)) return valueOf(shape, origins);
  const label = shape.path.filter((name) => name !== 'default' && name !== '*').join('.');
  const differs = { dimensions: found.value.differs, depth: 0, each: [] };
  return valueOf({ kind: 'unknown', id: `${shape.module}:${label}`, label, differs }, origins);
}

/**
 * True for what came to be in the execution that is under way: no other has it. Instances of classes do not count as such: one of
 * them may be a lock, and is worth a word if each execution makes its own.
 */
export function isOwn(
  analysis: Analysis,
  owner: { readonly depth: number; readonly class?: ProjectClass },
): boolean {
  return owner.class === undefined && owner.depth >= analysis.depth;
}

function seenThrough(shape: Shape, shared: boolean, cell: CellIdentity): Shape {
  if (LOOKED_THROUGH.has(shape.kind) || (!shared && shape.kind !== 'constant')) return shape;
  return contentsOf(cell);
}

/** A function of which nothing is known but that it gives a promise. */
export function promising(value: Value): Value {
  return value.shape.kind === 'unknown' ? { ...value, shape: { ...value.shape, promising: true } } : value;
}

function typedOr(
  analysis: Analysis,
  frame: Frame,
  type: TypeFacts | undefined,
  named: { readonly id: string; readonly label: string; readonly depth: number },
): Value {
  const { id, label } = named;
  const instance = type && instanceOfType(analysis, frame, type, id, label);
  if (instance !== undefined) return valueOf({ kind: 'instance', instance });
  const object = type && objectOfType(analysis, frame, type, named);
  return object === undefined ? unknown(id, label) : valueOf({ kind: 'object', object });
}

/** What is held; where that is nothing yet, what the type says that it will be. */
function heldOr(held: Value | undefined, typed: () => Value): Value {
  if (held === undefined) return typed();
  const { shape } = held;
  if (shape.kind !== 'constant' || (shape.value !== null && shape.value !== undefined)) return held;
  const promised = typed();
  return promised.shape.kind === 'unknown' ? held : { ...promised, origins: held.origins };
}

/** A parameter that nothing in sight was bound to. */
function given(isParameter: boolean, value: Value): Value {
  return isParameter && value.shape.kind === 'unknown'
    ? { ...value, shape: { ...value.shape, given: true } }
    : value;
}

export function storeVariable(
  analysis: Analysis,
  state: State,
  frame: Frame,
  variable: VariableIndex,
  value: Value,
  options: { readonly initial: boolean; readonly place: Place },
): void {
  const facts = frame.module.facts.variables[variable];
  const owner = facts && frameOf(frame, facts.scope);
  if (facts === undefined || owner === undefined) return;
  if (facts.scope === 0) noteCopy(analysis, state, variableCell(analysis, owner, variable), value);
  if (!options.initial && (facts.scope === 0 || facts.captured)) {
    const cell = variableCell(analysis, owner, variable);
    if (isOwn(analysis, owner)) noteWrite(analysis, state, cell, options.place);
    else writeCell(analysis, state, frame, cell, value, options.place);
  }
  // Whoever calls it may give something else than the default.
  if (facts.kind === 'parameter' && options.initial && isOfEntry(owner) && value.shape.kind === 'constant')
    return;
  // Of a default that nothing is known of (`Depends(get_session)`), the parameter's type may know more.
  if (
    facts.kind === 'parameter' &&
    facts.type !== undefined &&
    value.shape.kind === 'unknown' &&
    options.initial
  ) {
    state.variables.delete(owner, variable);
    const declared = loadVariable(analysis, state, frame, variable, options.place);
    if (declared.shape.kind !== 'unknown') {
      state.variables.set(owner, variable, declared);
      return;
    }
  }
  if (owner.depth < analysis.depth) publish(state, value);
  const isNamed = facts.kind !== 'synthetic';
  state.variables.set(owner, variable, isNamed ? named(value, facts.name, facts.scope === 0) : value);
}

/** Whether a function is run as others may call it, and not by a call that is in sight. */
function isOfEntry({ caller, facts }: Frame): boolean {
  return caller === undefined && facts.kind !== 'module';
}

/** A value under the name of the first variable or field that holds it, for messages. */
export function named(value: Value, name: string, ofModule: boolean): Value {
  const { shape } = value;
  if (shape.kind === 'open-file' && shape.label === undefined)
    return { ...value, shape: { ...shape, label: name } };
  if (shape.kind === 'instance' && !shape.instance.labelled) {
    shape.instance.label = name;
    shape.instance.labelled = true;
  }
  if (shape.kind === 'object') {
    if (shape.object.label === '') shape.object.label = name;
    if (ofModule) shape.object.variable ??= name;
  }
  return value;
}

/**
 * A property's key as a value, when it is one that is written in the source: the name itself.
 * @param element true for the key of an element, in languages that keep elements apart from properties
 */
export function keyOf(value: Value, element = false): Key {
  const { shape } = value;
  if (element && shape.kind === 'constant' && typeof shape.value === 'string')
    return `[${JSON.stringify(shape.value)}]`;
  return shape.kind === 'constant' && typeof shape.value !== 'object' ? String(shape.value) : shape;
}

export function isMutable(analysis: Analysis, key: Key): boolean {
  return typeof key !== 'string' || analysis.mutable.has(key);
}

export function loadProperty(
  analysis: Analysis,
  state: State,
  frame: Frame,
  object: Value,
  key: Key,
  place: Place,
): Value {
  const { shape } = object;
  switch (shape.kind) {
    case 'class': {
      const itself = asObject(analysis, object);
      const own =
        typeof key === 'string' && itself.shape.kind === 'object' && itself.shape.object.fields.has(key);
      const ofTable = typeof key === 'string' ? tableProperty(analysis, object, key) : undefined;
      if (ofTable !== undefined) return ofTable;
      const inherited = own || typeof key !== 'string' ? undefined : unboundMethod(analysis, shape, key);
      return inherited ?? loadProperty(analysis, state, frame, itself, key, place);
    }
    case 'object': {
      const inherited = inheritedProperty(analysis, object, key);
      if (inherited !== undefined) return loadProperty(analysis, state, frame, inherited, key, place);
      return loadField(analysis, state, frame, object, shape.object, key, place);
    }
    case 'contents': {
      if (isMutable(analysis, key)) {
        const cell = innerCell(analysis, shape, key);
        const origins = readCell(analysis, state, frame, cell, place);
        return {
          shape: contentsOf(cell),
          origins: originsOf([object, { ...object, origins }]),
          direct: origins.keys().next().value ?? '',
        };
      }
      return {
        shape: property(shape, key),
        origins: object.origins,
        ...(object.direct !== undefined && { direct: object.direct }),
      };
    }
    case 'module':
      return typeof key === 'string'
        ? loadExport(analysis, state, frame, shape.module, key, place)
        : valueOf(property(shape, key), object.origins);
    case 'library':
      return typeof key === 'string'
        ? memberOfLibrary(analysis, state, frame, object, shape, key, place)
        : object;
    case 'record':
      return loadColumn(state, object, shape.record, key);
    case 'column':
      return loadInColumn(state, object, shape, key);
    case 'instance': {
      const { instance } = shape;
      const { properties } = instance.class;
      const shared = sharedCell(instance, key);
      if (shared !== undefined) return ofShared(analysis, state, frame, shared, place);
      if (typeof key !== 'string') return valueOf(property(shape, key), object.origins);
      const exported = instance.class.exports?.[key];
      if (exported !== undefined) {
        const [module = ''] = instance.model.modules;
        return fromLibrary(analysis, { kind: 'library', module, path: [exported] }, object.origins);
      }
      const className = properties?.[key] ?? (key in instance.class.methods ? undefined : properties?.['*']);
      if (className === 'descriptor') {
        const { name, depth, id } = instance;
        return {
          ...object,
          shape: { kind: 'open-file', id, depth, place, ...(name !== undefined && { path: name }) },
        };
      }
      const inner = className === undefined ? undefined : innerInstance(instance, key, className);
      return valueOf(
        inner === undefined ? property(shape, key) : { kind: 'instance', instance: inner },
        object.origins,
      );
    }
    default:
      return valueOf(property(shape, key), object.origins);
  }
}

/** Of a class that is a table: what its library gives to all tables (`Account.objects`), or one of its columns. */
function tableProperty(analysis: Analysis, object: Value, key: string): Value | undefined {
  const { shape } = object;
  if (shape.kind !== 'class' || tableModelOf(analysis, shape) === undefined) return undefined;
  const itself = asLibraryInstance(analysis, object);
  if (itself?.shape.kind === 'instance') {
    const { instance } = itself.shape;
    const className = instance.class.properties?.[key];
    const inner = className === undefined ? undefined : innerInstance(instance, key, className);
    if (inner !== undefined) return valueOf({ kind: 'instance', instance: inner }, object.origins);
    if (key in instance.class.methods) return undefined;
  }
  const member = unboundMethod(analysis, shape, key);
  const begins = member && asLibraryInstance(analysis, member);
  if (begins?.shape.kind === 'instance' && begins.shape.instance.class.begins !== undefined) {
    const { instance } = begins.shape;
    return { ...begins, shape: { kind: 'instance', instance: { ...instance, table: shape } } };
  }
  return member?.shape.kind === 'function' ? undefined : valueOf(property(shape, key), object.origins);
}

/** The object as an instance of the library's class that its class extends, if that is where the property is. */
function inheritedProperty(analysis: Analysis, object: Value, key: Key): Value | undefined {
  const { shape } = object;
  if (shape.kind !== 'object' || shape.object.class === undefined || typeof key !== 'string')
    return undefined;
  const isOwn =
    shape.object.fields.has(key) ||
    methodOf(analysis, shape.object.class, key) !== undefined ||
    fieldOf(analysis, shape.object.class, key) !== undefined;
  const inherited = isOwn ? undefined : asLibraryInstance(analysis, object);
  if (inherited?.shape.kind !== 'instance') return undefined;
  const { properties, exports } = inherited.shape.instance.class;
  const has = [properties?.[key], properties?.['*'], exports?.[key]].some((found) => found !== undefined);
  return has ? inherited : undefined;
}

function ofShared(analysis: Analysis, state: State, frame: Frame, cell: CellIdentity, place: Place): Value {
  const origins = readCell(analysis, state, frame, cell, place);
  return {
    shape: contentsOf(cell),
    origins,
    direct: origins.keys().next().value ?? '',
  };
}

function property(shape: Shape, key: Key): Shape {
  return {
    kind: 'pure',
    name: typeof key === 'string' ? `.${key}` : '[]',
    from: typeof key === 'string' ? [shape] : [shape, key],
  };
}

function loadField(
  analysis: Analysis,
  state: State,
  frame: Frame,
  value: Value,
  object: AbstractObject,
  key: Key,
  place: Place,
): Value {
  prepare(object);
  const own = typeof key === 'string' ? object.fields.get(key) : undefined;
  const ofClass =
    own !== undefined || typeof key !== 'string' || object.class === undefined
      ? undefined
      : classMember(analysis, object.class, key, value);
  if (ofClass?.shape.kind === 'function') return ofClass;
  const held = own ?? ofClass;
  const typed = (): Value => {
    const name = `${object.label}.${typeof key === 'string' ? key : '[]'}`;
    const id = `${object.id}.${typeof key === 'string' ? key : '[]'}`;
    const field = object.class && fieldOf(analysis, object.class, key);
    const named = { id, label: name, depth: object.depth };
    const declared =
      field === undefined ? unknown(id, name) : typedOr(analysis, field.owner.frame, field.field.type, named);
    if (declared.shape.kind !== 'unknown' || typeof key !== 'string') return declared;
    const owner = field?.owner ?? object.class;
    return (owner && assignedField(analysis, owner, key, { ...named, sharing: object.sharing })) ?? declared;
  };
  if (!isMutable(analysis, key)) return partOf(value, held ?? typed());
  const cell = fieldCell(analysis, object, key);
  const known = heldOr(held, typed);
  if (isOwn(analysis, object)) return { ...known, shape: seenThrough(known.shape, false, cell) };
  const origins = readCell(analysis, state, frame, cell, place);
  // A row stays the one that was read, wherever it is kept.
  if (known.shape.kind === 'record') return { ...known, origins: originsOf([known, { ...known, origins }]) };
  return {
    shape: seenThrough(known.shape, true, cell),
    origins: originsOf([value, { ...known, origins }]),
    direct: origins.keys().next().value ?? '',
  };
}

/** What an object has been made with is as old as what was read to get at the object. */
function partOf(object: Value, part: Value): Value {
  if (object.origins.size === 0 || STANDING.has(part.shape.kind)) return part;
  return { ...part, origins: originsOf([object, part]) };
}

/** A class's own method, or one that it inherits from a class of the project. */
export function methodOf(
  analysis: Analysis,
  owner: ProjectClass,
  name: string,
): { readonly method: MethodFacts; readonly owner: ProjectClass } | undefined {
  const method = classFacts(owner)?.methods.find((candidate) => candidate.name === name && !candidate.static);
  if (method !== undefined) return { method, owner };
  for (const base of basesOf(analysis, owner)) {
    const found = methodOf(analysis, base, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The declaration of a field, in the class or in one that it extends. */
export function fieldOf(
  analysis: Analysis,
  owner: ProjectClass,
  key: Key,
): { readonly field: FieldFacts; readonly owner: ProjectClass } | undefined {
  if (typeof key !== 'string') return undefined;
  const field = classFacts(owner)?.fields.find((candidate) => candidate.name === key);
  if (field !== undefined) return { field, owner };
  for (const base of basesOf(analysis, owner)) {
    const found = fieldOf(analysis, base, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The class of the project that a class extends. */
export function superclassOf(analysis: Analysis, owner: ProjectClass): ProjectClass | undefined {
  const type = classFacts(owner)?.superclass;
  return type && baseOfType(analysis, owner, type);
}

/** @returns undefined for a class that leads back to its own, in code that is being written */
function baseOfType(analysis: Analysis, owner: ProjectClass, type: TypeFacts): ProjectClass | undefined {
  const found = classOfType(analysis, owner.frame, type);
  return found === undefined || leadsTo(analysis, found, owner, new Set()) ? undefined : found;
}

function leadsTo(
  analysis: Analysis,
  from: ProjectClass,
  to: ProjectClass,
  seen: Set<ClassFacts | undefined>,
): boolean {
  if (isSameClass(from, to)) return true;
  const facts = classFacts(from);
  if (facts === undefined || seen.has(facts)) return false;
  seen.add(facts);
  const { superclass, mixins = [] } = facts;
  return (superclass === undefined ? mixins : [superclass, ...mixins]).some((type) => {
    const next = classOfType(analysis, from.frame, type);
    return next !== undefined && leadsTo(analysis, next, to, seen);
  });
}

/** The classes of the project that a class extends, in the order in which members are looked for. */
export function basesOf(analysis: Analysis, owner: ProjectClass): readonly ProjectClass[] {
  const { superclass, mixins = [] } = classFacts(owner) ?? {};
  return (superclass === undefined ? mixins : [superclass, ...mixins]).flatMap(
    (type) => baseOfType(analysis, owner, type) ?? [],
  );
}

export function storeProperty(
  analysis: Analysis,
  state: State,
  frame: Frame,
  object: Value,
  key: Key,
  value: Value,
  place: Place,
): void {
  const { shape } = asObject(analysis, object);
  leave(state, value);
  if (shape.kind === 'object') {
    noteCopy(analysis, state, fieldCell(analysis, shape.object, key), value);
    if (isMutable(analysis, key) && !isOwn(analysis, shape.object)) {
      writeCell(analysis, state, frame, fieldCell(analysis, shape.object, key), value, place);
    }
    if (typeof key === 'string') {
      shape.object.fields.set(key, named(value, `${shape.object.label}.${key}`, false));
    }
    if (shape.object.depth < analysis.depth || shape.object.published === true) publish(state, value);
    return;
  }
  publish(state, value);
  const shared = shape.kind === 'instance' ? sharedCell(shape.instance, key) : undefined;
  if (shared !== undefined) writeCell(analysis, state, frame, shared, value, place);
  if (shape.kind === 'record' && typeof key === 'string')
    assignColumn(analysis, state, frame, shape.record, plainKey(key), value, place);
  else if (shape.kind === 'column' && typeof key === 'string')
    assignColumn(analysis, state, frame, shape.record, `${shape.path}.${plainKey(key)}`, value, place);
  else if (shape.kind === 'contents')
    writeCell(analysis, state, frame, innerCell(analysis, shape, key), value, place);
}
