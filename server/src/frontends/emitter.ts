import type { Node, Operation, Sequence, Temporary } from '../model/facts.js';
import type { TextRange } from '../model/source.js';

/** Collects the nodes of one function's body while it is being lowered, in any language. */
export class Emitter {
  private nodes: Node[] = [];
  private temporaries = 0;

  fresh(): Temporary {
    return this.temporaries++;
  }

  emit(node: Node): void {
    this.nodes.push(node);
  }

  /** Emits an operation that has a result, and returns the result. */
  value(make: (into: Temporary) => Operation): Temporary {
    const into = this.fresh();
    this.emit(make(into));
    return into;
  }

  constant(value: string | number | boolean | null | undefined): Temporary {
    return this.value((into) => ({ kind: 'constant', into, value }));
  }

  derive(operator: string, from: readonly Temporary[], range?: TextRange): Temporary {
    return this.value((into) => ({
      kind: 'derive',
      into,
      operator,
      from,
      ...(range !== undefined && { range }),
    }));
  }

  /** What `fill` emits, as one node. */
  block(fill: () => void): Sequence {
    const outer = this.nodes;
    this.nodes = [];
    fill();
    const nodes = this.nodes;
    this.nodes = outer;
    return { kind: 'sequence', nodes };
  }
}
