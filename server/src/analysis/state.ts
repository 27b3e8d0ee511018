/** What is true at one point of control flow. */
import type { Dimension } from '../model/dimensions.js';
import type { FixRegion } from '../model/findings.js';
import type { CellKind, SharedCellModel } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import { Conditions } from './conditions.js';
import type { Frame } from './frame.js';
import type { Row } from './rows.js';
import { SharedMap } from './shared-map.js';
import type { Spot } from './spots.js';
import { Variables } from './variables.js';
import { joinValues, type Holder, type ReadId, type Value } from './values.js';

/** A cell, as the analysis identifies it. */
export interface CellIdentity {
  readonly key: string;
  readonly kind: CellKind;
  readonly name: string;
  readonly reach: readonly Dimension[];
  /** How many overlap contexts were entered when the cell came to be; 0 for what outlives every call. */
  readonly depth: number;
  readonly sharing: 'usual' | 'likely';
  readonly declaration?: Place;
  /** Of a row, or a column of it: which one it is. */
  readonly row?: Row;
  /** The object that it is a part of. */
  readonly holder?: Holder;
  /** Of an element: equal for all elements of one list, map or store. */
  readonly container?: string;
  /** Overlap contexts, by their number, whose executions each have another such cell: it is named by an element of the list they go through. */
  readonly apart?: readonly number[];
  /** Along which dimensions executions share it because that is what it is made for, whatever is known of them. */
  readonly usually?: SharedCellModel['usually'];
}

/** A lock that is held, and the critical section that it was acquired for. */
export interface Acquisition {
  readonly id: string;
  /** Equal for acquisitions of one lock. */
  readonly lock: string;
  readonly name: string;
  /** Equal for acquisitions of one lock, where that is known by what it is on: the path of a file. */
  readonly resource?: string;
  readonly span: readonly Dimension[];
  readonly place: Place;
  /** How many overlap contexts were entered when it was acquired. */
  readonly depth: number;
  /** How many overlap contexts were entered when the lock itself was made. */
  readonly lockDepth: number;
  /** The lock itself, or what it is a part of. */
  readonly holder?: Holder;
  /** True when processes would inherit the lock, and each makes one of its own. */
  readonly perProcess?: boolean;
  /** A call that the analysis cannot see may be holding a lock here. */
  readonly unseen?: boolean;
  /** A promise chain is a lock only if the chain is stored back: the cell that it must be stored to. */
  readonly chain?: string;
  /** The frame whose promise settles when the lock is released. */
  readonly releasedBy?: Frame;
  /** The only kind of cells that it guards: a transaction guards what is in its own store. */
  readonly covers?: CellKind;
  /** It is given back when the transaction ends. */
  readonly ofTransaction?: boolean;
  /** Several can hold it at once: it guards nothing. */
  readonly several?: boolean;
  /** It may guard or not: whether the store refuses the transaction depends on what is not said. */
  readonly weak?: boolean;
  /** How the acquire comes out when others hold the lock, if it does not wait: with a falsy result, or with an error. */
  readonly fails?: 'falsy' | 'error';
  /** Codes of such an error. */
  readonly taken?: readonly string[];
  /** Of a file lock: true when the file is closed, and the lock given back, as soon as nothing refers to it any more. */
  readonly closes?: boolean;
  /** True when the thread stands still until the lock is free. */
  readonly blocking?: boolean;
  /** True when the lock runs out by itself. */
  readonly leased?: boolean;
  /** Of a flag: true when what it was raised to says nothing else (`true`). */
  readonly plain?: boolean;
  /** What is done under it, where all of that is in sight. */
  readonly content?: Content;
  /** A file lock taken on an open file that others share, to be reported unless nothing can come between. */
  readonly handle?: SharedHandle;
}

/** A file lock on a shared handle, while it is held. */
export interface SharedHandle {
  readonly frame: Frame;
  /** Set when another task can run while the lock is held. */
  crossed: boolean;
  release?: { readonly frame: Frame; readonly place: Place };
}

/** Work that its starter goes on without: at its first point, the starter may give back what it holds. */
export interface Unawaited {
  /** The call that started it. */
  readonly call: Place;
  readonly text: string;
  readonly region: FixRegion;
  /** Acquisitions of the starter. */
  readonly locks: ReadonlySet<string>;
  /** Those that the starter was seen to give back after it had started the work. */
  readonly givenBack: Set<string>;
}

