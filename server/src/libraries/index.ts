import type { LibraryModel } from '../model/library-model.js';
import type { Language } from '../model/languages.js';
import { builtInModels } from './built-in.js';
import { expanded } from './inheritance.js';

/** The library models in force: Lockkit's own and a project's. */
export interface Libraries {
  readonly models: readonly LibraryModel[];
}

let builtIn: readonly LibraryModel[] | undefined;

/**
 * The built-in library models, with a project's own before them (so that they win).
 * @param own the `libraries` of `lockkit.json`
 */
export function loadLibraries(own: readonly LibraryModel[] = []): Libraries {
  builtIn ??= builtInModels.map(expanded);
  return { models: own.length === 0 ? builtIn : [...own.map(expanded), ...builtIn] };
}

/** The models of libraries that code of a language can import. */
export function modelsOf(language: Language, models: readonly LibraryModel[]): LibraryModel[] {
  return models.filter((model) => (model.language ?? 'typescript') === language);
}
