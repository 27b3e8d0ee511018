/**
 * Reads statements of SQL as far as lost updates go: which rows of which table, which columns get which values, what is locked.
 * It holds to no dialect: what it does not know it passes over, and a statement that it cannot make sense of says nothing.
 */
import {
  assignmentsOf,
  conditionsOf,
  expressionOf,
  isWord,
  nameOf,
  resultColumns,
  splitAt,
  splitAtCommas,
  unwrapped,
  type Condition,
  type Expression,
} from './expressions.js';
import { tokensOf, type Token } from './tokens.js';

export type { Condition, Expression } from './expressions.js';
export type { Placeholder } from './tokens.js';

export type Statement =
  | {
      readonly kind: 'select';
      readonly table: string;
      readonly where: readonly Condition[];
      /** Columns by their name in the result; absent: all of the table's. */
      readonly columns?: ReadonlyMap<string, string>;
      /** `FOR UPDATE`. */
      readonly locks: boolean;
    }
  | {
      /** `UPDATE`, or an `INSERT` that updates the row that is there. */
      readonly kind: 'update';
      readonly table: string;
      readonly where: readonly Condition[];
      readonly set: ReadonlyMap<string, Expression>;
    }
  | { readonly kind: 'begin'; readonly refused: boolean }
  | { readonly kind: 'end' }
  /** A lock with a name, of the session or of the transaction. */
  | { readonly kind: 'lock'; readonly name: Expression; readonly ofTransaction: boolean }
  | { readonly kind: 'unlock'; readonly name: Expression };

/** @param parts the text, cut where a template literal puts values into it */
export function readStatements(parts: readonly string[]): Statement[] {
  return splitAt(tokensOf(parts), (token) => token.kind === 'symbol' && token.text === ';').flatMap(
    (tokens) => {
      const statement = readStatement(tokens);
      return statement === undefined ? [] : [statement];
    },
  );
}

function readStatement(tokens: readonly Token[]): Statement | undefined {
  const [first] = tokens;
  if (isWord(first, 'select')) return readAdvisory(tokens) ?? readSelect(tokens);
  if (isWord(first, 'update')) return readUpdate(tokens);
  if (isWord(first, 'insert', 'replace')) return readInsert(tokens);
  if (isWord(first, 'begin') || (isWord(first, 'start') && isWord(tokens[1], 'transaction')))
    return { kind: 'begin', refused: refuses(tokens) };
  if (isWord(first, 'commit', 'rollback', 'end') && !isWord(tokens[1], 'to')) return { kind: 'end' };
  if (isWord(first, 'lock') && isWord(tokens[1], 'table', 'tables')) {
    return { kind: 'lock', name: expressionOf(tokens.slice(2, 3)), ofTransaction: true };
  }
  return undefined;
}

/**
 * A serializable transaction is refused if others changed what it read; `IMMEDIATE` and `EXCLUSIVE` (SQLite) let no other one
 * write from their beginning on.
 */
function refuses(tokens: readonly Token[]): boolean {
  return tokens.some((token) => isWord(token, 'immediate', 'exclusive', 'serializable', 'concurrent'));
}

type Clauses = ReadonlyMap<string, readonly Token[]>;

/** The parts of a statement, by the word that each begins with. */
function clausesOf(tokens: readonly Token[], words: readonly string[]): Clauses {
  const clauses = new Map<string, Token[]>();
  let current = '';
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'symbol' && token.text === '(') depth++;
    if (token.kind === 'symbol' && token.text === ')') depth--;
    const word =
      depth === 0 && token.kind === 'word' && isWord(token, ...words) ? token.text.toLowerCase() : undefined;
    // `VALUES (n)` in what is done `ON DUPLICATE KEY` begins nothing new.
    if (word !== undefined && !clauses.has(word)) {
      current = word;
      clauses.set(word, []);
    } else clauses.get(current)?.push(token);
  }
  return clauses;
}

const SELECT = 'select from where group having order limit offset for returning lock union window'.split(' ');

function readSelect(tokens: readonly Token[]): Statement | undefined {
  const clauses = clausesOf(tokens, SELECT);
  const from = clauses.get('from');
  const table = from && tableOf(from);
  if (table === undefined || clauses.has('union') || clauses.has('group')) return undefined;
  const columns = resultColumns(clauses.get('select') ?? []);
  const locks =
    isWord(clauses.get('for')?.[0], 'update', 'no') ||
    (from ?? []).some((token) => isWord(token, 'updlock', 'xlock'));
  return {
    kind: 'select',
    table,
    where: conditionsOf(clauses.get('where') ?? []),
    locks,
    ...(columns !== undefined && { columns }),
  };
}

