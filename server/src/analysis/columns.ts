/** New values of columns, taken out of the forms that stores want them in. */
import { assignmentsOf } from '../libraries/sql/expressions.js';
import { tokensOf } from '../libraries/sql/tokens.js';
import type { WriteModel } from '../model/library-model.js';
import type { OperatorsModel } from '../model/store-model.js';
import type { CallSite } from './calls.js';
import { plainKey } from './element-keys.js';
import { propertyAt, valueAt, type Applied } from './references.js';
import { originsOf, type Value } from './values.js';

/**
 * An object of columns taken apart. What the store computes itself is left out (`{ total: { increment: 1 } }`, `{ $inc: … }`).
 * The empty name stands for columns that are not told apart.
 */
export function columnsOf(operators: OperatorsModel | undefined, value: Value): Map<string, Value> {
  const columns = new Map<string, Value>();
  const { shape } = value;
  // A record that is put back as a whole: what was changed in it.
  if (shape.kind === 'record' && shape.record.changes.size > 0) return new Map(shape.record.changes);
  if (shape.kind !== 'object') return columns.set('', value);
  const isAtomic = (name: string): boolean => operators?.atomic?.includes(name) === true;
  const isSet = (name: string): boolean => operators?.sets?.includes(name) === true;
  for (const [key, inner] of shape.object.fields) {
    const name = plainKey(key);
    if (isAtomic(name) || inner.shape.kind === 'constant') continue;
    if (isSet(name)) {
      for (const [column, part] of columnsOf(operators, inner)) columns.set(column, part);
      continue;
    }
    const parts = inner.shape.kind === 'object' ? [...inner.shape.object.fields] : [];
    if (parts.length > 0 && parts.every(([operator]) => isAtomic(plainKey(operator)))) continue;
    columns.set(name, parts.find(([operator]) => isSet(plainKey(operator)))?.[1] ?? inner);
  }
  for (const spread of shape.object.spreads ?? []) {
    for (const [column, part] of columnsOf(operators, spread)) {
      const known = columns.get(column);
      if (known === undefined) columns.set(column, part);
      else if (column === '') columns.set('', { ...known, origins: originsOf([known, part]) });
    }
  }
  return columns;
}

/** `SET #n = :n, seen = :now`, where names and values stand in objects beside it. */
export function columnsOfExpression(
  site: CallSite,
  expression: NonNullable<WriteModel['expression']>,
  applied: Applied,
): Map<string, Value> | undefined {
  const at = (reference: number | string | undefined): Value | undefined =>
    reference === undefined ? undefined : valueAt(site, reference, applied.receiver);
  const text = at(expression.text)?.shape;
  const values = at(expression.values);
  if (text?.kind !== 'constant') return undefined;
  const [, set = ''] = /\bset\b(.*?)(?:\b(?:remove|add|delete)\b|$)/is.exec(String(text.value)) ?? [];
  const names = at(expression.names);
  const columns = new Map<string, Value>();
  for (const [name, assigned] of assignmentsOf(tokensOf([set]))) {
    const [placeholder] = assigned.placeholders;
    const given = placeholder && values && propertyAt(values, `:${String(placeholder.at)}`);
    // `SET n = n + :step` reads and writes in one step.
    if (given === undefined || assigned.columns.length > 0) continue;
    const renamed = names && propertyAt(names, `#${name}`)?.shape;
    columns.set(renamed?.kind === 'constant' ? String(renamed.value) : name, given);
  }
  return columns;
}
