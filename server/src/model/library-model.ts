/**
 * What a library's calls do, as data. The files in `libraries/models/` and the `libraries` of `lockkit.json` have this form.
 *
 * An *argument reference* is the index of an argument of the call, counted from 0; negative ones count from the last.
 */
import type { Dimension } from './dimensions.js';

export interface LibraryModel {
  /** The library's name, for messages. */
  readonly library: string;
  /** Module specifiers it is imported by; `#global` stands for names that need no import. */
  readonly modules: readonly string[];
  /** Where it is documented. */
  readonly documentation?: string;
  /**
   * What each exported path is: `default`, `Redis`, `promises.readFile`. A string names a class of this model (the value is the
   * class); `{ instance }` is a ready-made instance of it; an object with effects is a function.
   */
  readonly exports: Readonly<Record<string, ExportModel>>;
  readonly classes?: Readonly<Record<string, ClassModel>>;
}

export type ExportModel =
  | { readonly class: string }
  | { readonly instance: string }
  | { readonly sameAs: string }
  | { readonly call: CallModel }
  | { readonly value: ValueModel };

/** A value that a module hands out. */
export interface ValueModel {
  /** The dimensions along which each execution has a value of its own (`process.pid`). */
  readonly differs: readonly Dimension[];
}

export interface ClassModel {
  /** The lock that an instance is, when it is one. */
  readonly lock?: LockModel;
  /** Index of the argument that names the instance: locks of one name are one lock; a file handle is open on the file. */
  readonly name?: number;
  readonly methods: Readonly<Record<string, CallModel>>;
  /** True when the names of its methods say enough: they apply to receivers of which nothing is known (`.then`, `.map`). */
  readonly structural?: boolean;
  /** Classes of values that properties hold: `{ promises: 'FileSystem' }`. */
  readonly properties?: Readonly<Record<string, string>>;
  /** What the constructor does besides making an instance. */
  readonly construct?: CallModel;
}

export interface LockModel {
  /** The dimensions along which it excludes. */
  readonly span: readonly Dimension[];
}

export interface CellModel {
  readonly kind: CellKind;
  /** The argument that is the key or path. Absent: the whole store is one cell. */
  readonly key?: number;
  /** A second part of the key (the field of a Redis hash). */
  readonly field?: number;
  /** True when the key names an element of the receiver itself (Map.get). */
  readonly receiver?: boolean;
}

/** What kind of state a cell is; decides its reach. */
export type CellKind = 'variable' | 'field' | 'element' | 'file' | 'redis' | 'storage' | 'row';

export interface CallModel {
  /** How the call completes: at once, with a promise, or by calling its last argument with `(error, value)`. Default `sync`. */
  readonly completes?: 'sync' | 'promise' | 'callback';
  readonly reads?: CellModel;
  /** `value` is the argument that is written; absent: the written value is unknown, or does not derive from an argument. */
  readonly writes?: CellModel & { readonly value?: number };
  /** Reads and writes in one step that nothing interleaves with. */
  readonly atomic?: CellModel;
  readonly acquires?: AcquireModel;
  readonly releases?: ReleaseModel;
  /** Functions among the arguments that the call runs. */
  readonly runs?: readonly RunModel[];
  /** Starts more executions of some code along a dimension. */
  readonly spawns?: SpawnModel;
  /** What the call returns. */
  readonly returns?: ReturnModel;
  /**
   * True when the result depends on the receiver and the arguments only, and the call has no effect that matters here
   * (`JSON.parse`, `path.join`).
   */
  readonly pure?: boolean;
  /**
   * The dimensions along which no two executions get the same result (`os.hostname`); with `tasks`, no two calls do
   * (`randomUUID`).
   */
  readonly differs?: readonly Dimension[];
  /** What the call means for the analysis itself; see `analysis/futures.ts`. */
  readonly future?: 'new' | 'then' | 'catch' | 'finally' | 'all' | 'resolve';
}

export interface SpawnModel {
  readonly dimension: Dimension;
  /** The call as its documentation writes it, for messages: `cluster.fork`. */
  readonly text: string;
  /** The argument that is the path of the program. Absent: the execution runs the program that starts it. */
  readonly program?: number;
  /**
   * True when starting it once says nothing, since what is started runs another program: only several executions of one
   * program, or a program that starts itself, run the same code twice.
   */
  readonly onlyRepeated?: boolean;
}

export interface AcquireModel {
  /** The lock: the receiver, an argument that names it (with the span given here), or the file open at a descriptor. */
  readonly lock:
    | { readonly receiver: true; readonly key?: number }
    | { readonly name: number; readonly span: readonly Dimension[] }
    | { readonly descriptor: number };
  /** How it is given back: by calling the result (or a method of it), or by a call on the lock itself. */
  readonly grant?: 'callable' | 'object' | 'lock';
  /** An argument whose constant values mean that this call is an acquire (`['ex', 'sh']`), others a release (`['un']`). */
  readonly when?: {
    readonly argument: number;
    readonly values: readonly string[];
    readonly releases: readonly string[];
  };
  /** The call acquires only if this word is among its arguments, by itself or as a property of an object (`NX`). */
  readonly option?: string;
  /** True when the caller's thread is blocked until the lock is held. */
  readonly blocking?: boolean;
  /** True when the call may return without the lock. */
  readonly try?: boolean;
}

export interface ReleaseModel {
  readonly lock:
    | { readonly receiver: true; readonly key?: number }
    | { readonly name: number }
    | { readonly descriptor: number };
}

export interface RunModel {
  /** The function, by argument reference. */
  readonly argument: number;
  /**
   * `now`: before the call completes, once. `each`: before the call completes, once per element; async ones overlap.
   * `handler`: later, any number of times, overlapping itself (a request handler, an event listener).
   * `timer`: later and repeatedly; `later`: later, once.
   */
  readonly when: 'now' | 'each' | 'handler' | 'timer' | 'later';
  /** True when it runs under the lock that the call acquires. */
  readonly locked?: boolean;
  /** Who calls it, for messages: `an HTTP request`. */
  readonly text?: string;
  /** True when the function's return value becomes the call's. */
  readonly returned?: boolean;
  /** Classes of this model that its parameters are instances of, by position. */
  readonly parameters?: readonly (string | null)[];
}

export type ReturnModel =
  | { readonly instance: string }
  | { readonly argument: number }
  | { readonly receiver: true }
  /** The descriptor of an open file, of its own per call, of the path in the given argument. */
  | { readonly openFile: number };