/** The table that a clause begins with. */
function tableOf(tokens: readonly Token[]): string | undefined {
  const end = tokens.findIndex(
    (token, index) => index > 0 && token.kind === 'word' && tokens[index - 1]?.kind === 'word',
  );
  const [first] = tokens;
  if (first?.kind !== 'word') return undefined;
  let last = 0;
  while (last + 2 < (end < 0 ? tokens.length : end)) {
    const dot = tokens[last + 1];
    if (dot?.kind !== 'symbol' || dot.text !== '.') break;
    last += 2;
  }
  return nameOf(tokens.slice(0, last + 1));
}

function readUpdate(tokens: readonly Token[]): Statement | undefined {
  const clauses = clausesOf(tokens, ['update', 'set', 'from', 'where', 'returning', 'order', 'limit']);
  const target = (clauses.get('update') ?? []).filter(
    (token) => !isWord(token, 'only', 'ignore', 'low_priority'),
  );
  const table = tableOf(target);
  const set = clauses.get('set');
  if (table === undefined || set === undefined) return undefined;
  return {
    kind: 'update',
    table,
    set: assignmentsOf(set),
    where: conditionsOf(clauses.get('where') ?? []),
  };
}

/** An `INSERT` that changes the row that is there already. One that does not changes nothing that was read. */
function readInsert(tokens: readonly Token[]): Statement | undefined {
  const clauses = clausesOf(tokens, ['into', 'values', 'on', 'returning']);
  const into = clauses.get('into') ?? [];
  const table = tableOf(into);
  const columns = splitAtCommas(unwrapped(into.slice(into.findIndex(isOpening)))).map(nameOf);
  const values = splitAtCommas(firstTuple(clauses.get('values') ?? [])).map(expressionOf);
  if (table === undefined || columns.length !== values.length) return undefined;
  const inserted = new Map<string, Expression>();
  columns.forEach((column, index) => {
    const value = values[index];
    if (column !== undefined && value !== undefined) inserted.set(column, value);
  });
  const on = clauses.get('on') ?? [];
  const replaces = isWord(tokens[0], 'replace') || isWord(tokens[2], 'replace');
  if (on.length === 0 && !replaces) return undefined;
  const setAt = on.findIndex((token) => isWord(token, 'set'));
  const keyAt = on.findIndex((token) => isWord(token, 'key'));
  const updates = replaces
    ? inserted
    : assignmentsOf(on.slice(Math.max(setAt, keyAt + (isWord(on[keyAt + 1], 'update') ? 1 : 0)) + 1));
  const named = new Set(
    isWord(on[0], 'conflict') && isOpening(on[1])
      ? splitAtCommas(firstTuple(on.slice(1))).map(nameOf)
      : [...inserted.keys()].filter((column) => replaces || !updates.has(column)),
  );
  const where = [...inserted]
    .filter(([column]) => named.has(column))
    .map(([column, value]): Condition => ({ column, operator: '=', value }));
  const set = new Map<string, Expression>();
  for (const [column, value] of updates) {
    const [given] = value.excluded;
    const alone = given !== undefined && value.columns.length === 0 && value.placeholders.length === 0;
    set.set(column, (alone ? inserted.get(given) : undefined) ?? value);
  }
  return { kind: 'update', table, where, set };
}

function isOpening(token: Token | undefined): boolean {
  return token?.kind === 'symbol' && token.text === '(';
}

/** What is in the first parentheses. */
function firstTuple(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (isOpening(token)) depth++;
    if (token.kind === 'symbol' && token.text === ')' && --depth === 0)
      return unwrapped(tokens.slice(0, index + 1));
  }
  return [];
}

/** Locks by name: PostgreSQL's advisory locks, and those of MySQL. */
const ADVISORY =
  /^(?:pg_(?:try_)?advisory_(?<xact>xact_)?(?<un>un)?lock|(?<get>get_lock)|(?<release>release_lock))$/;

function readAdvisory(tokens: readonly Token[]): Statement | undefined {
  for (const [index, token] of tokens.entries()) {
    const match = token.kind === 'word' ? ADVISORY.exec(token.text.toLowerCase()) : null;
    if (match === null) continue;
    const given = splitAtCommas(firstTuple(tokens.slice(index + 1)));
    const isMySql = match.groups?.get !== undefined || match.groups?.release !== undefined;
    const name = expressionOf(isMySql ? (given[0] ?? []) : given.flat());
    if (match.groups?.un !== undefined || match.groups?.release !== undefined)
      return { kind: 'unlock', name };
    return { kind: 'lock', name, ofTransaction: match.groups?.xact !== undefined };
  }
  return undefined;
}
