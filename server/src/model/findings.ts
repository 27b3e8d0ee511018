/** What the analysis finds, before a rule decides whether and how to say it. */
import type { Dimension } from './dimensions.js';
import type { AddsModel, CellKind, Reference } from './library-model.js';
import type { AddingOperator, ColumnExpression } from './store-model.js';
import type { Place, TextRange } from './source.js';

/** A piece of shared state, as a finding names it. */
export interface Cell {
  readonly kind: CellKind;
  /** As a reader would write it: `total`, `this.count`, `counter:total`, `data/total.json`. */
  readonly name: string;
  /** The dimensions along which it can be touched at the same time. */
  readonly reach: readonly Dimension[];
  readonly declaration?: Place;
}

/** Why two executions overlap along a dimension. */
export interface Overlap {
  readonly dimension: Dimension;
  /**
   * `shown`: the project says so. `usual`: it is how such code is normally run (an exported async function of a service).
   * `likely`: it may be, and nothing says so.
   */
  readonly strength: 'shown' | 'usual' | 'likely';
  /** To stand in a message: `requests handled at once`. */
  readonly text: string;
  readonly place?: Place;
}

/** A lock that is held. */
export interface Guard {
  readonly name: string;
  readonly span: readonly Dimension[];
  readonly acquired: Place;
  /** Where the lock itself is made, when that is in sight. */
  readonly made?: Place;
  /** The dimensions of its span along which it excludes nobody here, since each execution makes a lock of its own. */
  readonly unshared: readonly Dimension[];
}

/** The place in one function's text that an access, reached through calls or not, stands at. */
export interface FixRegion {
  readonly file: string;
  /** The function that both ends stand in. */
  readonly function: TextRange;
  readonly from: TextRange;
  readonly to: TextRange;
  /** True when the function can await. */
  readonly async: boolean;
}

/** A function that code of other files can call. */
export interface EntryPoint {
  /** Tells it apart in the project. */
  readonly key: string;
  /** The name that callers write. */
  readonly name: string;
}

/**
 * What a test that no longer holds makes an execution do: `spend` what is counted (or add to it), `claim` or `create` what was found
 * missing, `initialise` it with something of its own, or `take-turn` after having waited for the one before.
 */
export type Act = 'spend' | 'claim' | 'create' | 'initialise' | 'take-turn';

/** How the store can do what the update does in one step. */
export type AtomicForm =
  | {
      /** Another call in place of the one that writes. */
      readonly kind: 'call';
      readonly adds: AddsModel;
      readonly key?: Reference;
      readonly field?: Reference;
      /** The column, when what is written is an object of columns. */
      readonly column?: string;
      readonly value?: Reference;
    }
  | {
      /** An operator among the new values. */
      readonly kind: 'operator';
      readonly adds: AddingOperator;
      readonly column: string;
    }
  | {
      /** An expression of the store's in place of what was read. */
      readonly kind: 'expression';
      readonly expression: ColumnExpression;
      readonly column: string;
      /** The name of the table, or of the class of its records. */
      readonly table: string;
    }
  /** An expression of SQL in place of a value. */
  | { readonly kind: 'sql'; readonly column: string };

/** A cell is read, and then written from what was read. */
export interface ReadModifyWrite {
  readonly kind: 'read-modify-write';
  readonly cell: Cell;
  /** In the innermost function that both ends are in, or are called from: the read, or the call that leads to it. */
  readonly read: Place;
  /** Likewise. */
  readonly write: Place;
  /** The read itself, where `read` is a call that leads to it. */
  readonly readsAt?: Place;
  /** The write itself, where `write` is a call that leads to it. */
  readonly writesAt?: Place;
  /** The exported functions that lead here, when nothing else does. */
  readonly entries?: readonly EntryPoint[];
  /** The first interleaving point between the two, when there is one; seen from the same function. */
  readonly point?: Place;
  /** Whether the written value derives from the read, or only the decision to write. */
  readonly derivation: 'data' | 'control';
  /** Of a `control` derivation: what the decision leads to. */
  readonly act?: Act;
  /** False when the derivation passes through code that the analysis cannot see. */
  readonly certain: boolean;
  /** True when it is read once, when the program starts, and written from the copy in memory that was made then. */
  readonly copied?: boolean;
  /** True when the cell begins anew after what was in it was worked with, so that what others add in between is lost. */
  readonly begins?: boolean;
  /** The locks that are held without a gap from the read to the write. */
  readonly guards: readonly Guard[];
  /** Locks held at the write that were not held since the read. */
  readonly lateGuards: readonly Guard[];
  /** The lock under which the cell is written elsewhere, where nothing but that tells that it is shared. */
  readonly elsewhere?: Guard;
  /** Along which dimensions other executions interleave with this one, and why; none that a guard excludes. */
  readonly overlaps: readonly Overlap[];
  readonly region?: FixRegion;
  /** What the store could do in one step instead, where both ends are calls of one function. */
  readonly atomic?: AtomicForm;
}

