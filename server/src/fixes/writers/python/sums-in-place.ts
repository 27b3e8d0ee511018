/** A sum that is written as a value becomes one that the database computes: `SET n = n + ?`, `{"$inc": {"n": 1}}`. */
import type { AtomicRequest } from '../../../model/diagnostics.js';
import { childOf, namedChildren, unwrap, type SyntaxNode } from '../../../syntax/python/tree.js';
import { insertion, type Change } from '../edits.js';
import { isFirstOnLine, isLastOnLine, lineStart, nextLine } from '../lines.js';
import { quoted, styleOf } from './style.js';
import { argumentsOf, calleeOf, stringValue, textOf, visitAll, type Source } from './syntax.js';
import { callAt, functionAround, usesOf, type Use } from './uses.js';

interface Sum {
  /** What was read, as written. */
  readonly base: SyntaxNode;
  readonly amount: SyntaxNode;
  readonly subtract: boolean;
  /** True when what is not there counts as zero. */
  readonly fromNothing: boolean;
  /** The assignment of a variable that holds the sum. */
  readonly through?: Use;
}

/** @returns undefined where the value is no such sum, or what was read is used besides */
export function addInPlace(source: Source, { region, form }: AtomicRequest): Change[] | undefined {
  const writing = callAt(source, region.to);
  if (writing === undefined) return undefined;
  const host = functionAround(writing.around) ?? source.root;
  if (form.kind === 'sql') {
    const placed = placeholderOf(source, writing.call, form.column);
    const sum = placed && sumOf(source, placed.value, host, form.column);
    if (placed === undefined || sum === undefined) return undefined;
    const { at, value, name } = placed;
    const old = sum.fromNothing ? `COALESCE(${name}, 0)` : name;
    return [
      insertion(at, `${old} ${sum.subtract ? '-' : '+'} `),
      { range: { start: value.start, end: value.end }, newText: textOf(source, sum.amount) },
      ...withoutVariable(source, sum),
    ];
  }
  if (form.kind !== 'operator' || form.adds.place !== 'columns') return undefined;
  const found = pairsIn(source, writing.call, form.column);
  const [pair] = found;
  const value = pair && childOf(pair.node, 'value');
  if (pair === undefined || value === undefined || found.length > 1) return undefined;
  const sum = sumOf(source, value, host, form.column);
  const [set] = pair.around.filter(({ type }) => type === 'pair');
  const operator = set && childOf(set, 'key');
  const columns = pair.around[0];
  if (sum === undefined || operator === undefined || columns === undefined) return undefined;
  // Other columns in the same object are set, and not added to.
  if (namedChildren(columns).length > 1 || (sum.fromNothing && form.adds.fromNothing !== true))
    return undefined;
  const amount = textOf(source, sum.amount);
  const newText = sum.subtract ? (/^[\w.]+$/.test(amount) ? `-${amount}` : `-(${amount})`) : amount;
  return [
    { range: { start: operator.start, end: operator.end }, newText: quoted(form.adds.add, styleOf(source)) },
    { range: { start: value.start, end: value.end }, newText },
    ...withoutVariable(source, sum),
  ];
}

function pairsIn(source: Source, call: SyntaxNode, column: string): Use[] {
  const found: Use[] = [];
  const visit = (node: SyntaxNode, around: readonly SyntaxNode[]): void => {
    const isPair = node.type === 'pair' && stringValue(source, childOf(node, 'key')) === column;
    const isSet = around.some(
      ({ type, children }) => type === 'pair' && stringValue(source, children[0])?.startsWith('$') === true,
    );
    if (isPair && isSet) found.push({ node, around });
    for (const child of node.children) visit(child, [node, ...around]);
  };
  visit(call, []);
  return found;
}

interface Placeholder {
  /** Where it stands in the text. */
  readonly at: number;
  /** The column, as the statement writes it. */
  readonly name: string;
  readonly value: SyntaxNode;
}

