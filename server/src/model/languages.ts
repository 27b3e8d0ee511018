/** What the analysis has to know of a language: not how it is written, but how its programs run. */
import type { Dimension } from './dimensions.js';

export type Language = 'typescript' | 'python';

export interface LanguageTraits {
  /** The dimensions along which executions share what is in a process's memory. */
  readonly memory: readonly Dimension[];
  /** What a method calls its receiver, for messages. */
  readonly receiver: string;
  /** True when a module is named by dots, so that a module may be imported as a part of the one around it (`a.b`). */
  readonly dottedModules: boolean;
  /** True when elements are kept apart from properties of the same name (`d["x"]` and `d.x`). */
  readonly elementsApart: boolean;
  /** True when calling a class makes an instance of it, without a word like `new`. */
  readonly classesAreCalled: boolean;
  /** True when all code runs on an event loop; false when only async functions show that there is one. */
  readonly alwaysTasks: boolean;
  /** False when awaiting a coroutine lets others run only if something inside of the coroutine waits. */
  readonly everyAwaitYields: boolean;
  /** Methods by which the language's own collections grow. */
  readonly growing: ReadonlySet<string>;
  /** True when an open file that nothing refers to any more is closed at once. */
  readonly closesForgottenFiles: boolean;
}

/**
 * In Node.js worker threads share no variables, and each `await` gives way to other tasks
 * (https://tc39.es/ecma262/#await). Python's threads share all of a process's memory, and may be switched between any two
 * bytecodes (https://docs.python.org/3/glossary.html#term-global-interpreter-lock); a coroutine that is awaited runs on in
 * the task that awaits it (https://peps.python.org/pep-0492/#await-expression); and CPython frees a file object with the last
 * reference to it (https://docs.python.org/3/reference/datamodel.html#objects-values-and-types).
 */
export const LANGUAGES: Readonly<Record<Language, LanguageTraits>> = {
  typescript: {
    memory: ['tasks'],
    receiver: 'this',
    dottedModules: false,
    elementsApart: false,
    classesAreCalled: false,
    alwaysTasks: true,
    everyAwaitYields: true,
    growing: new Set(['push', 'unshift', 'splice', 'set', 'add']),
    closesForgottenFiles: false,
  },
  python: {
    memory: ['tasks', 'threads'],
    receiver: 'self',
    dottedModules: true,
    elementsApart: true,
    classesAreCalled: true,
    alwaysTasks: false,
    everyAwaitYields: false,
    growing: new Set(['append', 'appendleft', 'extend', 'insert', 'add', 'update', 'setdefault']),
    closesForgottenFiles: true,
  },
};