/** A file lock is taken on an open file that several tasks or threads share. */
export interface SharedLockHandle {
  readonly kind: 'shared-lock-handle';
  /** As a reader would write it: `this.fd`. */
  readonly handle: string;
  /** Where the handle is kept: a field or a variable. */
  readonly declaration?: Place;
  readonly acquire: Place;
  /** Where the shared handle is overwritten by the next opener, when it is. */
  readonly overwritten?: Place;
  readonly certain: boolean;
  readonly overlaps: readonly Overlap[];
  /** From the acquire to the release, where one function has both. */
  readonly region?: FixRegion;
}

/** A cell is read and then written from what was read, whether or not a lock is held. */
export interface Update {
  readonly cell: Cell;
  readonly read: Place;
  readonly write: Place;
  /** The functions that the write is in, innermost first. */
  readonly functions: readonly UpdatingFunction[];
  /** Along which executions like this one overlap, and share the cell. */
  readonly dimensions: readonly Dimension[];
}

/** A function that an update is made in, itself or by what it calls. */
export interface UpdatingFunction {
  /** As a reader would call it. */
  readonly name: string;
  /** All of its text. */
  readonly place: Place;
  /** True when code outside of the file can call it by its name. */
  readonly exported: boolean;
  readonly async: boolean;
}

/** A lock that each execution makes for itself, so that it excludes nobody. */
export interface OwnLock {
  readonly kind: 'own-lock';
  /** As a reader would write it: `mutex`. */
  readonly lock: string;
  readonly span: readonly Dimension[];
  readonly made: Place;
  readonly acquired: Place;
  /** What it would have to guard, where that is in sight. */
  readonly guarded?: Pick<ReadModifyWrite, 'cell' | 'read' | 'write'>;
  readonly certain: boolean;
  /** Along which dimensions executions run the section at once, and why; of those that the lock would exclude. */
  readonly overlaps: readonly Overlap[];
  /** The dimensions along which they would still do so if they had one lock. */
  readonly beyond: readonly Dimension[];
}

/** A lock that processes would share if they inherited it, and that each of them makes for itself. */
export interface ProcessLock {
  readonly kind: 'process-lock';
  readonly lock: string;
  readonly made: Place;
  readonly acquired: Place;
  readonly guarded: Pick<ReadModifyWrite, 'cell' | 'read' | 'write'>;
  readonly certain: boolean;
  /** Why there are several processes. */
  readonly overlaps: readonly Overlap[];
}

/** A cell is written under one lock, and elsewhere read and written under another; or under none in the one place. */
export interface DifferentLocks {
  readonly kind: 'different-locks';
  readonly cell: Cell;
  /** Where the lock is taken that fewer places agree on, or none: the read, where it is written from what was read, and the write. */
  readonly read?: Place;
  readonly write: Place;
  readonly guards: readonly Guard[];
  /** The place that it disagrees with, likewise. */
  readonly other: { readonly read?: Place; readonly write: Place; readonly guards: readonly Guard[] };
  /** The exported functions that lead here, when nothing else does. */
  readonly entries?: readonly EntryPoint[];
  readonly certain: boolean;
  /** Along which dimensions the two overlap, and why. */
  readonly overlaps: readonly Overlap[];
}

