/**
 * The paths of one function past the acquire of one lock: where it is held, where it is left held, and which releases are reached
 * without it. Anything that may throw is a way out.
 */
import type { FunctionFacts, Node, Operation, Temporary, VariableIndex } from '../../model/facts.js';
import type { TextRange } from '../../model/source.js';
import { walk } from '../walk.js';
import { carriersOf } from './escapes.js';
import { Conditions, GRANTED, TAKEN, type Known } from './conditions.js';

/** What a function does with a lock, by the operations of its text. */
export interface Section {
  readonly facts: FunctionFacts;
  /** The variables that the function itself declares. */
  readonly variables: readonly VariableIndex[];
  /** Where the lock is acquired: an operation of the function. */
  readonly acquire: TextRange;
  /** How the acquire comes out without the lock: never, with a falsy result, or with an error. */
  readonly fails: 'never' | 'falsy' | 'error';
  /** Codes of the errors that say that others hold the lock. */
  readonly taken: readonly string[];
  /** Operations that release it, by {@link rangeKey}. */
  readonly releases: ReadonlySet<string>;
  /** Operations that may throw. */
  readonly throwing: ReadonlySet<string>;
  /** Operations that end the process. */
  readonly final: ReadonlySet<string>;
}

export function rangeKey({ start, end }: TextRange): string {
  return `${String(start)}:${String(end)}`;
}

/** `before`: the path has not come to the acquire. `failed`: it has come out without the lock. */
type Hold = 'before' | 'failed' | 'held' | 'released';

interface Path {
  readonly hold: Hold;
  readonly known: Known;
  /** The operation whose failure the path has gone on after, or `jump` where it has skipped the rest of a loop's round. */
  readonly astray?: TextRange | 'jump';
}

type Paths = ReadonlyMap<string, Path>;

export interface Exit {
  /** `raise`: an operation failed. `again`: the acquire was reached while the lock was held. */
  readonly kind: 'end' | 'return' | 'throw' | 'raise' | 'again' | 'break' | 'continue';
  readonly label?: string;
  /** The statement that leaves, or the operation that fails. */
  readonly range?: TextRange;
  /** What a `return` hands out. */
  readonly value?: Temporary;
  readonly paths: Paths;
}

interface Outcome {
  readonly next: Paths;
  readonly exits: readonly Exit[];
}

/** A release that a path without the lock comes to. */
export interface Misplaced {
  readonly range: TextRange;
  readonly after: Exclude<Hold, 'held'>;
}

export interface Walked {
  /** How the function is left, in the order of its text; the end comes last. */
  readonly exits: readonly Exit[];
  readonly misplaced: readonly Misplaced[];
}

const NONE: Paths = new Map();
/** More paths than this through one place are not told apart. */
const MAXIMUM = 64;
const ROUNDS = 4;

/** Follows all paths from the start of the function. */
export function walkPaths(section: Section): Walked {
  const walker = new Walker(section);
  const { next, exits } = walker.walk(section.facts.body, walker.start);
  return {
    exits: next.size === 0 ? exits : [...exits, { kind: 'end', paths: next }],
    misplaced: [...walker.misplaced.values()],
  };
}

/** Whether some paths of an exit are in a state. */
export function hasHold(exit: Exit, hold: Hold): boolean {
  return [...exit.paths.values()].some((path) => path.hold === hold);
}

/** Whether the lock is held at an exit, on a path that nothing has led astray. */
export function isHeldAsMeant(exit: Exit): boolean {
  return [...exit.paths.values()].some(({ hold, astray }) => hold === 'held' && astray === undefined);
}

/** The operation whose failure has led to an exit with the lock held. */
export function failureBehind(exit: Exit): TextRange | undefined {
  for (const { hold, astray } of exit.paths.values()) {
    if (hold === 'held' && typeof astray === 'object') return astray;
  }
  return undefined;
}

function keyOf({ hold, known, astray }: Path): string {
  const facts = [...known].map(([root, truth]) => `${truth ? '' : '!'}${root}`).sort();
  return `${hold} ${astray === undefined ? '' : '?'} ${facts.join(' ')}`;
}

function union(...all: readonly Paths[]): Paths {
  const [first = NONE, ...rest] = all.filter((paths) => paths.size > 0);
  if (rest.length === 0) return first;
  const merged = new Map(first);
  for (const paths of rest) for (const [key, path] of paths) if (!merged.has(key)) merged.set(key, path);
  if (merged.size <= MAXIMUM) return merged;
  // Too many to tell apart: only whether the lock is held is kept.
  return map(merged, (path) => ({ ...path, known: new Map<string, boolean>() }));
}

