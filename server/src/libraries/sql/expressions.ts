/** Expressions, conditions and lists of SQL, as far as they say which column gets or has which value. */
import type { Placeholder, Token } from './tokens.js';

export interface Expression {
  /** Placeholders anywhere in it. */
  readonly placeholders: readonly Placeholder[];
  /** Columns that it reads. */
  readonly columns: readonly string[];
  /** Columns of the row that could not be inserted (`EXCLUDED.n`, `VALUES(n)`). */
  readonly excluded: readonly string[];
  /** True when it is a placeholder or a constant, and nothing else. */
  readonly plain: boolean;
  /** Equal for equal expressions. */
  readonly text: string;
}

export interface Condition {
  readonly column: string;
  /** Only `=` says which row it is. */
  readonly operator: string;
  readonly value: Expression;
}

const NOT_COLUMNS = new Set(
  'null true false default case when then else end and or not is in between like exists select from where as distinct cast interval current_timestamp current_date now coalesce ifnull nullif greatest least'.split(
    ' ',
  ),
);

function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text;
}

export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && !token.quoted && words.includes(token.text.toLowerCase());
}

/** Cuts tokens where one outside of parentheses says so; what it says itself is left out. */
export function splitAt(tokens: readonly Token[], cuts: (token: Token) => boolean): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isSymbol(token, '(')) depth++;
    if (isSymbol(token, ')')) depth--;
    if (depth === 0 && cuts(token)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  return splitAt(tokens, (token) => isSymbol(token, ','));
}

/** The last part of a name: `n` of `public.t.n`. */
export function nameOf(tokens: readonly Token[]): string | undefined {
  const last = tokens.at(-1);
  return last?.kind === 'word' ? last.text : undefined;
}

export function unwrapped(tokens: readonly Token[]): readonly Token[] {
  let inner = tokens;
  while (isSymbol(inner[0], '(') && isSymbol(inner.at(-1), ')') && closes(inner)) inner = inner.slice(1, -1);
  return inner;
}

/** True when the first parenthesis closes at the end. */
function closes(tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.every((token, index) => {
    if (isSymbol(token, '(')) depth++;
    if (isSymbol(token, ')')) depth--;
    return depth > 0 || index === tokens.length - 1;
  });
}

export function expressionOf(tokens: readonly Token[]): Expression {
  const inner = unwrapped(withoutCasts(tokens));
  const columns: string[] = [];
  const excluded: string[] = [];
  inner.forEach((token, index) => {
    if (token.kind !== 'word' || (!token.quoted && NOT_COLUMNS.has(token.text.toLowerCase()))) return;
    const next = inner[index + 1];
    if (isSymbol(next, '(') || isSymbol(next, '.')) return;
    const before = inner[index - 1];
    const owner = isSymbol(before, '.') || isSymbol(before, '(') ? inner[index - 2] : undefined;
    if (isWord(owner, 'excluded', 'values')) excluded.push(token.text);
    else columns.push(token.text);
  });
  const [first] = inner;
  return {
    placeholders: inner.flatMap((token) => (token.kind === 'placeholder' ? [token.placeholder] : [])),
    columns,
    excluded,
    plain: inner.length === 1 && (first?.kind === 'placeholder' || first?.kind === 'constant'),
    text: textOf(inner),
  };
}

export function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) =>
      token.kind === 'placeholder'
        ? `{${token.placeholder.kind} ${String(token.placeholder.at)}}`
        : token.kind === 'constant'
          ? `'${token.text}'`
          : token.text,
    )
    .join(' ');
}

/** `$1::int` is `$1`. */
function withoutCasts(tokens: readonly Token[]): Token[] {
  return tokens.filter((token, index) => !isSymbol(token, '::') && !isSymbol(tokens[index - 1], '::'));
}

/** Conditions that must all be true. */
export function conditionsOf(tokens: readonly Token[]): Condition[] {
  if (tokens.length === 0) return [];
  if (splitAt(tokens, (token) => isWord(token, 'or')).length > 1) {
    return [{ column: '', operator: 'or', value: expressionOf(tokens) }];
  }
  return splitAt(tokens, (token) => isWord(token, 'and')).flatMap((part) => {
    const inner = unwrapped(part);
    if (inner !== part && splitAt(inner, (token) => isWord(token, 'and', 'or')).length > 1)
      return conditionsOf(inner);
    const at = inner.findIndex(
      (token) => token.kind === 'symbol' && /^(=|<>|!=|<=|>=|<|>)$/.test(token.text),
    );
    const column = at > 0 && isName(inner.slice(0, at)) ? nameOf(inner.slice(0, at)) : undefined;
    const operator = inner[at];
    if (column === undefined || operator?.kind !== 'symbol')
      return [
        { column: nameOf(inner.slice(0, 1)) ?? '', operator: textOf(inner), value: expressionOf(inner) },
      ];
    return [{ column, operator: operator.text, value: expressionOf(inner.slice(at + 1)) }];
  });
}

function isName(tokens: readonly Token[]): boolean {
  return tokens.every((token, index) => (index % 2 === 0 ? token.kind === 'word' : isSymbol(token, '.')));
}

/** `a = 1, b = b + 1`. */
export function assignmentsOf(tokens: readonly Token[]): Map<string, Expression> {
  const set = new Map<string, Expression>();
  for (const part of splitAtCommas(tokens)) {
    const at = part.findIndex((token) => isSymbol(token, '='));
    const column = at > 0 ? nameOf(part.slice(0, at)) : undefined;
    if (column !== undefined) set.set(column, expressionOf(part.slice(at + 1)));
  }
  return set;
}

const AGGREGATES = new Set(['count', 'sum', 'max', 'min', 'avg', 'exists', 'array_agg', 'json_agg']);

/** What the columns of a result are called, and which column of the table each of them is. */
export function resultColumns(tokens: readonly Token[]): Map<string, string> | undefined {
  const columns = new Map<string, string>();
  for (const part of splitAtCommas(tokens)) {
    if (part.some((token, index) => isSymbol(token, '*') && (index === 0 || isSymbol(part[index - 1], '.'))))
      return undefined;
    if (part.some((token) => token.kind === 'word' && AGGREGATES.has(token.text.toLowerCase()))) continue;
    const as = part.findIndex((token) => isWord(token, 'as'));
    const value = as < 0 ? part : part.slice(0, as);
    const name = nameOf(part);
    const { columns: read } = expressionOf(value);
    const column = read.length === 1 ? read[0] : undefined;
    if (name !== undefined && column !== undefined) columns.set(name, column);
  }
  return columns;
}
