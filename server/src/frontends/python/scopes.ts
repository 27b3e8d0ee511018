import type {
  FieldFacts,
  FunctionIndex,
  Temporary,
  VariableFacts,
  VariableIndex,
} from '../../model/facts.js';

/** A variable while its file is being lowered. */
export type VariableDraft = { -readonly [Key in keyof VariableFacts]: VariableFacts[Key] };

/** What a name stands for. */
export type Name =
  | { readonly kind: 'variable'; readonly variable: VariableIndex }
  /** The first parameter of a method, and the fields of its class so far. */
  | { readonly kind: 'receiver'; readonly fields: FieldFacts[] }
  /** A name of a class's body: an attribute of the class. */
  | { readonly kind: 'member'; readonly owner: Temporary };

/**
 * The names of a module, a function, a comprehension or a class's body. Functions do not see the names of a class around them
 * (https://docs.python.org/3/reference/executionmodel.html#resolution-of-names).
 */
export class Scope {
  private readonly names = new Map<string, Name>();

  constructor(
    readonly functionIndex: FunctionIndex,
    readonly outer: Scope | undefined,
    readonly kind: 'module' | 'function' | 'comprehension' | 'class',
  ) {}

  /** True for the scope of a method. */
  hasReceiver = false;

  declare(name: string, what: Name): void {
    this.names.set(name, what);
    if (what.kind === 'receiver') this.hasReceiver = true;
  }

  own(name: string): Name | undefined {
    return this.names.get(name);
  }

  resolve(name: string): Name | undefined {
    const own = this.names.get(name);
    if (own !== undefined) return own;
    let outer = this.outer;
    // A comprehension in a class's body is a function, too, but its first iterable is not; what is seen there is close enough.
    while (outer?.kind === 'class' && this.kind !== 'comprehension') outer = outer.outer;
    return outer?.resolve(name);
  }

  /** The scope of the whole file. */
  get module(): Scope {
    return this.outer === undefined ? this : this.outer.module;
  }
}
