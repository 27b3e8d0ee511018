/** What one function's body mentions, whatever the values: the part of a {@link Footprints footprint} that needs no other function. */
import type {
  Call,
  ClassIndex,
  FileFacts,
  FunctionFacts,
  FunctionIndex,
  Node,
  Operation,
  Temporary,
  VariableIndex,
} from '../model/facts.js';
import { walk } from './walk.js';

/** How a name is spelled out in the source, from its root: `JSON.parse`, `this.store.save`. */
export interface Path {
  readonly root:
    | { readonly kind: 'global'; readonly name: string }
    | { readonly kind: 'variable'; readonly variable: VariableIndex }
    | { readonly kind: 'receiver' }
    | { readonly kind: 'module'; readonly module: string }
    /** What `new` of a name makes. */
    | { readonly kind: 'made'; readonly by: Path }
    | { readonly kind: 'function'; readonly function: FunctionIndex }
    /** An object that is written down with its properties. */
    | { readonly kind: 'table' }
    /** A value of the language's own: a text, a number, an array. */
    | { readonly kind: 'plain' }
    /** The result of a call, and whatever else is not spelled out. */
    | { readonly kind: 'value' };
  readonly names: readonly string[];
}

export interface Outline {
  /** Operations, with those in loops counted for each round that is looked at. */
  readonly size: number;
  /** True when another task may run in the middle. */
  readonly waits: boolean;
  /** Calls, with what they call. */
  readonly calls: readonly { readonly call: Call; readonly callee: Path; readonly given: readonly Path[] }[];
  /** Properties that are read, or written, of objects that the function has not made itself. */
  readonly properties: readonly {
    readonly object: Path;
    readonly key: string | undefined;
    readonly written: boolean;
  }[];
  /** Variables that are used: of the function, of those around it, and of the module. */
  readonly loads: ReadonlySet<VariableIndex>;
  readonly stores: ReadonlySet<VariableIndex>;
  /** What is stored in variables. */
  readonly values: ReadonlyMap<VariableIndex, readonly Path[]>;
  /** Functions and classes that are made in it. */
  readonly functions: readonly FunctionIndex[];
  readonly classes: readonly ClassIndex[];
  /** Modules that are loaded in it. */
  readonly modules: readonly string[];
}

const outlines = new WeakMap<Node, Outline>();

/** @param part the body of the function, or a part of it */
export function outlineOf(file: FileFacts, facts: FunctionFacts, part: Node = facts.body): Outline {
  let outline = outlines.get(part);
  if (outline === undefined) {
    outline = read(file, facts, part);
    outlines.set(part, outline);
  }
  return outline;
}

/** Loops are looked at for two rounds, and inner ones for two of each. */
const ROUNDS = 2;

function sizeOf(node: Node): number {
  switch (node.kind) {
    case 'sequence':
      return node.nodes.reduce((sum, inner) => sum + sizeOf(inner), 0);
    case 'branch':
      return 1 + sizeOf(node.then) + sizeOf(node.else);
    case 'choice':
      return node.alternatives.reduce((sum, inner) => sum + sizeOf(inner), 1);
    case 'loop':
      return 1 + ROUNDS * (sizeOf(node.test) + sizeOf(node.body) + sizeOf(node.update));
    case 'try':
      return [node.body, node.handler, node.finalizer].reduce(
        (sum, inner) => sum + (inner === undefined ? 0 : sizeOf(inner)),
        1,
      );
    case 'labelled':
      return sizeOf(node.body);
    default:
      return 1;
  }
}

