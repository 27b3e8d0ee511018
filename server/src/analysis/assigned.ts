/**
 * What fields and variables hold that some other code fills (`this.client = createClient()` in `connect`), where nothing else
 * tells: an instance of the class that each assignment in sight gives them.
 */
import type { Call, FileFacts, Operation, Temporary, VariableIndex } from '../model/facts.js';
import type { CallModel, LibraryModel } from '../model/library-model.js';
import type { Analysis } from './analysis.js';
import { exportedBinding, importedBinding, type Binding } from './bindings.js';
import { makeInstance } from './instances.js';
import type { Module } from './modules.js';
import { objectOfClass } from './stand-ins.js';
import {
  isSameClass,
  unknown,
  valueOf,
  type AbstractObject,
  type ProjectClass,
  type Value,
} from './values.js';
import { walk } from './walk.js';

/** The operations of one function, by the temporaries that they write. */
type Made = ReadonlyMap<Temporary, Operation>;

interface Assignment {
  readonly made: Made;
  readonly value: Temporary;
}

/** The assignments of a file: to fields, by class and name; to its variables. */
interface Assignments {
  readonly fields: ReadonlyMap<string, readonly Assignment[]>;
  readonly variables: ReadonlyMap<VariableIndex, readonly Assignment[]>;
}

type Assigned =
  | { readonly kind: 'library'; readonly model: LibraryModel; readonly className: string }
  | { readonly kind: 'class'; readonly class: ProjectClass };

/** How it is called, how long it lives, and whether others have what holds it. */
interface Named {
  readonly id: string;
  readonly label: string;
  readonly depth: number;
  readonly sharing: AbstractObject['sharing'];
}

const known = new WeakMap<FileFacts, Assignments>();

function assignmentsIn(facts: FileFacts): Assignments {
  let assignments = known.get(facts);
  if (assignments === undefined) {
    assignments = collect(facts);
    known.set(facts, assignments);
  }
  return assignments;
}

function collect(facts: FileFacts): Assignments {
  const fields = new Map<string, Assignment[]>();
  const variables = new Map<VariableIndex, Assignment[]>();
  for (const fn of facts.functions) {
    const made = new Map<Temporary, Operation>();
    const owner = classAround(facts, facts.functions.indexOf(fn));
    walk(fn.body, (node) => {
      if ('into' in node) made.set(node.into, node);
      if (node.kind === 'store-variable') add(variables, node.variable, { made, value: node.value });
      if (node.kind !== 'store-property' || node.value === undefined || typeof node.key !== 'string') return;
      if (owner === undefined || made.get(node.object)?.kind !== 'load-receiver') return;
      add(fields, fieldKey(owner, node.key), { made, value: node.value });
    });
  }
  return { fields, variables };
}

function add<K>(to: Map<K, Assignment[]>, key: K, assignment: Assignment): void {
  const list = to.get(key);
  if (list === undefined) to.set(key, [assignment]);
  else list.push(assignment);
}

function fieldKey(owner: number, name: string): string {
  return `${String(owner)}.${name}`;
}

/** The class whose instance is `this` in a function. */
function classAround(facts: FileFacts, index: number): number | undefined {
  let fn = facts.functions[index];
  while (fn?.inheritsReceiver === true && fn.parent !== undefined) fn = facts.functions[fn.parent];
  return fn?.class;
}

/** The value of a field of the project's class that none of the code seen so far has filled. */
export function assignedField(
  analysis: Analysis,
  owner: ProjectClass,
  key: string,
  named: Named,
): Value | undefined {
  const { module } = owner.frame;
  const assignments = assignmentsIn(module.facts).fields.get(fieldKey(owner.class, key));
  return assignments && instanceOf(analysis, module, assignments, named);
}

/** The same of a variable of the module. */
export function assignedVariable(
  analysis: Analysis,
  module: Module,
  variable: VariableIndex,
  named: Named,
): Value | undefined {
  const assignments = assignmentsIn(module.facts).variables.get(variable);
  return assignments && instanceOf(analysis, module, assignments, named);
}

function instanceOf(
  analysis: Analysis,
  module: Module,
  assignments: readonly Assignment[],
  { id, label, depth, sharing }: Named,
): Value | undefined {
  const found = assignments.flatMap(({ made, value }) => assigned(analysis, module, made, value) ?? []);
  const [first] = found;
  if (first === undefined || !found.every((other) => isSame(first, other))) return undefined;
  if (first.kind === 'class') {
    const object = objectOfClass(analysis, first.class, { id: `assigned ${id}`, label, depth }, sharing);
    return object === undefined ? unknown(id, label) : valueOf({ kind: 'object', object });
  }
  const { model, className } = first;
  const instance = makeInstance(analysis, { model, className, id, label, labelled: true, depth: 0 });
  return instance && valueOf({ kind: 'instance', instance });
}