/** What is done under a lock. */
export interface Content {
  /** Set when something is done that is waited for. */
  busy: boolean;
  /** The first point at which other tasks can run while the lock is held. */
  point?: Spot;
  readonly works: Unawaited[];
}

/** A lock that work was started under, and may have outlived. */
export interface Lapse {
  readonly acquisition: Acquisition;
  readonly work: Unawaited;
}

/** A critical section that was started and not waited for. */
export interface StartedSection {
  readonly call: Place;
  readonly text: string;
  readonly region: FixRegion;
  readonly frame: Frame;
  readonly lock: Acquisition;
  /** Where the section writes the cell. */
  readonly write: Place;
}

/** A read whose value may still be written back. */
export interface LiveRead {
  readonly id: ReadId;
  readonly cell: CellIdentity;
  readonly place: Place;
  readonly frame: Frame;
  readonly depth: number;
  /** Acquisitions held without a gap since the read. */
  readonly guards: ReadonlySet<string>;
  /** The first interleaving point since the read. */
  readonly point?: Spot;
  /** It was found to be empty, so that nothing derives from it. */
  readonly empty?: boolean;
  /** The cell was written since: what was read of it has had its effect. */
  readonly settled?: boolean;
  /** It tells no more than whether there is something. */
  readonly presence?: boolean;
}

export class State {
  /** Set up to the first point of work that nobody waits for. */
  unawaited: Unawaited | undefined;
  /** Locks of the starter that such work may have outlived, by acquisition. */
  lapsed: ReadonlyMap<string, Lapse> = new Map();
  /** Cells that sections write which were started and not waited for. */
  started: ReadonlyMap<string, StartedSection> = new Map();
  conditions = new Conditions();

  constructor(
    readonly variables: Variables,
    readonly held = new SharedMap<string, Acquisition>(),
    readonly reads = new SharedMap<ReadId, LiveRead>(),
    /** Cells that were tested since the last interleaving point, and what the test said. */
    readonly tested = new SharedMap<string, boolean>(),
    /** Cells written since the last read of them, with the value: to recognise a chain of promises. */
    readonly written = new SharedMap<string, Value>(),
  ) {}

  copy(): State {
    const copy = new State(
      this.variables.copy(),
      this.held.copy(),
      this.reads.copy(),
      this.tested.copy(),
      this.written.copy(),
    );
    copy.unawaited = this.unawaited;
    copy.lapsed = this.lapsed;
    copy.started = this.started;
    copy.conditions = this.conditions;
    return copy;
  }

  /**
   * Another task may run here.
   * @param options.waitsFor what settles before the execution goes on
   */
  passPoint(spot: Spot, { waitsFor }: { readonly waitsFor?: Value | undefined } = {}): void {
    for (const [id, read] of this.reads) {
      if (read.point === undefined) this.reads.set(id, { ...read, point: spot });
    }
    for (const { id, handle, content } of this.held.values()) {
      if (handle !== undefined) handle.crossed = true;
      // The wait for the lock itself is not under the lock, and a wait for a constant is none.
      const isNone = waitsFor?.shape.kind === 'constant' && waitsFor.pending === undefined;
      const isForLock = waitsFor?.pending?.locks.some((lock) => lock.id === id) === true;
      if (content === undefined || this.unawaited !== undefined || isNone || isForLock) continue;
      content.busy = true;
      content.point ??= spot;
    }
    this.tested.clear();
    this.outliveStarter();
  }

  /** Others may read a cell before what is written to it is there. */
  passPointOf(cell: string, spot: Spot): void {
    for (const [id, read] of this.reads) {
      if (read.cell.key === cell && read.point === undefined) this.reads.set(id, { ...read, point: spot });
    }
  }

  private outliveStarter(): void {
    const work = this.unawaited;
    if (work === undefined) return;
    this.unawaited = undefined;
    const lapsed = new Map(this.lapsed);
    for (const id of work.locks) {
      const acquisition = this.held.get(id);
      if (acquisition !== undefined) lapsed.set(id, { acquisition, work });
      this.drop(id);
    }
    this.lapsed = lapsed;
  }

