/**
 * What a library's calls do, as data. The files in `libraries/models/` and the `libraries` of `lockkit.json` have this form.
 */
import type { Dimension } from './dimensions.js';
import type { Language } from './languages.js';
import type {
  ConditionModel,
  OperatorsModel,
  QueryPartModel,
  SqlModel,
  TransactionModel,
} from './store-model.js';

/**
 * A value that a call can see: the index of an argument, counted from 0 (negative ones count from the last), or a path: `0.where`
 * is a property of an argument, `receiver` the object that the method is called on, `name` what that object was made with (see
 * {@link ClassModel.name}), `source` the instance that a record was read from, whose constructor's arguments are its properties
 * (`source.1`), `named` an object of the arguments that are given by name and that are no parameters of the model's, `arguments` the
 * list of those given by position. A path that leads nowhere says that the value is not there.
 */
export type Reference = number | string;

export interface LibraryModel {
  /** The library's name, for messages. */
  readonly library: string;
  /** The language whose code imports it. Default `typescript`, which is JavaScript, too. */
  readonly language?: Language;
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
  /** Names in objects of new values that are no columns. */
  readonly operators?: OperatorsModel;
  /** Files whose exports are called by the library, since they lie where it looks for them. */
  readonly entries?: readonly EntryModel[];
}

/** Exports that a framework finds by the name of their file. */
export interface EntryModel {
  /** A regular expression that the file's path, with `/`, must match. */
  readonly files: string;
  /** The exports that are called; absent: all that are functions. */
  readonly exports?: readonly string[];
  /** The file must import one of the library's modules. */
  readonly imports?: boolean;
  /** The file must begin with this directive (`use server`). */
  readonly directive?: string;
  /** Who calls them, for messages: `requests that the server handles at once`. */
  readonly text: string;
  /** The dimensions along which the calls overlap; absent: async tasks, and those of the deployment. */
  readonly overlaps?: readonly Dimension[];
}

/** A decorator: on a method, that the library calls it; on a class, that there is one instance of it. */
export interface DecoratorModel {
  /** Who calls the method, for messages: `requests that the server handles at once`. */
  readonly calls?: string;
  /** True when the calls come one after another. */
  readonly serial?: boolean;
  /** Of a class: the methods that are called without a decorator of their own. */
  readonly methods?: Readonly<Record<string, { readonly calls: string; readonly serial?: boolean }>>;
}

export type ExportModel =
  /** `static`: the class of this model that the class itself is like, for its static methods. */
  | { readonly class: string; readonly static?: string }
  | { readonly decorator: DecoratorModel }
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
  /**
   * What the instance is made with that tells it apart: locks of one name are one lock; a file handle is open on the file; a
   * collection has the name of its table. An instance found as a property `*` has the property's name.
   */
  readonly name?: Reference;
  /** True when an instance is an open file, whose path is its name. */
  readonly openFile?: boolean;
  /** True when instances of one name are equal, as values are (a path). */
  readonly value?: boolean;
  /** Its name begins with that of the instance that makes it: `db.collection('users').doc(id)` is `users/${id}`. */
  readonly nested?: boolean;
  /** Instances of one name are one: `mongoose.model('User')` is the model that was made under that name. */
  readonly unique?: boolean;
  readonly methods: Readonly<Record<string, CallModel>>;
  /** What calling the instance itself does (`const limit = pLimit(1); limit(work)`). */
  readonly call?: CallModel;
  /** What is done when the instance is handed to a call that `performs` it; references are to what it was made with. */
  readonly performed?: CallModel;
  /** A class of this model whose methods and properties it has too. */
  readonly extends?: string;
  /** Of records: properties that lead to the record itself (`rows` of a result). */
  readonly through?: readonly string[];
  /**
   * True when the names of its methods say enough: they apply to receivers of which nothing is known (`.then`, `.map`). `table`: if
   * the first argument is a table of this library's, `query`: if it is a query (`session.execute(select(User))`),
   * `sql`: if it is a statement of SQL.
   */
  readonly structural?: boolean | 'table' | 'query' | 'sql';
  /**
   * Of a `structural` class: a regular expression, upper or lower case, that the name of the receiver must match, since those
   * of its methods say too little (`redis`, for `get` and `set`).
   */
  readonly called?: string;
  /** True when classes of the project that extend it are tables: their attributes are columns, their instances rows. */
  readonly rows?: boolean;
  /** Of records: true when the store sees what is assigned to their columns, so that assigning is writing (SQLAlchemy). */
  readonly tracked?: boolean;
  /** Classes of values that properties hold: `{ promises: 'FileSystem' }`; `*` stands for every property not named. */
  readonly properties?: Readonly<Record<string, string>>;
  /** An instance is itself the beginning of a query (`Account.objects`). */
  readonly begins?: QueryPartModel;
  /** Properties that hold what the library exports: `{ Model: 'DeclarativeBase' }`. */
  readonly exports?: Readonly<Record<string, string>>;
  /** Properties that are state which executions share; `*` stands for its elements. */
  readonly cells?: Readonly<Record<string, SharedCellModel>>;
  /** Methods that the library calls, of classes of the project that extend it. */
  readonly handles?: HandlesModel;
  /** What the constructor does besides making an instance. */
  readonly construct?: CallModel;
}