/** The placeholder that a statement sets the column to, and its value among the call's arguments. */
function placeholderOf(source: Source, call: SyntaxNode, column: string): Placeholder | undefined {
  const [text, parameters, ...rest] = argumentsOf(call);
  const statement = stringValue(source, text);
  if (text === undefined || parameters === undefined || statement === undefined) return undefined;
  const raw = textOf(source, text);
  const name = column.split('.').at(-1) ?? column;
  if (!/^\s*update\b/i.test(statement) || !/^\w+$/.test(name)) return undefined;
  const found = new RegExp(
    `(["\`]?)\\b${name}\\b\\1\\s*=\\s*(\\?|%s|%\\(\\w+\\)s|:\\w+|\\$\\d+)(?=\\s*(?:,|where\\b|returning\\b|;?\\s*["']{1,3}$))`,
    'i',
  ).exec(raw);
  const placeholder = found?.[2];
  if (found === null || placeholder === undefined || /\bwhere\b/i.test(raw.slice(0, found.index)))
    return undefined;
  const offset = found.index + found[0].length - placeholder.length;
  const before = raw.slice(0, offset);
  const isNamed = /^[:%]\(?\w{2,}|^:\w/.test(placeholder) && placeholder !== '%s';
  if (isNamed && raw.split(placeholder).length > 2) return undefined;
  const elements = /^(tuple|list)$/.test(parameters.type) ? namedChildren(parameters) : undefined;
  let value: SyntaxNode | undefined;
  if (isNamed) {
    const key = /\w+/.exec(placeholder)?.[0];
    const pair = namedChildren(parameters).find((one) => stringValue(source, childOf(one, 'key')) === key);
    value = parameters.type === 'dictionary' && pair !== undefined ? childOf(pair, 'value') : undefined;
  } else if (placeholder.startsWith('$')) {
    if (raw.split(placeholder).filter((part) => !/^\d/.test(part)).length > 2) return undefined;
    value = [parameters, ...rest][Number(placeholder.slice(1)) - 1];
  } else value = elements?.[before.split(placeholder).length - 1];
  const quotes = (found[1] ?? '').length;
  return value && { at: text.start + offset, name: found[0].slice(0, name.length + 2 * quotes), value };
}

function sumOf(source: Source, value: SyntaxNode, host: SyntaxNode, column: string): Sum | undefined {
  let inner = unwrap(value);
  let through: Use | undefined;
  if (inner.type === 'identifier') {
    const name = textOf(source, inner);
    through = bindingOf(source, name, host);
    const right = through?.around[0]?.type === 'assignment' ? childOf(through.around[0], 'right') : undefined;
    if (right === undefined || usesIn(source, name, host).length > 2) return undefined;
    inner = unwrap(right);
  }
  const [left, right] = [childOf(inner, 'left'), childOf(inner, 'right')];
  const operator = childOf(inner, 'operator')?.type;
  if (inner.type !== 'binary_operator' || left === undefined || right === undefined) return undefined;
  if (operator !== '+' && operator !== '-') return undefined;
  const sides: readonly (readonly [SyntaxNode, SyntaxNode])[] =
    operator === '+'
      ? [
          [left, right],
          [right, left],
        ]
      : [[left, right]];
  for (const [one, amount] of sides) {
    const read = columnIn(source, one, host, column);
    if (read === undefined || !isGiven(source, amount, host)) continue;
    if (!isUsedOnce(source, read.base, host, inner)) return undefined;
    return {
      ...read,
      amount: unwrap(amount),
      subtract: operator === '-',
      ...(through !== undefined && { through }),
    };
  }
  return undefined;
}

/** Whether an expression is the column of what was read: `row[0]`, `row["total"]`, or a variable that it was unpacked into. */
function columnIn(
  source: Source,
  expression: SyntaxNode,
  host: SyntaxNode,
  column: string,
): Pick<Sum, 'base' | 'fromNothing'> | undefined {
  let inner = unwrap(expression);
  let fromNothing = false;
  for (;;) {
    const [left, right] = [childOf(inner, 'left'), childOf(inner, 'right')];
    if (inner.type === 'call' && /^(int|float)$/.test(textOf(source, calleeOf(inner) ?? inner))) {
      const [given, ...more] = argumentsOf(inner);
      if (given === undefined || more.length > 0) return undefined;
      inner = unwrap(given);
    } else if (inner.type === 'boolean_operator' && left !== undefined && right !== undefined) {
      if (childOf(inner, 'operator')?.type !== 'or' || textOf(source, right) !== '0') return undefined;
      fromNothing = true;
      inner = unwrap(left);
    } else break;
  }
  const last = column.split('.').at(-1);
  if (inner.type === 'identifier') {
    const bound = bindingOf(source, textOf(source, inner), host);
    const assignment = bound?.around.find(({ type }) => type === 'assignment');
    const right = assignment && childOf(assignment, 'right');
    return right !== undefined && isPlain(right) ? { base: inner, fromNothing } : undefined;
  }
  const object = childOf(inner, 'object') ?? childOf(inner, 'value');
  if (object?.type !== 'identifier' || bindingOf(source, textOf(source, object), host) === undefined)
    return undefined;
  const key = childOf(inner, 'attribute') ?? childOf(inner, 'subscript');
  const isColumn =
    key?.type === 'integer' ||
    stringValue(source, key) === last ||
    (inner.type === 'attribute' && key !== undefined && textOf(source, key) === last);
  return isColumn ? { base: inner, fromNothing } : undefined;
}

/** Whether nothing is computed in a value: it is what a call gave, or a part of it. */
function isPlain(node: SyntaxNode): boolean {
  let plain = true;
  visitAll(node, ({ type }) => {
    if (/^(binary_operator|conditional_expression|lambda)$/.test(type)) plain = false;
  });
  return plain;
}

/** Whether a value has nothing to do with what was read: constants, parameters, names of the module. */
function isGiven(source: Source, amount: SyntaxNode, host: SyntaxNode): boolean {
  let given = true;
  visitAll(amount, (node) => {
    if (/^(call|await|yield|string|lambda)$/.test(node.type)) given = false;
    if (node.type === 'identifier' && bindingOf(source, textOf(source, node), host) !== undefined)
      given = false;
  });
  return given;
}

/** Whether what was read is spoken of in the sum only, and the record is handed to nobody. */
function isUsedOnce(source: Source, base: SyntaxNode, host: SyntaxNode, sum: SyntaxNode): boolean {
  const object = childOf(base, 'object') ?? childOf(base, 'value') ?? base;
  const text = textOf(source, base);
  const bound = bindingOf(source, textOf(source, object), host)?.node;
  return usesIn(source, textOf(source, object), host).every(({ node, around: [parent] }) => {
    if (node === bound || (sum.start <= node.start && node.end <= sum.end)) return true;
    if (parent === undefined || object === base) return false;
    if (parent.type === 'attribute' || parent.type === 'subscript') return textOf(source, parent) !== text;
    return /^(not_operator|comparison_operator|if_statement)$/.test(parent.type);
  });
}

function usesIn(source: Source, name: string, host: SyntaxNode): Use[] {
  return usesOf(source, name, false).filter(({ node }) => host.start <= node.start && node.end <= host.end);
}

/** The only place in a function that binds a name, by assignment; undefined for parameters. */
function bindingOf(source: Source, name: string, host: SyntaxNode): Use | undefined {
  const bound = usesIn(source, name, host).filter(({ node, around }) => {
    const binder = around.find(({ type }) => !/^(pattern_list|tuple_pattern|list_pattern)$/.test(type));
    const left = binder && childOf(binder, 'left');
    const binds =
      binder !== undefined && /^(assignment|augmented_assignment|for_statement)$/.test(binder.type);
    return binds && left !== undefined && left.start <= node.start && node.end <= left.end;
  });
  return bound.length === 1 ? bound[0] : undefined;
}

/** The assignment of a sum goes when the sum is no longer written. */
function withoutVariable({ text }: Source, { through }: Sum): Change[] {
  const statement = through?.around[1];
  if (statement?.type !== 'expression_statement') return [];
  if (!isFirstOnLine(text, statement.start) || !isLastOnLine(text, statement.end)) return [];
  return [
    { range: { start: lineStart(text, statement.start), end: nextLine(text, statement.end) }, newText: '' },
  ];
}