function map(paths: Paths, change: (path: Path) => Path | undefined): Paths {
  const changed = new Map<string, Path>();
  for (const path of paths.values()) {
    const after = change(path);
    if (after === undefined) continue;
    const key = keyOf(after);
    if (!changed.has(key)) changed.set(key, after);
  }
  return changed;
}

class Walker {
  readonly misplaced = new Map<string, Misplaced>();
  private readonly conditions: Conditions;
  private readonly acquireKey: string;
  private readonly acquire: Acquire | undefined;
  private readonly carriers: ReadonlySet<Temporary>;

  constructor(private readonly section: Section) {
    this.acquireKey = rangeKey(section.acquire);
    this.acquire = acquireOf(section);
    this.carriers = carriersOf(section.facts, section.acquire);
    this.conditions = new Conditions(section.facts, this.acquire?.into, section.taken, section.variables);
  }

  get start(): Paths {
    return map(new Map([['', { hold: 'before', known: this.conditions.atStart }]]), (path) => path);
  }

  walk(node: Node, paths: Paths): Outcome {
    if (paths.size === 0) return { next: NONE, exits: [] };
    switch (node.kind) {
      case 'sequence': {
        const exits: Exit[] = [];
        let next = paths;
        for (const inner of node.nodes) {
          const outcome = this.walk(inner, next);
          exits.push(...outcome.exits);
          next = outcome.next;
        }
        return { next, exits };
      }
      case 'branch': {
        const one = this.walk(node.then, this.assume(node.condition, true, paths));
        const other = this.walk(node.else, this.assume(node.condition, false, paths));
        return { next: union(one.next, other.next), exits: [...one.exits, ...other.exits] };
      }
      case 'choice': {
        const outcomes = node.alternatives.map((alternative) => this.walk(alternative, paths));
        const all = outcomes.flatMap(({ exits }) => exits);
        return this.caught(union(...outcomes.map(({ next }) => next)), all, isPlainBreak);
      }
      case 'labelled': {
        const { next, exits } = this.walk(node.body, paths);
        return this.caught(next, exits, ({ kind, label }) => kind === 'break' && label === node.label);
      }
      case 'loop':
        return this.loop(node, paths);
      case 'try':
        return this.attempt(node, paths);
      case 'return':
      case 'throw': {
        const value = node.value === undefined ? {} : { value: node.value };
        return { next: NONE, exits: [{ kind: node.kind, range: node.range, paths, ...value }] };
      }
      case 'break':
      case 'continue': {
        const label = node.label === undefined ? {} : { label: node.label };
        return { next: NONE, exits: [{ kind: node.kind, paths, ...label }] };
      }
      default:
        return this.operate(node, paths);
    }
  }

  private assume(condition: Temporary, truthy: boolean, paths: Paths): Paths {
    return map(paths, (path) => {
      const known = this.conditions.assume(condition, truthy, path.known);
      return known && { ...path, known };
    });
  }

  /** Exits that go on behind a node join what reaches its end. */
  private caught(next: Paths, exits: readonly Exit[], isOwn: (exit: Exit) => boolean): Outcome {
    const own = exits.filter(isOwn).map(({ paths }) => paths);
    return { next: union(next, ...own), exits: exits.filter((exit) => !isOwn(exit)) };
  }

  private loop(node: Node & { kind: 'loop' }, entered: Paths): Outcome {
    const exits: Exit[] = [];
    let after: Paths = NONE;
    let round = entered;
    const own = ({ label }: Exit): boolean => label === undefined || label === node.label;
    for (let count = 0; count < ROUNDS && round.size > 0; count++) {
      let body = round;
      if (!node.testsLast || count > 0) {
        const tested = this.walk(node.test, round);
        exits.push(...tested.exits);
        body = tested.next;
        if (node.condition !== undefined) {
          after = union(after, this.assume(node.condition, false, body));
          body = this.assume(node.condition, true, body);
        }
      }
      const outcome = this.walk(node.body, body);
      const again = outcome.exits.filter((exit) => exit.kind === 'continue' && own(exit));
      const left = outcome.exits.filter((exit) => exit.kind === 'break' && own(exit));
      exits.push(...outcome.exits.filter((exit) => !again.includes(exit) && !left.includes(exit)));
      after = union(after, ...left.map(({ paths }) => paths));
      const skipped = again.map(({ paths }) => map(paths, (path) => ({ astray: 'jump', ...path })));
      const updated = this.walk(node.update, union(outcome.next, ...skipped));
      exits.push(...updated.exits);
      round = updated.next;
    }
    if (node.condition !== undefined) {
      const tested = this.walk(node.test, round);
      after = union(after, this.assume(node.condition, false, tested.next));
    }
    return { next: after, exits };
  }

