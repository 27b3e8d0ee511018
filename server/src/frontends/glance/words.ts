/** The words of a text by which code can have to do with what library models tell of. */
import { modelsOf } from '../../libraries/index.js';
import type { Language } from '../../model/languages.js';
import type { CallModel, ClassModel, LibraryModel } from '../../model/library-model.js';

export interface Words {
  /** Specifiers of modules whose calls touch what executions share, lock it, or start executions. */
  readonly stores: ReadonlySet<string>;
  /** The same of names that need no import. */
  readonly storeNames: ReadonlySet<string>;
  /** Methods that are known by their names alone; they stand behind a dot, or in quotes. */
  readonly storeMethods: ReadonlySet<string>;
  /** Specifiers of modules whose calls complete later, or call back later. */
  readonly later: ReadonlySet<string>;
  readonly laterNames: ReadonlySet<string>;
  readonly laterMethods: ReadonlySet<string>;
}

/** What calls say that touches nothing others have; whatever else a model comes to say is taken for more. */
const HARMLESS: ReadonlySet<string> = new Set([
  'completes',
  'runs',
  'returns',
  'pure',
  'future',
  'differs',
  'parameters',
  'builds',
  'condition',
  'requires',
  'throws',
  'ends',
]);
const IN_MEMORY: ReadonlySet<string> = new Set(['variable', 'field', 'element']);

/** Objects that hold all global names. */
const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(['window', 'globalThis', 'self', 'global']);

const known = new WeakMap<readonly LibraryModel[], Map<Language, Words>>();

/** Worked out once for each list of models. */
export function wordsOf(language: Language, models: readonly LibraryModel[]): Words {
  const byLanguage = known.get(models) ?? new Map<Language, Words>();
  known.set(models, byLanguage);
  let words = byLanguage.get(language);
  if (words === undefined) {
    words = collect(modelsOf(language, models));
    byLanguage.set(language, words);
  }
  return words;
}

function collect(models: readonly LibraryModel[]): Words {
  const stores = new Set<string>();
  const storeNames = new Set<string>();
  const storeMethods = new Set<string>();
  const later = new Set<string>();
  const laterNames = new Set<string>();
  const laterMethods = new Set<string>();
  for (const model of models) {
    const all = callsOf(model);
    const touches = all.some(touchesShared) || Object.values(model.classes ?? {}).some(isMoreThanMemory);
    const isLater = all.some(completesLater);
    for (const module of model.modules) {
      if (module === '#global') continue;
      if (touches) stores.add(module);
      if (isLater) later.add(module);
    }
    if (model.modules.includes('#global')) {
      for (const [path, name] of globalsOf(model)) {
        const calls = callsBehind(model, path);
        if (calls.some(touchesShared)) storeNames.add(name);
        if (calls.some(completesLater)) laterNames.add(name);
      }
    }
    for (const structural of Object.values(model.classes ?? {})) {
      // What is told by the name of its receiver is waited for, which is seen by itself.
      if (structural.structural !== true || structural.called !== undefined) continue;
      for (const [name, call] of Object.entries(structural.methods)) {
        if (touchesShared(call)) storeMethods.add(name);
        if (completesLater(call)) laterMethods.add(name);
      }
    }
  }
  return { stores, storeNames, storeMethods, later, laterNames, laterMethods };
}

/** The exports of a model that needs no import, each with the part of its path that a text must name. */
function globalsOf(model: LibraryModel): [path: string, name: string][] {
  return Object.keys(model.exports).map((path) => [
    path,
    path.split('.').find((part) => !GLOBAL_OBJECTS.has(part)) ?? path,
  ]);
}

/** The calls that a name without an import leads to. */
function callsBehind(model: LibraryModel, path: string, depth = 0): CallModel[] {
  const exported = model.exports[path];
  if (exported === undefined || depth > MAXIMUM_DEPTH) return [];
  if ('call' in exported) return [exported.call];
  if ('sameAs' in exported) return callsBehind(model, exported.sameAs, depth + 1);
  if ('value' in exported || 'decorator' in exported) return [];
  const names = 'class' in exported ? [exported.class, exported.static] : [exported.instance];
  return names.flatMap((name) => callsOfClass(model, name, depth));
}

/** Bounds the following of names, which may be written in a circle. */
const MAXIMUM_DEPTH = 10;

function callsOfClass(model: LibraryModel, name: string | undefined, depth: number): CallModel[] {
  const found = name === undefined ? undefined : model.classes?.[name];
  if (found === undefined || depth > MAXIMUM_DEPTH) return [];
  const held = Object.values(found.properties ?? {}).flatMap((inner) =>
    callsOfClass(model, inner, depth + 1),
  );
  return [...callsIn(found), ...callsOfClass(model, found.extends, depth + 1), ...held];
}

function callsOf(model: LibraryModel): CallModel[] {
  return [
    ...Object.values(model.exports).flatMap((value) => ('call' in value ? [value.call] : [])),
    ...Object.values(model.classes ?? {}).flatMap(callsIn),
  ];
}

function callsIn({ methods, call, performed, construct }: ClassModel): CallModel[] {
  return [...Object.values(methods), ...[call, performed, construct].filter((one) => one !== undefined)];
}

function isMoreThanMemory({ lock, openFile }: ClassModel): boolean {
  return lock !== undefined || openFile === true;
}

function touchesShared(call: CallModel): boolean {
  return Object.entries(call).some(([key, value]: [string, unknown]) => {
    if (HARMLESS.has(key)) return false;
    const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
    return typeof kind !== 'string' || !IN_MEMORY.has(kind);
  });
}

function completesLater(call: CallModel): boolean {
  return (
    (call.completes ?? 'sync') !== 'sync' ||
    call.future !== undefined ||
    (call.runs ?? []).some(({ when }) => when !== 'now' && when !== 'each')
  );
}
