/** What the conditions of a function say of each other along one path: whether a value is truthy, as far as that is told. */
import type { FunctionFacts, Operation, Temporary, VariableIndex } from '../../model/facts.js';
import { walk } from '../walk.js';

/** Truthiness that is known on a path, by root. */
export type Known = ReadonlyMap<string, boolean>;

/** The result of the acquire, and whether it failed because others hold the lock. */
export const GRANTED = 'granted';
export const TAKEN = 'taken';

/** Something whose truthiness decides that of a value: itself, or the opposite. */
type Root = { readonly key: string; readonly negated: boolean } | { readonly constant: boolean };

type Result = Extract<Operation, { readonly into: Temporary }>;

export class Conditions {
  private readonly made = new Map<Temporary, Result>();
  /** Variables that have no value until they are assigned one. */
  private readonly empty: readonly VariableIndex[];

  /**
   * @param granted the temporary that holds what the acquire gives
   * @param taken error codes that say that others hold the lock
   * @param variables those that the function itself declares
   */
  constructor(
    facts: FunctionFacts,
    private readonly granted: Temporary | undefined,
    private readonly taken: readonly string[],
    variables: readonly VariableIndex[],
  ) {
    const initialized = new Set<VariableIndex>();
    const assigned = new Set<VariableIndex>();
    walk(facts.body, (node) => {
      if (node.kind === 'store-variable') (node.initial ? initialized : assigned).add(node.variable);
      if ('into' in node) this.made.set(node.into, node);
    });
    this.empty = variables.filter((variable) => assigned.has(variable) && !initialized.has(variable));
  }

  /** What is known where the function starts. */
  get atStart(): Known {
    return new Map(this.empty.map((variable) => [variableRoot(variable), false]));
  }

  truthOf(temporary: Temporary, known: Known): boolean | undefined {
    const root = this.rootOf(temporary);
    if (root === undefined) return undefined;
    if ('constant' in root) return root.constant;
    const truth = known.get(root.key);
    return truth === undefined ? undefined : truth !== root.negated;
  }

  /** What is known where a value turned out to be truthy, or not; undefined where it cannot have. */
  assume(temporary: Temporary, truthy: boolean, known: Known): Known | undefined {
    const root = this.rootOf(temporary);
    if (root === undefined) return known;
    if ('constant' in root) return root.constant === truthy ? known : undefined;
    const value = truthy !== root.negated;
    const before = known.get(root.key);
    if (before !== undefined) return before === value ? known : undefined;
    return new Map(known).set(root.key, value);
  }

  /** What is known after a variable was assigned. */
  store(variable: VariableIndex, value: Temporary, known: Known): Known {
    const truth = this.truthOf(value, known);
    const key = variableRoot(variable);
    if (known.get(key) === truth) return known;
    const after = new Map(known);
    if (truth === undefined) after.delete(key);
    else after.set(key, truth);
    return after;
  }

  private rootOf(temporary: Temporary): Root | undefined {
    if (temporary === this.granted) return { key: GRANTED, negated: false };
    const node = this.made.get(temporary);
    switch (node?.kind) {
      case 'constant':
        return { constant: Boolean(node.value) };
      case 'make-object':
      case 'make-array':
      case 'make-function':
        return { constant: true };
      case 'load-variable':
        return { key: variableRoot(node.variable), negated: false };
      case 'load-property': {
        const path = this.pathOf(temporary);
        return path === undefined ? undefined : { key: path, negated: false };
      }
      case 'point':
        return node.value === undefined ? undefined : this.rootOf(node.value);
      case 'derive':
        return this.rootOfDerived(node.operator, node.from);
      default:
        return undefined;
    }
  }

  private rootOfDerived(operator: string, from: readonly Temporary[]): Root | undefined {
    const [first, second] = from;
    if (first === undefined) return undefined;
    if (operator === '!' || operator === 'not') return negate(this.rootOf(first));
    if (operator === 'is-present') return this.rootOf(first);
    const equals = EQUALITY.get(operator);
    if (equals === undefined || second === undefined) return undefined;
    const literal = this.made.get(second);
    if (literal?.kind !== 'constant') return undefined;
    if (typeof literal.value === 'string' && this.taken.includes(literal.value)) {
      return { key: TAKEN, negated: !equals };
    }
    const root = this.rootOf(first);
    return Boolean(literal.value) === equals ? root : negate(root);
  }

  /** `this.closed`, `options.lock`: a property of a variable or of the receiver, by its names. */
  private pathOf(temporary: Temporary): string | undefined {
    const node = this.made.get(temporary);
    if (node?.kind === 'load-receiver') return 'this';
    if (node?.kind === 'load-variable') return variableRoot(node.variable);
    if (node?.kind !== 'load-property' || typeof node.key !== 'string') return undefined;
    const object = this.pathOf(node.object);
    return object === undefined ? undefined : `${object}.${node.key}`;
  }
}

/** Operators that compare for equality, or for its opposite. */
const EQUALITY = new Map([
  ['===', true],
  ['==', true],
  ['is', true],
  ['!==', false],
  ['!=', false],
  ['is not', false],
]);

function negate(root: Root | undefined): Root | undefined {
  if (root === undefined) return undefined;
  return 'constant' in root ? { constant: !root.constant } : { ...root, negated: !root.negated };
}

export function variableRoot(variable: VariableIndex): string {
  return `variable ${String(variable)}`;
}
