/**
 * Configuration as data, whatever language it is written in, each value with its place.
 */
import type { TextRange } from '../../model/source.js';

export type DataValue =
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly range: TextRange }
  | { readonly kind: 'list'; readonly items: readonly DataValue[]; readonly range: TextRange }
  | { readonly kind: 'record'; readonly entries: ReadonlyMap<string, DataEntry>; readonly range: TextRange }
  /** A number that the machine decides: one for each of its processors, give or take. */
  | { readonly kind: 'processors'; readonly range: TextRange }
  /** One of these, depending on what is known only when it runs. */
  | { readonly kind: 'either'; readonly values: readonly DataValue[]; readonly range: TextRange }
  | { readonly kind: 'unknown'; readonly range: TextRange };

export interface DataEntry {
  readonly value: DataValue;
  /** The whole property: its name and its value. */
  readonly range: TextRange;
}

export function entryOf(value: DataValue | undefined, key: string): DataEntry | undefined {
  return value?.kind === 'record' ? value.entries.get(key) : undefined;
}

/** The text of a value that is a string, or of the first string that it may be. */
export function textOf(value: DataValue | undefined): string | undefined {
  if (value?.kind === 'scalar' && typeof value.value === 'string') return value.value;
  if (value?.kind !== 'either') return undefined;
  for (const one of value.values) {
    const text = textOf(one);
    if (text !== undefined) return text;
  }
  return undefined;
}