/** Somebody goes on without waiting, so a lock is not held when it matters. */
export interface MissingAwait {
  readonly kind: 'missing-await';
  /**
   * What is not waited for: the lock itself (`acquire`), a critical section whose writes are then read too early (`section`),
   * work that is started under a lock (`work`), or such work that is returned past the release (`return`).
   */
  readonly what: 'acquire' | 'section' | 'work' | 'return';
  /** The lock's name, where it is known. */
  readonly lock?: string;
  /** The call that is not awaited, and its callee as written. */
  readonly call: Place;
  readonly text: string;
  /** The cell that is touched while the lock is not held, and where. */
  readonly cell?: Cell;
  readonly access?: Place;
  /** Where the lock is acquired, for `work`. */
  readonly acquired?: Place;
  /** False when it is not known that the call gives a promise, or that the state needs the lock. */
  readonly certain: boolean;
  readonly overlaps: readonly Overlap[];
  readonly region: FixRegion;
}

/** A way out of a critical section that leaves the lock held. */
export interface LeakingWay {
  /** A statement that leaves; an operation that fails; the end of the function; or the next round of a loop, which acquires again. */
  readonly kind: 'return' | 'throw' | 'failure' | 'end' | 'again';
  readonly place: Place;
}

/** A lock that a function releases where it ends, and not on all ways there. */
export interface LeakedLock {
  readonly kind: 'leaked-lock';
  readonly lock: string;
  /** True for a lock made by hand that is a flag: it stays raised. */
  readonly flag: boolean;
  /** True for a lock that runs out by itself. */
  readonly leased: boolean;
  /** True when several can hold it at once: one of its permits stays taken. */
  readonly several: boolean;
  readonly acquire: Place;
  /** In the order of the text; at least one. */
  readonly ways: readonly LeakingWay[];
  readonly released: readonly Place[];
  /** False when the way is a call of code out of sight, which may throw. */
  readonly certain: boolean;
  /** Who waits for the lock. */
  readonly overlaps: readonly Overlap[];
  /** From the acquire to the last release. */
  readonly region: FixRegion;
}

/** A lock is waited for while another one is held. */
export interface NestedAcquire {
  /** The name of the lock that is held, and where it was acquired. */
  readonly held: string;
  readonly heldSince: Place;
  /** The name of the lock that is waited for, and where. */
  readonly lock: string;
  readonly acquire: Place;
}

/** Executions that each hold a lock which the next one waits for. */
export interface LockOrder {
  readonly kind: 'lock-order';
  /** The inner acquire that is reported, or what leads to it. */
  readonly place: Place;
  /** The first is the one that is reported; each waits for the lock that the next one holds, and the last for the first one's. */
  readonly cycle: readonly NestedAcquire[];
  readonly certain: boolean;
  /** Along which dimensions the executions overlap, and why. */
  readonly overlaps: readonly Overlap[];
}

/** A lock blocks the thread of an event loop until it is free. */
export interface BlockingLock {
  readonly kind: 'blocking-lock';
  readonly lock: string;
  readonly span: readonly Dimension[];
  readonly acquire: Place;
  /** A point at which other tasks run while the lock is held: who waits for it then blocks the holder, too. */
  readonly point?: Place;
  readonly certain: boolean;
  /** Which tasks stand still. */
  readonly overlaps: readonly Overlap[];
}

/** A lock that runs out by itself is freed without the store looking whose it is by then. */
export interface UnsafeUnlock {
  readonly kind: 'unsafe-unlock';
  readonly lock: string;
  readonly acquire: Place;
  readonly release: Place;
  /** Where the code itself looks whose it is, in a step of its own. */
  readonly compared?: Place;
  readonly certain: boolean;
  /** Who else takes the lock. */
  readonly overlaps: readonly Overlap[];
}

export type Finding =
  | ReadModifyWrite
  | DifferentLocks
  | SharedLockHandle
  | OwnLock
  | ProcessLock
  | MissingAwait
  | LeakedLock
  | LockOrder
  | BlockingLock
  | UnsafeUnlock;