function read(file: FileFacts, facts: FunctionFacts, part: Node): Outline {
  const made = new Map<Temporary, Operation>();
  const operations: Operation[] = [];
  walk(part, (node) => {
    if (isOperation(node)) operations.push(node);
  });
  // What a part works on may have been made before it.
  walk(facts.body, (node) => {
    if (isOperation(node) && 'into' in node) made.set(node.into, node);
  });
  const values = valuesOf(operations);
  const isFresh = (temporary: Temporary): boolean => {
    const operation = made.get(temporary);
    if (operation?.kind === 'make-object' || operation?.kind === 'make-array') return true;
    if (operation?.kind !== 'load-variable') return false;
    const variable = file.variables[operation.variable];
    const stored = values.get(operation.variable) ?? [];
    return (
      variable !== undefined &&
      file.functions[variable.scope] === facts &&
      variable.kind === 'variable' &&
      stored.length > 0 &&
      stored.every((value) => ['make-object', 'make-array'].includes(made.get(value)?.kind ?? ''))
    );
  };
  const pathOf = (temporary: Temporary): Path => {
    const names: string[] = [];
    for (let at = made.get(temporary); ; at = made.get(at.object)) {
      switch (at?.kind) {
        case 'load-property':
          names.unshift(typeof at.key === 'string' ? at.key : '[]');
          continue;
        case 'load-variable':
          return { root: { kind: 'variable', variable: at.variable }, names };
        case 'load-global':
          return { root: { kind: 'global', name: at.name }, names };
        case 'load-receiver':
          return { root: { kind: 'receiver' }, names };
        case 'load-module':
          return { root: { kind: 'module', module: at.module }, names };
        case 'constant':
        case 'template':
        case 'derive':
        case 'make-array':
          return { root: { kind: 'plain' }, names };
        case 'make-object':
          return { root: { kind: at.properties.length > 0 ? 'table' : 'value' }, names };
        case 'make-function':
          return { root: { kind: 'function', function: at.function }, names };
        case 'call':
          if (!at.construct || at.target.kind !== 'value') return { root: { kind: 'value' }, names };
          return { root: { kind: 'made', by: pathOf(at.target.callee) }, names };
        case 'point': {
          // What a variable promises is what it holds.
          const awaited = at.value === undefined ? undefined : made.get(at.value);
          if (awaited?.kind !== 'load-variable') return { root: { kind: 'value' }, names };
          return { root: { kind: 'variable', variable: awaited.variable }, names };
        }
        default:
          return { root: { kind: 'value' }, names };
      }
    }
  };
  const loads = new Set<VariableIndex>();
  const stores = new Set<VariableIndex>();
  const calls: Outline['calls'][number][] = [];
  const properties: Outline['properties'][number][] = [];
  const functions: FunctionIndex[] = [];
  const classes: ClassIndex[] = [];
  const modules: string[] = [];
  let waits = false;
  for (const operation of operations) {
    switch (operation.kind) {
      case 'load-variable':
        loads.add(operation.variable);
        break;
      case 'store-variable':
        if (!operation.initial) stores.add(operation.variable);
        break;
      case 'load-property':
      case 'store-property': {
        if (isFresh(operation.object)) break;
        const key = typeof operation.key === 'string' ? operation.key : undefined;
        properties.push({
          object: pathOf(operation.object),
          key,
          written: operation.kind === 'store-property',
        });
        break;
      }
      case 'derive': {
        const [, container] = operation.from;
        if (operation.range === undefined || container === undefined || isFresh(container)) break;
        properties.push({ object: pathOf(container), key: undefined, written: false });
        break;
      }
      case 'make-function':
        functions.push(operation.function);
        break;
      case 'make-class':
        classes.push(operation.class);
        break;
      case 'load-module':
        modules.push(operation.module);
        break;
      case 'point':
        waits ||= operation.cause !== 'yield' || facts.async;
        break;
      case 'call':
        calls.push({
          call: operation,
          callee: calleeOf(operation, pathOf),
          given: operation.arguments.map(({ value }) => pathOf(value)),
        });
        break;
      default:
    }
  }
  const paths = new Map([...values].map(([variable, stored]) => [variable, stored.map(pathOf)]));
  return {
    size: sizeOf(part),
    waits,
    calls,
    properties,
    loads,
    stores,
    values: paths,
    functions,
    classes,
    modules,
  };
}

function calleeOf({ target }: Call, pathOf: (temporary: Temporary) => Path): Path {
  switch (target.kind) {
    case 'value':
      return pathOf(target.callee);
    case 'superclass':
      return { root: { kind: 'receiver' }, names: ['super', target.key ?? 'constructor'] };
    case 'method': {
      const { root, names } = pathOf(target.object);
      return { root, names: [...names, typeof target.key === 'string' ? target.key : '[]'] };
    }
  }
}

/** What is stored in each variable. */
function valuesOf(operations: readonly Operation[]): Map<VariableIndex, Temporary[]> {
  const values = new Map<VariableIndex, Temporary[]>();
  for (const operation of operations) {
    if (operation.kind !== 'store-variable') continue;
    const known = values.get(operation.variable);
    if (known === undefined) values.set(operation.variable, [operation.value]);
    else known.push(operation.value);
  }
  return values;
}

function isOperation(node: Node): node is Operation {
  switch (node.kind) {
    case 'sequence':
    case 'branch':
    case 'choice':
    case 'loop':
    case 'try':
    case 'labelled':
    case 'return':
    case 'throw':
    case 'break':
    case 'continue':
      return false;
    default:
      return true;
  }
}
