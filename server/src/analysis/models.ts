import { modelsOf } from '../libraries/index.js';
import { LANGUAGES, type Language } from '../model/languages.js';
import type { CallModel, ClassModel, ExportModel, LibraryModel } from '../model/library-model.js';

/** A library model's word on one exported path. */
export interface ResolvedExport {
  readonly model: LibraryModel;
  readonly export: ExportModel;
}

/** A method that is known by its name. */
export interface StructuralMethod {
  readonly model: LibraryModel;
  readonly call: CallModel;
  /** What the first argument must be. */
  readonly given?: 'table' | 'query' | 'sql';
  /** What the name of the receiver must match. */
  readonly called?: RegExp;
}

const indexes = new WeakMap<readonly LibraryModel[], Map<Language, ModelIndex>>();

/** Finds what library models say, by module and by name. */
export class ModelIndex {
  /** The index of some models, as code of a language sees them; made once. */
  static of(models: readonly LibraryModel[], language: Language): ModelIndex {
    const byLanguage = indexes.get(models) ?? new Map<Language, ModelIndex>();
    indexes.set(models, byLanguage);
    const known = byLanguage.get(language) ?? new ModelIndex(models, language);
    byLanguage.set(language, known);
    return known;
  }

  private readonly byModule = new Map<string, LibraryModel[]>();
  private readonly methods = new Map<string, readonly StructuralMethod[]>();
  private readonly structural: { model: LibraryModel; class: ClassModel }[] = [];
  /** Models that tell of files whose exports are called. */
  readonly withEntries: LibraryModel[] = [];

  constructor(
    models: readonly LibraryModel[],
    private readonly language: Language,
  ) {
    for (const model of modelsOf(language, models)) {
      if (model.entries !== undefined) this.withEntries.push(model);
      for (const module of model.modules) {
        const list = this.byModule.get(module);
        if (list === undefined) this.byModule.set(module, [model]);
        else list.push(model);
      }
      for (const candidate of Object.values(model.classes ?? {})) {
        if ((candidate.structural ?? false) !== false) this.structural.push({ model, class: candidate });
      }
    }
  }

  /** Whether a model tells of a module. */
  tellsOf(module: string): boolean {
    return this.byModule.has(module);
  }

  /**
   * What an exported path is. The namespace itself (`fs` of `import * as fs`) and its default export say the same as the module.
   */
  find(module: string, path: readonly string[]): ResolvedExport | undefined {
    const found = this.findIn(module, path);
    if (found !== undefined || !LANGUAGES[this.language].dottedModules) return found;
    const [first, ...names] = path[0] === '*' ? path.slice(1) : path;
    return first === undefined ? undefined : this.find(`${module}.${first}`, ['*', ...names]);
  }

  private findIn(module: string, path: readonly string[]): ResolvedExport | undefined {
    const names = [path.join('.')];
    if (path[0] === 'default' || path[0] === '*') names.push(path.slice(1).join('.'));
    if (path[0] === '*' && path.length === 1) names.push('default');
    if (path[0] === '*' && path[1] === 'default') names.push(path.slice(1).join('.'));
    for (const model of this.byModule.get(module) ?? []) {
      for (const name of names) {
        const found = this.follow(model, name);
        if (found !== undefined) return { model, export: found };
      }
    }
    return undefined;
  }

  private follow(model: LibraryModel, name: string): ExportModel | undefined {
    const found = Object.hasOwn(model.exports, name) ? model.exports[name] : undefined;
    return found !== undefined && 'sameAs' in found ? model.exports[found.sameAs] : found;
  }

  /**
   * Methods that say what they do by their names, on receivers of which nothing is known but, maybe, what they are called; those
   * that need more to be so come first.
   */
  structuralMethods(name: string, receiver: string): readonly StructuralMethod[] {
    let known = this.methods.get(name);
    if (known === undefined) {
      known = this.findStructural(name);
      this.methods.set(name, known);
    }
    return known.filter(({ called }) => called?.test(receiver) !== false);
  }

  private findStructural(name: string): readonly StructuralMethod[] {
    const found = this.structural.flatMap(({ model, class: candidate }): StructuralMethod[] => {
      const call = Object.hasOwn(candidate.methods, name) ? candidate.methods[name] : undefined;
      if (call === undefined) return [];
      const { structural, called } = candidate;
      return [
        {
          model,
          call,
          ...(typeof structural === 'string' && { given: structural }),
          ...(called !== undefined && { called: new RegExp(called, 'i') }),
        },
      ];
    });
    const isPlain = ({ call, given, called }: StructuralMethod): boolean =>
      given === undefined && called === undefined && call.requires === undefined;
    return [...found.filter((one) => !isPlain(one)), ...found.filter(isPlain)];
  }
}
