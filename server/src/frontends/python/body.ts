import type { FunctionIndex, Temporary, VariableIndex } from '../../model/facts.js';
import type { TextRange } from '../../model/source.js';
import { Emitter } from '../emitter.js';
import { collectBindings, type Binding } from './bindings.js';
import type { ClassDraft } from './classes.js';
import type { ModuleLowering } from './module.js';
import { Scope } from './scopes.js';
import type { SyntaxNode } from '../../syntax/python/tree.js';

/** The loop that `break` and `continue` of the source leave, by the labels that they are lowered to. */
export interface LoopLabels {
  readonly break: string;
  readonly continue: string;
}

/** The body of one function while it is being lowered: its scopes, its temporaries, and the nodes emitted so far. */
export class BodyLowering extends Emitter {
  readonly loops: LoopLabels[] = [];
  /** The class whose body is being lowered. */
  classDraft: ClassDraft | undefined;
  private synthetics = 0;
  private labels = 0;

  constructor(
    readonly module: ModuleLowering,
    readonly functionIndex: FunctionIndex,
    public scope: Scope,
  ) {
    super();
  }

  text(node: SyntaxNode): string {
    return this.module.text(node);
  }

  range(node: SyntaxNode): TextRange {
    return { start: node.start, end: node.end };
  }

  label(): string {
    return `(${String(this.labels++)})`;
  }

  /** Runs `fill` with names of its own. */
  scoped(kind: Scope['kind'], fill: (scope: Scope) => void): void {
    const outer = this.scope;
    this.scope = new Scope(this.functionIndex, outer, kind);
    fill(this.scope);
    this.scope = outer;
  }

  /** A variable that the source does not name, for a value that several paths assign. */
  synthetic(): VariableIndex {
    return this.module.declare(this.scope, undefined, {
      name: `(${String(this.functionIndex)}.${String(this.synthetics++)})`,
      kind: 'synthetic',
    });
  }

  /** Declares the names that a body binds, before any of its statements is lowered. */
  hoist(body: SyntaxNode): void {
    const { names, global, nonlocal, stars } = collectBindings(body, (node) => this.text(node));
    this.module.stars.push(...stars);
    for (const [name, bindings] of names) {
      if (global.has(name) || nonlocal.has(name) || this.scope.own(name) !== undefined) continue;
      this.declareName(name, bindings);
    }
    for (const name of global) {
      const found = this.scope.module.own(name);
      if (found !== undefined && this.scope.kind !== 'module') this.scope.declare(name, found);
    }
  }

  private declareName(name: string, bindings: readonly Binding[]): void {
    const exported = this.scope.kind === 'module' && this.module.isExported(name);
    this.module.declareBound(this.scope, name, bindings, { exported });
  }

  load(variable: VariableIndex, range: TextRange): Temporary {
    this.module.use(variable, this.functionIndex);
    return this.value((into) => ({ kind: 'load-variable', into, variable, range }));
  }

  /** @param initial true when the variable comes to be here: its first binding in the text, or one of its loop's or block's own */
  store(variable: VariableIndex, value: Temporary, range: TextRange, initial: boolean): void {
    this.module.use(variable, this.functionIndex);
    if (!initial) this.module.reassign(variable);
    this.emit({ kind: 'store-variable', variable, value, initial, range });
  }

  /** The value of a name. */
  loadName(name: string, range: TextRange): Temporary {
    const found = this.scope.resolve(name);
    switch (found?.kind) {
      case 'variable':
        return this.load(found.variable, range);
      case 'receiver':
        return this.value((into) => ({ kind: 'load-receiver', into }));
      case 'member': {
        const { owner } = found;
        return this.value((into) => ({ kind: 'load-property', into, object: owner, key: name, range }));
      }
      case undefined:
        return this.value((into) => ({ kind: 'load-global', into, name, range }));
    }
  }

  /** Binds a name to a value. */
  storeName(node: SyntaxNode, value: Temporary): void {
    const name = this.text(node);
    const range = this.range(node);
    const found = this.scope.resolve(name);
    if (found?.kind === 'variable') {
      this.store(found.variable, value, range, this.module.isFirst(found.variable, node));
    } else if (found?.kind === 'member') {
      this.emit({ kind: 'store-property', object: found.owner, key: name, value, range });
    }
  }
}