  private attempt(node: Node & { kind: 'try' }, paths: Paths): Outcome {
    const tried = this.walk(node.body, paths);
    let { next } = tried;
    let exits = [...tried.exits];
    if (node.handler !== undefined) {
      const isThrown = ({ kind }: Exit): boolean => kind === 'throw' || kind === 'raise';
      const thrown = exits.filter(isThrown).map(({ range, paths: failed }) => {
        return range === undefined ? failed : map(failed, (path) => ({ astray: range, ...path }));
      });
      const handled = this.walk(node.handler, union(...thrown));
      next = union(next, handled.next);
      exits = [...exits.filter((exit) => !isThrown(exit)), ...handled.exits];
    }
    const { finalizer } = node;
    if (finalizer === undefined) return { next, exits };
    const after: Exit[] = [];
    for (const exit of exits) {
      const finished = this.walk(finalizer, exit.paths);
      after.push(...finished.exits);
      if (finished.next.size > 0) after.push({ ...exit, paths: finished.next });
    }
    const finished = this.walk(finalizer, next);
    return { next: finished.next, exits: [...after, ...finished.exits] };
  }

  private operate(node: Operation, paths: Paths): Outcome {
    switch (node.kind) {
      case 'store-variable': {
        const stored = map(paths, (path) => ({
          ...path,
          known: this.conditions.store(node.variable, node.value, path.known),
        }));
        return this.perform(node.range, stored);
      }
      case 'store-property':
      case 'call':
        return this.perform(node.range, paths);
      case 'point': {
        // The wait for the lock itself fails without it.
        if (node.value === undefined || !this.carriers.has(node.value))
          return this.perform(node.range, paths);
        return { next: paths, exits: this.fails ? [this.failure(node.range, paths)] : [] };
      }
      default:
        return { next: paths, exits: [] };
    }
  }

  private get fails(): boolean {
    return this.section.fails === 'error';
  }

  /** The acquire throws: because others hold the lock, or for another reason. */
  private failure(range: TextRange, paths: Paths): Exit {
    const failed = map(paths, ({ known }) => ({ hold: 'failed', known: new Map(known).set(TAKEN, true) }));
    return { kind: 'raise', range, paths: failed };
  }

  private perform(range: TextRange, paths: Paths): Outcome {
    const key = rangeKey(range);
    const { releases, throwing, final, fails } = this.section;
    if (final.has(key)) return { next: NONE, exits: [] };
    if (key === this.acquireKey) {
      const held = map(paths, ({ known }) => ({ hold: 'held', known: granted(known, true) }));
      const failed = map(paths, ({ known }) => ({ hold: 'failed', known: granted(known, false) }));
      const next = fails === 'falsy' ? union(held, failed) : held;
      const exits: Exit[] = [];
      if (this.fails && this.acquire?.awaited === false) exits.push(this.failure(range, paths));
      const again = map(paths, (path) => (path.hold === 'held' ? path : undefined));
      if (again.size > 0) exits.push({ kind: 'again', range, paths: again });
      return { next, exits };
    }
    if (releases.has(key)) {
      for (const { hold } of paths.values()) {
        if (hold === 'held') continue;
        const known = this.misplaced.get(`${key} ${hold}`);
        if (known === undefined) this.misplaced.set(`${key} ${hold}`, { range, after: hold });
      }
      return {
        next: map(paths, ({ known, hold }) => ({ known, hold: hold === 'held' ? 'released' : hold })),
        exits: [],
      };
    }
    const thrown = map(paths, (path) => ({ ...path, known: withoutTaken(path.known) }));
    return { next: paths, exits: throwing.has(key) ? [{ kind: 'raise', range, paths: thrown }] : [] };
  }
}

function granted(known: Known, truth: boolean): Known {
  return new Map(known).set(GRANTED, truth);
}

/** What is thrown here says nothing of others that hold the lock. */
function withoutTaken(known: Known): Known {
  return new Map(known).set(TAKEN, false);
}

function isPlainBreak({ kind, label }: Exit): boolean {
  return kind === 'break' && label === undefined;
}

interface Acquire {
  readonly into: Temporary;
  readonly awaited: boolean;
}

/** The operation that acquires, and what it gives; undefined where that is an assignment. */
function acquireOf({ facts, acquire }: Section): Acquire | undefined {
  const key = rangeKey(acquire);
  let found: Acquire | undefined;
  walk(facts.body, (node) => {
    if (node.kind === 'call' && rangeKey(node.range) === key) {
      found = { into: node.into, awaited: node.awaited };
    }
  });
  return found;
}
