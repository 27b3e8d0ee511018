/** One file's facts, arranged so that a value's origin can be asked for. */
import type {
  Call,
  FileFacts,
  FunctionIndex,
  Loop,
  Node,
  Operation,
  StoreVariable,
  Temporary,
  VariableIndex,
} from '../../model/facts.js';

/** A value, by where it is computed. */
export interface Value {
  readonly function: FunctionIndex;
  readonly temporary: Temporary;
}

/** A call, with the loops around it in its function, the innermost last. */
export interface CallSite {
  readonly call: Call;
  readonly function: FunctionIndex;
  readonly loops: readonly Loop[];
}

export class CodeIndex {
  readonly calls: CallSite[] = [];
  /** Modules that are loaded by calls (`require`), and the names of properties that are read. */
  readonly modules = new Set<string>();
  readonly properties = new Set<string>();
  private readonly definitions: Map<Temporary, Operation>[] = [];
  private readonly stores = new Map<VariableIndex, Value[]>();

  constructor(readonly facts: FileFacts) {
    for (const [index, { body }] of facts.functions.entries()) {
      this.definitions.push(new Map());
      this.visit(body, index, []);
    }
  }

  /** The operation that computes a value. */
  definitionOf(value: Value): Operation | undefined {
    return this.definitions[value.function]?.get(value.temporary);
  }

  /** What a variable holds, when it is assigned in one place only. */
  contentOf(variable: VariableIndex): Value | undefined {
    const stores = this.stores.get(variable) ?? [];
    return stores.length === 1 ? stores[0] : undefined;
  }

  /** The function of the file that a value is. */
  functionOf(value: Value): FunctionIndex | undefined {
    const definition = this.definitionOf(value);
    if (definition?.kind === 'make-function') return definition.function;
    if (definition?.kind !== 'load-variable') return undefined;
    const hoisted = this.facts.variables[definition.variable]?.function;
    if (hoisted !== undefined) return hoisted;
    const content = this.contentOf(definition.variable);
    const made = content === undefined ? undefined : this.definitionOf(content);
    return made?.kind === 'make-function' ? made.function : undefined;
  }

  private visit(node: Node, index: FunctionIndex, loops: readonly Loop[]): void {
    switch (node.kind) {
      case 'sequence':
        for (const child of node.nodes) this.visit(child, index, loops);
        return;
      case 'branch':
        this.visit(node.then, index, loops);
        this.visit(node.else, index, loops);
        return;
      case 'choice':
        for (const child of node.alternatives) this.visit(child, index, loops);
        return;
      case 'loop':
        for (const child of [node.test, node.body, node.update]) this.visit(child, index, [...loops, node]);
        return;
      case 'try':
        for (const child of [node.body, node.handler, node.finalizer])
          if (child !== undefined) this.visit(child, index, loops);
        return;
      case 'labelled':
        this.visit(node.body, index, loops);
        return;
      case 'return':
      case 'throw':
      case 'break':
      case 'continue':
        return;
      case 'store-variable':
        this.addStore(node, index);
        return;
      case 'store-property':
        return;
      default:
        this.definitions[index]?.set(node.into, node);
        if (node.kind === 'call') this.calls.push({ call: node, function: index, loops });
        else if (node.kind === 'load-module') this.modules.add(node.module);
        else if (node.kind === 'load-property' && typeof node.key === 'string') this.properties.add(node.key);
    }
  }

  private addStore(store: StoreVariable, index: FunctionIndex): void {
    const stores = this.stores.get(store.variable) ?? [];
    stores.push({ function: index, temporary: store.value });
    this.stores.set(store.variable, stores);
  }
}