/** Methods of the project's classes that a framework calls (a view's `get` and `post`). */
export interface HandlesModel {
  readonly methods: readonly string[];
  /** Who calls them, for messages: `requests handled at once`. */
  readonly text: string;
  /** The dimensions along which the calls overlap, of async methods and others. */
  readonly along: { readonly async: readonly Dimension[]; readonly sync: readonly Dimension[] };
  readonly usually?: { readonly along: readonly Dimension[]; readonly text: string };
  /** True when each call is made on an instance of its own. */
  readonly own?: boolean;
  /** True when they are called by a program that runs once, at someone's command. */
  readonly once?: boolean;
}

/** State inside of an instance that executions share (`multiprocessing.Value`). */
export interface SharedCellModel {
  /** The dimensions along which it can be touched at the same time. */
  readonly reach: readonly Dimension[];
  /** The dimensions along which executions normally share it, and why. */
  readonly usually?: { readonly along: readonly Dimension[]; readonly text: string };
}

export interface LockModel {
  /** The dimensions along which it excludes. */
  readonly span: readonly Dimension[];
  /** True when processes share it only if it is made before they are forked (`multiprocessing.Lock`). */
  readonly inherited?: boolean;
  /** How many may hold it at once: it is a lock only if that is 1. */
  readonly permits?: PermitsModel;
  /** What it was made with that is the lock, if that was given (`threading.Condition(lock)`). */
  readonly over?: Reference;
}

/** How many may be inside at once. */
export interface PermitsModel {
  /** Several: the first that is there. */
  readonly at: Reference | readonly Reference[];
  /** The number when nothing is given; absent: no limit. */
  readonly absent?: number;
}

export interface CellModel {
  readonly kind: CellKind;
  /** The argument that is the key or path; of a row, what selects it. Absent: the whole store is one cell. */
  readonly key?: Reference;
  /** Of a file: true when the argument must be an open file, since the call reads nothing else from outside. */
  readonly opened?: boolean;
  /** A second part of the key (the field of a Redis hash). */
  readonly field?: Reference;
  /** True when the key names an element of the receiver itself (Map.get). */
  readonly receiver?: boolean;
  /** True when the cell is the one that a subscript of the receiver by the same key names (`d.get(key)` and `d[key]`). */
  readonly subscript?: boolean;
  /** Of a row: what names its table, collection or model. Absent: the receiver. */
  readonly table?: Reference;
  /** Of a row: the column that `key` is the value of. Absent: `key` is an object of columns and their values (a `where`). */
  readonly column?: string;
}

export interface ReadModel extends CellModel {
  /**
   * What was read is kept in the receiver (`await db.read()`), until a call writes the `value` `receiver`. `beside`: with what it has
   * kept so far (the answers that a pipeline gives at its end).
   */
  readonly kept?: boolean | 'beside';
  /** It tells no more than whether there is something. */
  readonly presence?: boolean;
  /** Of a row: it stays locked until the transaction ends if this is there (the option `lock`). */
  readonly locked?: Reference;
}

export interface WriteModel extends CellModel {
  /**
   * What is written; of a row, an object of columns and their new values. Absent: unknown, or it does not derive from an argument.
   * Several: the first that is there.
   */
  readonly value?: Reference | readonly Reference[];
  /** The key of the cell whose last written value is written here (`rename(from, to)`). */
  readonly from?: Reference;
  /** The value that is written, when it is always the same (`null` for a deletion). */
  readonly to?: boolean | null;
  /** Words among the arguments, or names of options, with which nothing is written if there is something already. */
  readonly ifAbsent?: readonly string[];
  /** Readers see it as soon as the call is made, though it completes later. */
  readonly atOnce?: boolean;
  /**
   * Of a row: `value` is the record itself, or an instance that it was read from: the columns are written that were assigned to.
   */
  readonly changes?: boolean;
  /** Of a row: the columns are in an expression like SQL's `SET n = :n`, with names and values beside it (DynamoDB). */
  readonly expression?: { readonly text: Reference; readonly names?: Reference; readonly values?: Reference };
  /** Of a row: a list that is written as a whole is checked by the store (Mongoose's arrays). */
  readonly lists?: 'checked';
  /** The store refuses the write if the cell is not as it was read, when one of these is there (`0.ConditionExpression`). */
  readonly checked?: readonly Reference[];
}

