/** The options of a command line, or of a file that holds the same ones. */
import type { DataValue } from '../data/data.js';

/** By long name; the last one said counts. A flag without a value is `true`. */
export type Options = ReadonlyMap<string, DataValue>;

export interface OptionForms {
  /** Long names by letter. */
  readonly short: Readonly<Record<string, string>>;
  /** Long names of options without a value; of the rest, each takes a word. */
  readonly flags: readonly string[];
}

export interface ParsedOptions {
  readonly options: Options;
  readonly positional: readonly string[];
}

/** @param words those after the command's name */
export function parseOptions(words: readonly string[], { short, flags }: OptionForms): ParsedOptions {
  const options = new Map<string, DataValue>();
  const positional: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--') {
      positional.push(...words.slice(index + 1));
      break;
    }
    const long = /^--([\w-]+)(?:=(.*))?$/s.exec(word);
    const letter = /^-([A-Za-z])=?(.*)$/s.exec(word);
    const name = long?.[1] ?? (letter === null ? undefined : short[letter[1] ?? '']);
    const attached = long === null ? letter?.[2] : long[2];
    if (name === undefined) {
      if (!word.startsWith('-')) positional.push(word);
      // An unknown letter: what follows may be its value or an argument, and is taken for the latter.
      continue;
    }
    if (flags.includes(name)) options.set(name, said(true));
    else if (attached !== undefined && (attached !== '' || long !== null)) options.set(name, said(attached));
    else options.set(name, said(words[++index] ?? ''));
  }
  return { options, positional };
}

/** A value on a command line, which has no place of its own. */
export function said(value: string | boolean): DataValue {
  return { kind: 'scalar', value, range: { start: 0, end: 0 } };
}

/** The first of some options that is said. */
export function optionOf(options: Options, ...names: readonly string[]): DataValue | undefined {
  for (const name of names) {
    const value = options.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Whether a flag is set: by its name alone, or by a word for yes. */
export function isSet(options: Options, ...names: readonly string[]): boolean {
  const value = optionOf(options, ...names);
  return value?.kind === 'scalar' && /^(true|1|yes|on|)$/i.test(String(value.value ?? ''));
}

/** A value as a text, whatever it is written as. */
export function wordOf(value: DataValue | undefined): string | undefined {
  if (value?.kind === 'either') return value.values.map(wordOf).find((word) => word !== undefined);
  return value?.kind === 'scalar' && value.value !== null ? String(value.value) : undefined;
}
