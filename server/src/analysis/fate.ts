/** What becomes of a call's result in the function that makes the call. */
import type { Call, FunctionFacts, Node, Operation, Temporary, VariableIndex } from '../model/facts.js';
import { append } from './multimap.js';
import { walk } from './walk.js';

/**
 * - `awaited`, `returned`: where the call is made;
 * - `kept`: someone may wait for it later (it is in a variable that is awaited, in a list, an argument, a property);
 * - `used`: it is tested, called, or released, as if it were settled, and nobody waits for it;
 * - `discarded`: thrown away in so many words (`void`);
 * - `dropped`: nobody looks at it.
 */
export type Fate = 'awaited' | 'returned' | 'kept' | 'used' | 'discarded' | 'dropped';

/** From what says most about somebody waiting to what says least. */
const ORDER: readonly Fate[] = ['awaited', 'returned', 'kept', 'used', 'discarded', 'dropped'];

/** Methods whose result settles after the promise that they are called on. */
const CHAINS = new Set(['then', 'catch', 'finally']);
const GIVES_BACK = new Set(['release', 'unlock', 'free', '@@dispose']);
/** Operators that tell a promise from nothing, or see whether there is one: always the same answer for what is pending. */
const TESTS = new Set(['!', '===', '!==', '==', '!=', 'typeof']);

type Use = Exclude<Node, { kind: 'sequence' | 'labelled' | 'try' | 'break' | 'continue' }>;

export class Fates {
  private readonly uses = new Map<Temporary, Use[]>();
  private readonly loads = new Map<VariableIndex, Temporary[]>();
  private readonly known = new Map<Call, Fate>();

  /** @param isOwn whether a variable is the function's alone: others may wait for what is in the rest */
  constructor(
    facts: FunctionFacts,
    private readonly isOwn: (variable: VariableIndex) => boolean,
  ) {
    walk(facts.body, (node) => {
      if (node.kind === 'load-variable') {
        append(this.loads, node.variable, node.into);
      }
      for (const temporary of usedBy(node)) {
        append(this.uses, temporary, node as Use);
      }
    });
  }

  of(call: Call): Fate {
    if (call.awaited) return 'awaited';
    if (call.returned) return 'returned';
    const known = this.known.get(call);
    if (known !== undefined) return known;
    // A promise that is chained to itself, round and round, comes to nothing else by that.
    this.known.set(call, 'dropped');
    const fate = this.ofTemporary(call.into, new Set());
    this.known.set(call, fate);
    return fate;
  }

  /** True when what follows the promise is given to a method of it. */
  isChained(call: Call): boolean {
    return (this.uses.get(call.into) ?? []).some(
      (use) =>
        use.kind === 'call' &&
        use.target.kind === 'method' &&
        use.target.object === call.into &&
        typeof use.target.key === 'string' &&
        CHAINS.has(use.target.key),
    );
  }

  private ofTemporary(temporary: Temporary, seen: Set<VariableIndex>): Fate {
    const fates = (this.uses.get(temporary) ?? []).map((use) => this.ofUse(use, temporary, seen));
    return ORDER.find((fate) => fates.includes(fate)) ?? 'dropped';
  }

  private ofUse(use: Use, temporary: Temporary, seen: Set<VariableIndex>): Fate {
    switch (use.kind) {
      case 'point':
        return 'awaited';
      case 'return':
        return 'returned';
      case 'branch':
      case 'choice':
      case 'loop':
        return 'used';
      case 'derive':
        if (use.operator === 'void') return 'discarded';
        if (use.operator === 'is-present') return this.ofTemporary(use.into, seen);
        return TESTS.has(use.operator) ? 'used' : 'kept';
      case 'store-variable': {
        if (!this.isOwn(use.variable)) return 'kept';
        if (seen.has(use.variable)) return 'dropped';
        seen.add(use.variable);
        const fates = (this.loads.get(use.variable) ?? []).map((load) => this.ofTemporary(load, seen));
        return ORDER.find((fate) => fates.includes(fate)) ?? 'dropped';
      }
      case 'call':
        return this.ofCall(use, temporary);
      default:
        return 'kept';
    }
  }

  private ofCall(use: Call, temporary: Temporary): Fate {
    const { target } = use;
    if (target.kind === 'value' && target.callee === temporary) return 'used';
    if (target.kind !== 'method' || target.object !== temporary || typeof target.key !== 'string')
      return 'kept';
    if (CHAINS.has(target.key)) return this.of(use);
    return GIVES_BACK.has(target.key) ? 'used' : 'kept';
  }
}

/** The temporaries that a node itself looks at. */
function usedBy(node: Node): readonly Temporary[] {
  switch (node.kind) {
    case 'branch':
      return [node.condition];
    case 'choice':
      return [node.selector];
    case 'loop':
      return node.condition === undefined ? [] : [node.condition];
    case 'return':
    case 'throw':
      return node.value === undefined ? [] : [node.value];
    case 'sequence':
    case 'labelled':
    case 'try':
    case 'break':
    case 'continue':
      return [];
    default:
      return usedByOperation(node);
  }
}

function usedByOperation(operation: Operation): readonly Temporary[] {
  switch (operation.kind) {
    case 'template':
      return operation.parts.filter((part) => typeof part === 'number');
    case 'derive':
      return operation.from;
    case 'store-variable':
      return [operation.value];
    case 'load-property':
      return [operation.object, ...computed(operation.key)];
    case 'store-property':
      return [
        operation.object,
        ...computed(operation.key),
        ...(operation.value === undefined ? [] : [operation.value]),
      ];
    case 'make-object':
      return [...operation.spreads, ...operation.properties.map(({ value }) => value)];
    case 'make-array':
      return [...operation.spreads, ...operation.elements];
    case 'call': {
      const { target } = operation;
      const callee =
        target.kind === 'value' ? [target.callee] : target.kind === 'method' ? [target.object] : [];
      return [...callee, ...operation.arguments.map(({ value }) => value)];
    }
    case 'point':
      return operation.value === undefined ? [] : [operation.value];
    default:
      return [];
  }
}

function computed(key: string | { readonly computed: Temporary }): readonly Temporary[] {
  return typeof key === 'string' ? [] : [key.computed];
}