/**
 * Calls on the same receiver, as their documentation writes them: `incrby(key, amount)`. `key` and `field` stand for what the call
 * has there, `column` for the column's name, in quotes.
 */
export interface AddsModel {
  readonly add: string;
  /** Absent: what is subtracted is added with a minus sign. */
  readonly subtract?: string;
  /** For an amount of one. */
  readonly one?: string;
  /** For amounts that may be no whole numbers, if `add` takes whole ones only. */
  readonly fraction?: string;
  /** What the calls return: the sum, as a number or as text. Absent: neither. */
  readonly returns?: 'number' | 'text';
}

/** What kind of state a cell is; decides its reach. */
export type CellKind =
  'variable' | 'field' | 'element' | 'file' | 'redis' | 'storage' | 'row' | 'shared' | 'remote';

export interface CallModel {
  /** Of a method: another one of the class that does the same. */
  readonly sameAs?: string;
  /** Of a method of a `structural` class: it is meant only if an argument is a text that matches a regular expression. */
  readonly requires?: { readonly argument: number; readonly matches: string };
  /** How the call completes: at once, with a promise, or by calling its last argument with `(error, value)`. Default `sync`. */
  readonly completes?: 'sync' | 'promise' | 'callback';
  /** The names of the parameters, by position: arguments that are given by name are found by them. */
  readonly parameters?: readonly string[];
  readonly reads?: ReadModel;
  readonly writes?: WriteModel;
  /** What the store does in one step, in place of this call, where what is written is a sum with what was read. */
  readonly adds?: AddsModel;
  /** Reads and writes in one step that nothing interleaves with. */
  readonly atomic?: CellModel;
  readonly acquires?: AcquireModel;
  readonly releases?: ReleaseModel;
  /** The call runs a statement of SQL, which says the rest. */
  readonly sql?: SqlModel;
  /** The call adds to a query that is made step by step, and performed when it is awaited. */
  readonly builds?: QueryPartModel;
  /** Columns of the record that the method is called on get new values, until it is saved. */
  readonly assigns?: { readonly column: Reference; readonly value?: Reference };
  /** A column of the record that the method is called on. */
  readonly column?: Reference;
  /** The call is a condition on columns, for a query. */
  readonly condition?: ConditionModel;
  /** The call performs a command: an instance whose class says what is `performed`, or, if `receiver`, the query it is made on. */
  readonly performs?: Reference;
  /** The functions that it runs, or all that comes until a call that `commits`, are one transaction. */
  readonly transaction?: TransactionModel;
  /** How many handlers of the receiver run at once from now on (`channel.prefetch(1)`). */
  readonly limits?: Reference;
  /** A record is read anew: it is as it is now, and no longer as it was when it was read first. */
  readonly refreshes?: { readonly record: Reference; readonly locked?: Reference };
  /** The transaction ends, and gives back the locks that were taken in it. */
  readonly commits?: boolean;
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
  /** True when it throws on what it is given (`JSON.parse`). Calls that touch files at once do so anyway. */
  readonly throws?: boolean;
  /** True when it ends the process: nothing comes after it. */
  readonly ends?: boolean;
  /** What the call means for the analysis itself; see `analysis/futures.ts`. */
  readonly future?: 'new' | 'then' | 'catch' | 'finally' | 'all' | 'some' | 'resolve';
}

export interface SpawnModel {
  readonly dimension: Dimension;
  /** The call as its documentation writes it, for messages: `cluster.fork`. */
  readonly text: string;
  /** What it does, for messages: `answers each request in a thread of its own`. Absent: it starts a thread, or process. */
  readonly effect?: string;
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
    | { readonly receiver: true; readonly key?: Reference }
    | { readonly name: Reference; readonly key?: Reference; readonly span: readonly Dimension[] }
    /** `ofProcess`: the process owns it, whatever handle it is taken by, so that it excludes other processes only. */
    | { readonly descriptor: Reference; readonly ofProcess?: boolean };
  /** How it is given back: by calling the result (or a method of it), or by a call on the lock itself. */
  readonly grant?: 'callable' | 'object' | 'lock';
  /** An argument whose constant values mean that this call is an acquire (`['ex', 'sh']`), others a release (`['un']`). */
  readonly when?: {
    readonly argument: Reference;
    readonly values: readonly string[];
    readonly releases: readonly string[];
    /** Words with which the call fails where others hold the lock, instead of waiting (`LOCK_NB`). */
    readonly tries?: readonly string[];
  };
  /** The call acquires only if this word is among its arguments, by itself or as a property of an object (`NX`). */
  readonly option?: string;
  /** True when the caller's thread is blocked until the lock is held. */
  readonly blocking?: boolean;
  /** True when the call may return without the lock; or the arguments that let it, unless they are `true`. */
  readonly try?: boolean | readonly Reference[];
  /** The call fails if others hold the lock, with an error of one of these codes. */
  readonly failsWith?: readonly string[];
  /** True when the lock runs out by itself; or the words among the arguments that make it so (`EX`). */
  readonly lease?: boolean | readonly string[];
}

