/** What library models say of databases: SQL, queries made step by step, transactions. */
import type { CellKind, Reference } from './library-model.js';

/** A statement of SQL among the arguments. */
export interface SqlModel {
  /** The text, or an object with the `text` (or `sql`) and the `values` (or `args`). */
  readonly text: Reference;
  /** The array or object of the values of its placeholders. Absent: they are arguments, after the text if that is one too. */
  readonly parameters?: Reference;
  /** A class of this model that the rows it returns are records of. */
  readonly record: string;
  /** The rows are kept in the receiver, to be fetched from it. */
  readonly kept?: boolean;
  /** The rows are tuples: their columns are found by position, too. */
  readonly positions?: boolean;
  /** What becomes of a transaction that read what others have changed since. */
  readonly conflicts?: Conflicts;
}

/** What one call adds to a query (`.where({ id })`, `.set({ total })`, `.forUpdate()`). */
export interface QueryPartModel {
  /** What the query does. The call that says `write` or `atomic` is the place of the write. */
  readonly verb?: 'read' | 'write' | 'atomic';
  readonly table?: Reference;
  /**
   * Which rows: a `condition`, an object of columns, or, if `value` is said too, a column's name. If `value` leads nowhere, `where`
   * is an object. `arguments`: each of them is a condition.
   */
  readonly where?: Reference;
  /** The column that `where` is the value of, unless it is a condition or an object. */
  readonly column?: string;
  readonly value?: Reference;
  /** The operator between `where` and `value`, when it is an argument; only `=` names a row. */
  readonly operator?: Reference;
  /** New values: an object of columns, or, if `to` is there, a column's name. Several: the first that is there. */
  readonly set?: Reference | readonly Reference[];
  readonly to?: Reference;
  /** The rows stay locked until the transaction ends. */
  readonly locks?: boolean;
  /** A class of this model that the rows are records of. */
  readonly record?: string;
  /** A class of this model whose methods go on with the query. */
  readonly query?: string;
}

/** Names inside of new values that are no columns. */
export interface OperatorsModel {
  /** What the store computes in one step with reading (`$inc`, `increment`). */
  readonly atomic?: readonly string[];
  /** Around plain new values (`$set`, `set`). */
  readonly sets?: readonly string[];
  /** What computes a column's new value in the store. */
  readonly adds?: AddingOperator | ColumnExpression;
}

/** What adds to a column: in the place of its new value (`{ total: { increment: 1 } }`), or around columns (`{ $inc: { total: 1 } }`). */
export interface AddingOperator {
  readonly place: 'value' | 'columns';
  readonly add: string;
  /** Absent: what is subtracted is added with a minus sign. */
  readonly subtract?: string;
  /** True when a column that is not there counts as zero. */
  readonly fromNothing?: boolean;
}

/** What stands for a column in an expression that the store computes: `F(column)`, `class.column`. */
export interface ColumnExpression {
  readonly place: 'expression';
  /** `column` stands for the column's name, in quotes where it is an argument; `class` for the record's class. */
  readonly column: string;
  /** The module that it is imported from, when it is not the class itself. */
  readonly import?: string;
}

/** A condition that a call makes: `eq(users.id, id)`, or several at once: `and(…)`. */
export type ConditionModel =
  { readonly column: Reference; readonly value: Reference } | { readonly all: true };

export interface TransactionModel {
  /** Where the level of isolation is given. A serializable transaction is refused if others changed what it read. */
  readonly isolation?: Reference;
  readonly conflicts?: Conflicts;
  /** The kind of the cells that it guards. Default: `row`. */
  readonly kind?: CellKind;
}

/**
 * What becomes of a transaction that writes what others have changed since it read it: it is `refused` (SQLite, MongoDB, Firestore), or
 * their change is `lost` (PostgreSQL and MySQL by default). Absent: that depends on the database, which the library does not say.
 */
export type Conflicts = 'refused' | 'lost';