function isSame(one: Assigned, other: Assigned): boolean {
  if (one.kind === 'class') return other.kind === 'class' && isSameClass(one.class, other.class);
  return other.kind === 'library' && one.model === other.model && one.className === other.className;
}

/** Variables that a value is looked for through, at most. */
const MOST = 4;

function assigned(
  analysis: Analysis,
  module: Module,
  made: Made,
  value: Temporary,
  depth = 0,
): Assigned | undefined {
  const operation = made.get(value);
  switch (operation?.kind) {
    case 'point':
      return operation.value === undefined
        ? undefined
        : assigned(analysis, module, made, operation.value, depth);
    case 'load-variable': {
      if (depth >= MOST) return undefined;
      const stores = assignmentsIn(module.facts).variables.get(operation.variable) ?? [];
      for (const store of stores) {
        const found = assigned(analysis, module, store.made, store.value, depth + 1);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    case 'call':
      return madeBy(analysis, module, made, operation, depth);
    default:
      return undefined;
  }
}

/** What a call makes. */
function madeBy(
  analysis: Analysis,
  module: Module,
  made: Made,
  { target, construct }: Call,
  depth: number,
): Assigned | undefined {
  if (target.kind === 'superclass') return undefined;
  if (target.kind === 'method') {
    if (typeof target.key !== 'string') return undefined;
    const binding = bindingOf(analysis, module, made, target.object);
    const found = binding && exportOf(analysis, member(analysis, binding, target.key), construct);
    if (found !== undefined) return found;
    const receiver = assigned(analysis, module, made, target.object, depth);
    if (receiver?.kind !== 'library') return undefined;
    const call = receiver.model.classes?.[receiver.className]?.methods[target.key];
    return call && returnedBy(receiver.model, call, receiver.className);
  }
  return exportOf(analysis, bindingOf(analysis, module, made, target.callee), construct);
}

/** What the names in the source of a callee lead to. */
function bindingOf(analysis: Analysis, module: Module, made: Made, callee: Temporary): Binding | undefined {
  const operation = made.get(callee);
  switch (operation?.kind) {
    case 'load-variable': {
      const { variable } = operation;
      const imported = module.facts.variables[variable]?.import;
      return imported === undefined
        ? { kind: 'variable', module, variable }
        : importedBinding(analysis, module, imported);
    }
    case 'load-global':
      return { kind: 'library', module: '#global', path: [operation.name] };
    case 'load-module':
      return { kind: 'library', module: operation.module, path: ['*'] };
    case 'load-property': {
      const object = bindingOf(analysis, module, made, operation.object);
      return object && typeof operation.key === 'string'
        ? member(analysis, object, operation.key)
        : undefined;
    }
    default:
      return undefined;
  }
}

function member(analysis: Analysis, binding: Binding, name: string): Binding | undefined {
  if (binding.kind === 'library') return { ...binding, path: [...binding.path, name] };
  return binding.kind === 'namespace' ? exportedBinding(analysis, binding.module, name) : undefined;
}

function exportOf(
  analysis: Analysis,
  binding: Binding | undefined,
  construct: boolean,
): Assigned | undefined {
  if (binding?.kind === 'variable') {
    const { module, variable } = binding;
    const index = module.facts.variables[variable]?.class;
    const isMade = construct && index !== undefined && module.facts.variables[variable]?.scope === 0;
    return isMade ? { kind: 'class', class: { class: index, frame: module.frame } } : undefined;
  }
  if (binding?.kind !== 'library') return undefined;
  const found = analysis.models.find(binding.module, binding.path);
  if (found === undefined) return undefined;
  const { export: exported, model } = found;
  if ('class' in exported) return { kind: 'library', model, className: exported.class };
  return 'call' in exported ? returnedBy(model, exported.call, undefined) : undefined;
}

function returnedBy(
  model: LibraryModel,
  { returns }: CallModel,
  receiver: string | undefined,
): Assigned | undefined {
  if (returns === undefined) return undefined;
  if ('instance' in returns) return { kind: 'library', model, className: returns.instance };
  return 'receiver' in returns && receiver !== undefined
    ? { kind: 'library', model, className: receiver }
    : undefined;
}
