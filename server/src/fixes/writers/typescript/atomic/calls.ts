/** Another call of the store in place of the one that writes: `redis.incrby(key, amount)`. */
import ts from '#typescript';
import type { AtomicForm } from '../../../../model/findings.js';
import type { Change } from '../../edits.js';
import { quoted, type Style } from '../style.js';
import type { Written } from './columns.js';
import type { Sum } from './sums.js';

/** How the update is written in one step. */
export interface Adding {
  readonly changes: readonly Change[];
  /** True when the call that writes now returns the sum. */
  readonly returnsSum: boolean;
  /** True when it returns it as text. */
  readonly returnsText: boolean;
  readonly column?: string;
}

/** @returns undefined where the call says more than what the other one could */
export function addingCall(
  source: ts.SourceFile,
  writing: ts.CallExpression,
  form: AtomicForm & { readonly kind: 'call' },
  { property }: Written,
  { amount, subtract }: Sum,
  style: Style,
): Adding | undefined {
  const { adds, key, field, column, value } = form;
  const { expression } = writing;
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  // Options, such as a time to live, have no place in the other call.
  const understood = [key, field, value].filter((reference) => reference !== undefined);
  if (column === undefined && writing.arguments.length !== understood.length) return undefined;
  if (column !== undefined && (property?.alone !== true || writing.arguments.length !== 1)) return undefined;
  const isOne = ts.isNumericLiteral(amount) && amount.text === '1';
  const isWhole = ts.isNumericLiteral(amount) && /^\d+$/.test(amount.text);
  const positive = !subtract || adds.subtract !== undefined;
  const template = subtract
    ? (adds.subtract ?? (isWhole ? adds.add : (adds.fraction ?? adds.add)))
    : isOne && adds.one !== undefined
      ? adds.one
      : isWhole
        ? adds.add
        : (adds.fraction ?? adds.add);
  const text = amount.getText(source);
  const simple =
    ts.isIdentifier(amount) || ts.isNumericLiteral(amount) || ts.isPropertyAccessExpression(amount);
  const words: Record<string, string | undefined> = {
    amount: positive ? text : simple ? `-${text}` : `-(${text})`,
    key: argumentText(source, writing, key),
    field: argumentText(source, writing, field),
    column: column === undefined ? undefined : quoted(column, style),
  };
  const name = /^\w+/.exec(template)?.[0] ?? '';
  const rest = template.slice(name.length);
  const holes = /\b(amount|key|field|column)\b/g;
  if ((rest.match(holes) ?? []).some((word) => words[word] === undefined)) return undefined;
  const filled = rest.replace(holes, (word) => words[word] ?? word);
  return {
    changes: [
      { range: { start: expression.name.getStart(source), end: writing.end }, newText: name + filled },
    ],
    returnsSum: adds.returns !== undefined,
    returnsText: template === adds.fraction || adds.returns === 'text',
    ...(column !== undefined && { column }),
  };
}

function argumentText(
  source: ts.SourceFile,
  writing: ts.CallExpression,
  reference: number | string | undefined,
): string | undefined {
  return typeof reference === 'number' ? writing.arguments[reference]?.getText(source) : undefined;
}