  acquire(acquisition: Acquisition): void {
    this.drop(acquisition.id);
    this.held.set(acquisition.id, acquisition);
  }

  /** Ends critical sections; reads made in them are no longer guarded by them. */
  release(which: (acquisition: Acquisition) => boolean): Acquisition[] {
    const released = [...this.held.values()].filter(which);
    for (const acquisition of released) this.drop(acquisition.id);
    return released;
  }

  private drop(id: string): void {
    if (!this.held.delete(id)) return;
    for (const [readId, read] of this.reads) {
      if (!read.guards.has(id)) continue;
      const guards = new Set(read.guards);
      guards.delete(id);
      this.reads.set(readId, { ...read, guards });
    }
  }
}

/**
 * What is true where two paths meet: locks that both hold, reads that either made.
 *
 * A read that only one path has passed a point since stays two reads, so that a value which only the other path carries is
 * not taken for stale: `x = x ?? (await make())` writes back `x` only where nothing was awaited.
 */
export function join(left: State, right: State, id: () => string): State {
  const { reads, ofLeft, ofRight } = joinReads(left.reads, right.reads);
  const variables = Variables.join(left.variables, right.variables, (one, other) =>
    joinValues(rename(one, ofLeft), rename(other, ofRight), id),
  );
  const joined = new State(
    variables,
    intersection(left.held, right.held, (one) => one),
    reads,
    intersection(left.tested, right.tested, (one, other) => (one === other ? one : undefined)),
    intersection(left.written, right.written, (one, other) => joinValues(one, other, id)),
  );
  joined.unawaited = left.unawaited ?? right.unawaited;
  joined.lapsed = union(left.lapsed, right.lapsed);
  joined.started = common(left.started, right.started);
  joined.conditions = Conditions.join(left.conditions, right.conditions);
  return joined;
}

function common<T>(left: ReadonlyMap<string, T>, right: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return left === right ? left : new Map([...left].filter(([key]) => right.has(key)));
}

function union<T>(left: ReadonlyMap<string, T>, right: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  if (left === right || right.size === 0) return left;
  return left.size === 0 ? right : new Map([...left, ...right]);
}

type Names = ReadonlyMap<ReadId, ReadId>;

/** @returns besides the reads, the new names that values of either side know some of them by */
function joinReads(
  left: State['reads'],
  right: State['reads'],
): { reads: State['reads']; ofLeft: Names; ofRight: Names } {
  const ofLeft = new Map<ReadId, ReadId>();
  const ofRight = new Map<ReadId, ReadId>();
  const reads = left.copy();
  if (left.isUnchangedFrom(right)) return { reads, ofLeft, ofRight };
  for (const [key, other] of right) {
    const one = left.get(key);
    if (one === other) continue;
    if (one === undefined) {
      reads.set(key, other);
      continue;
    }
    const guards = new Set([...one.guards].filter((guard) => other.guards.has(guard)));
    const stale = one.point === undefined ? other : one;
    reads.set(key, {
      ...stale,
      guards,
      empty: one.empty === true && other.empty === true,
      settled: one.settled === true || other.settled === true,
    });
    if ((one.point === undefined) === (other.point === undefined)) continue;
    const fresh = one.point === undefined ? one : other;
    const alias = `${key}'`;
    reads.set(alias, { ...fresh, id: alias });
    (one === fresh ? ofLeft : ofRight).set(key, alias);
  }
  return { reads, ofLeft, ofRight };
}

function rename(value: Value, names: Names): Value {
  if (names.size === 0 || ![...value.origins.keys()].some((read) => names.has(read))) return value;
  return {
    ...value,
    origins: new Map([...value.origins].map(([read, sure]) => [names.get(read) ?? read, sure])),
  };
}

function intersection<T>(
  left: SharedMap<string, T>,
  right: SharedMap<string, T>,
  both: (one: T, other: T) => T | undefined,
): SharedMap<string, T> {
  if (left.isUnchangedFrom(right)) return left.copy();
  const result = new SharedMap<string, T>();
  for (const [key, one] of left) {
    const other = right.get(key);
    const value = other === undefined ? undefined : both(one, other);
    if (value !== undefined) result.set(key, value);
  }
  return result;
}