export interface ReleaseModel {
  readonly lock:
    | { readonly receiver: true; readonly key?: Reference }
    | { readonly name: Reference; readonly key?: Reference }
    | { readonly descriptor: Reference }
    /** What the acquire returned. */
    | { readonly grant: Reference };
  /** True when the lock is freed whoever holds it by then. */
  readonly unchecked?: boolean;
}

export interface RunModel {
  /** The function. A `*` in its path stands for every property: `0.resolvers.*.*`. */
  readonly argument: Reference;
  /**
   * `now`: before the call completes, once. `each`: before the call completes, once per element; async ones overlap.
   * `handler`: later, any number of times, overlapping itself (a request handler, an event listener).
   * `timer`: later and repeatedly; `later`: later, once. `beside`: in an execution of its own beside the one that starts it.
   */
  readonly when: 'now' | 'each' | 'handler' | 'timer' | 'later' | 'beside';
  /** Of `beside`: the dimension that the execution is one of. Default `tasks`. */
  readonly dimension?: Dimension;
  /** Of `beside`: true when the call itself starts several. */
  readonly several?: boolean;
  /** True when it runs under the lock that the call acquires. */
  readonly locked?: boolean;
  /** Who calls it, for messages: `an HTTP request`. */
  readonly text?: string;
  /** The dimensions along which handlers overlap, async functions and others. Default: tasks, for both. */
  readonly along?: { readonly async: readonly Dimension[]; readonly sync: readonly Dimension[] };
  /** The dimensions along which handlers normally overlap, where no evidence says how they are run, and why. */
  readonly usually?: { readonly along: readonly Dimension[]; readonly text: string };
  /** True when the function's return value becomes the call's. */
  readonly returned?: boolean;
  /**
   * Classes of this model that its parameters are instances of, by position; `arguments`: those of the call itself, `rest`: those
   * after the function, `elements`: those of a list.
   */
  readonly parameters?: readonly (string | null)[] | 'arguments' | 'rest' | { readonly elements: Reference };
  /** Of a `handler` or `timer`: it runs one after another if one of these is given, and not turned off. */
  readonly alone?: readonly Reference[];
  /** Of a `handler`: it runs one after another if a call that `limits` the receiver has said so. */
  readonly limited?: boolean;
  /** Of a `handler` or `each`: how many run at once. If that is 1, they run one after another. */
  readonly permits?: PermitsModel;
}

export type ReturnModel =
  | { readonly instance: string }
  /** An instance that belongs to the receiver: the same one each time (`value.get_lock()`). */
  | { readonly inner: string }
  /** What the library exports under a name: a class to be extended (`declarative_base()`). */
  | { readonly export: string }
  /** What was read into the receiver (`cursor.fetchone()`). */
  | { readonly kept: true }
  /** `otherwise`: an instance of that class, where the argument is not there (`@task` and `@task(bind=True)`). */
  | { readonly argument: Reference; readonly otherwise?: string }
  /** An instance of a class that the value of an argument names: `boto3.client('s3')`. */
  | { readonly named: Reference; readonly instances: Readonly<Record<string, string>> }
  | { readonly receiver: true }
  /** A function that makes context managers, of a generator function. */
  | { readonly manager: Reference }
  /** The descriptor of the open file that the receiver is. */
  | { readonly descriptor: true }
  /** A new object of the language's own (a dictionary, a list); `merged`: of the properties of the arguments, the last goes over the others. */
  | { readonly object: true | 'merged' }
  /** The descriptor of an open file, of its own per call, of the path in the given argument. */
  | {
      readonly openFile: Reference;
      /** Words among the arguments with which the file is opened only if there is none yet. */
      readonly ifAbsent?: readonly string[];
    }
  /** The row that was read, or several: their properties are its columns. The class tells of its methods. */
  | { readonly record: string };
