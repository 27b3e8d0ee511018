/**
 * What a look at a text tells, at a small part of what its facts cost. It errs on one side: what it does not see is not there;
 * what it sees need not be (a word in a comment is enough).
 */
import type { Language } from '../../model/languages.js';
import type { LibraryModel } from '../../model/library-model.js';
import { wordsOf } from './words.js';

export { dependenciesOf, type Dependencies } from './dependencies.js';

export interface Glance {
  /** It names a library by which executions share something beyond their memory, lock it, or are started. */
  readonly stores: boolean;
  /** It has a word of locks, by which calls out of sight are taken for locks. */
  readonly locks: boolean;
  /** Another execution may step in: it waits, or hands functions to what calls them later. */
  readonly points: boolean;
}

/** A name with a word of locks that is called, or of which something is: `acquireLock(…)`, `mutex.run(…)`, `LOCKS[key].take()`. */
const LOCKS =
  /(?:(?<![A-Za-z])(?:un)?(?:lock|acquire|mutex|semaphore|exclusive|synchroni[sz]ed|enter|obtain|release)s?(?![a-z])|(?<=[a-z0-9])(?:Un)?(?:[Ll]ock|Acquire|Mutex|Semaphore|Exclusive|Synchroni[sz]ed|Enter|Obtain|Release)s?(?![a-z])|LOCK|MUTEX|SEMAPHORE|ACQUIRE|RELEASE)\w*\s*[(.[?<`]/;

const KEYWORD_POINTS = /\b(?:await|yield)\b/;

/** @returns undefined for files of a language that it does not know */
export function glanceAt(file: string, text: string, models: readonly LibraryModel[]): Glance | undefined {
  if (/\.[cm]?[jt]sx?$/.test(file)) return glanceAtScript(text, models);
  return /\.pyw?$/.test(file) ? glanceAtPython(text, models) : undefined;
}

function glanceAtScript(text: string, models: readonly LibraryModel[]): Glance {
  const { stores, points } = patternsOf('typescript', models);
  return {
    stores: stores.test(text),
    locks: LOCKS.test(text),
    points: KEYWORD_POINTS.test(text) || points.test(text),
  };
}

/** Threads may be switched anywhere: a text that assigns or calls nothing is all that has no points. */
function glanceAtPython(text: string, models: readonly LibraryModel[]): Glance {
  const { stores } = patternsOf('python', models);
  return {
    stores: stores.test(text),
    locks: LOCKS.test(text),
    points: /[^=!<>]=[^=]|\b(?:global|nonlocal|del)\b|\.\w+\(/.test(text),
  };
}

interface Patterns {
  readonly stores: RegExp;
  readonly points: RegExp;
}

const known = new WeakMap<readonly LibraryModel[], Map<Language, Patterns>>();

function patternsOf(language: Language, models: readonly LibraryModel[]): Patterns {
  const byLanguage = known.get(models) ?? new Map<Language, Patterns>();
  known.set(models, byLanguage);
  let patterns = byLanguage.get(language);
  if (patterns === undefined) {
    const words = wordsOf(language, models);
    const { stores, storeNames, storeMethods, later, laterNames, laterMethods } = words;
    patterns = {
      stores:
        language === 'python'
          ? namesIn([...firstParts(stores), ...storeNames, ...storeMethods])
          : quotedOr(stores, storeNames, storeMethods),
      points: quotedOr(later, laterNames, laterMethods),
    };
    byLanguage.set(language, patterns);
  }
  return patterns;
}

function firstParts(modules: ReadonlySet<string>): string[] {
  return [...modules].map((module) => module.split('.')[0] ?? module);
}

/** Matches specifiers, which stand in quotes, names, and methods. */
function quotedOr(
  specifiers: ReadonlySet<string>,
  names: ReadonlySet<string>,
  methods: ReadonlySet<string>,
): RegExp {
  const quoted = anyOf(specifiers);
  return new RegExp(
    `["'\`]${quoted}["'\`]|${namesIn([...names]).source}|[.'"]\\s*${anyOf(methods)}(?![\\w$])`,
  );
}

function anyOf(words: ReadonlySet<string>): string {
  return words.size === 0 ? '(?!)' : `(?:${[...words].map(escaped).join('|')})`;
}

function namesIn(names: readonly string[]): RegExp {
  return new RegExp(
    names.length === 0 ? '(?!)' : `(?<![\\w$])(?:${[...new Set(names)].map(escaped).join('|')})(?![\\w$])`,
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
