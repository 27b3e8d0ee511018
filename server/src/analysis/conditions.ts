/** What has been decided on the way to a point of control flow, and what it was decided by. */
import type { LiveRead } from './state.js';
import type { Value } from './values.js';

/** One way of a branch was taken: what follows runs because of it. */
export interface Decision {
  readonly condition: Value;
  /** Whether the condition held. */
  readonly outcome: boolean;
  /** How the other way leaves, if it does. Known once both ways were looked at. */
  otherwise?: 'throws' | 'returns';
  /** Set when something that others notice is done because of it. */
  hasEffects: boolean;
}

export class Conditions {
  constructor(
    /** By branch, in the order in which they were decided. */
    private readonly decisions: ReadonlyMap<string, Decision> = new Map(),
    /** Cells whose contents the execution hands out or works with, and does not only test; and those reads of them. */
    readonly used: Set<string> = new Set<string>(),
    /** Promises that were read from a cell and waited for, and the cell not read since. */
    private readonly waited: ReadonlyMap<string, LiveRead> = new Map(),
  ) {}

  decide(branch: string, decision: Decision): Conditions {
    const decisions = new Map(this.decisions);
    // The latest decision stands last.
    decisions.delete(branch);
    decisions.set(branch, decision);
    return new Conditions(decisions, this.used, this.waited);
  }

  /** The decisions in force, the latest first. */
  latestFirst(): Decision[] {
    return [...this.decisions.values()].reverse();
  }

  /** The decisions that were not in force before. */
  since(before: Conditions): Decision[] {
    return [...this.decisions]
      .filter(([branch, decision]) => before.decisions.get(branch) !== decision)
      .map(([, decision]) => decision);
  }

  noteEffect(): void {
    for (const decision of this.decisions.values()) decision.hasEffects = true;
  }

  waitFor(read: LiveRead): Conditions {
    return new Conditions(this.decisions, this.used, new Map(this.waited).set(read.cell.key, read));
  }

  waitedFor(cell: string): LiveRead | undefined {
    return this.waited.get(cell);
  }

  /** The cell is read or written anew. */
  forgetWait(cell: string): Conditions {
    if (!this.waited.has(cell)) return this;
    const waited = new Map(this.waited);
    waited.delete(cell);
    return new Conditions(this.decisions, this.used, waited);
  }

  /** It was looked at otherwise whether to go on after the waits. */
  forgetWaits(): Conditions {
    return this.waited.size === 0 ? this : new Conditions(this.decisions, this.used);
  }

  /** What was decided alike on both ways, and what was waited for on either. */
  static join(left: Conditions, right: Conditions): Conditions {
    if (left === right) return left;
    const decisions = new Map(
      [...left.decisions].filter(
        ([branch, decision]) => right.decisions.get(branch)?.outcome === decision.outcome,
      ),
    );
    return new Conditions(decisions, left.used, new Map([...left.waited, ...right.waited]));
  }
}
