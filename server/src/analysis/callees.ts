/** What the names in the source of a call lead to, known without running it. */
import type { FunctionFacts, FunctionIndex, VariableIndex } from '../model/facts.js';
import type { CallModel, CellModel, LibraryModel } from '../model/library-model.js';
import type { Analysis } from './analysis.js';
import { exportedBinding, importedBinding, starredBinding, type Binding } from './bindings.js';
import { fieldOf, methodOf, superclassOf } from './heap.js';
import type { ResolvedExport } from './models.js';
import type { Module } from './modules.js';
import { outlineOf, type Path } from './outlines.js';
import { classOfType, modelOfType } from './types.js';
import { isLockName, isRelease } from './unseen.js';
import { classFacts, type ProjectClass } from './values.js';

export interface Target {
  readonly module: Module;
  readonly function: FunctionIndex;
}

/** What a name in the source leads to: functions of the project; or else */
export type Callee =
  | readonly Target[]
  /** something that touches nothing, */
  | 'nothing'
  /** a method of whatever was handed in, */
  | 'method'
  /** a method of a collection that a variable holds, */
  | { readonly collection: VariableIndex }
  /** or anything. */
  | undefined;

export class Callees {
  constructor(private readonly analysis: Analysis) {}

  /** The function of the project that a variable is. */
  functionOf(module: Module, variable: VariableIndex): Target | undefined {
    const binding = this.bindingOf(module, variable);
    if (binding?.kind !== 'variable') return undefined;
    const { module: owner } = binding;
    const facts = owner.facts.variables[binding.variable];
    if (facts?.function !== undefined) return { module: owner, function: facts.function };
    const only = onlyValue(owner, binding.variable);
    return only?.root.kind === 'function' && only.names.length === 0
      ? { module: owner, function: only.root.function }
      : undefined;
  }

  /** A table that is written down in the source, and that nothing of its module changes. */
  isTable(module: Module, variable: VariableIndex): boolean {
    const binding = this.bindingOf(module, variable);
    if (binding?.kind !== 'variable') return false;
    const { facts } = binding.module;
    if (facts.variables[binding.variable]?.scope !== 0) return false;
    if (onlyValue(binding.module, binding.variable)?.root.kind !== 'table') return false;
    return facts.functions.every((fn) =>
      outlineOf(facts, fn).properties.every(
        ({ object: { root }, written }) =>
          !written || root.kind !== 'variable' || root.variable !== binding.variable,
      ),
    );
  }

  private bindingOf(module: Module, variable: VariableIndex): Binding | undefined {
    const imported = module.facts.variables[variable]?.import;
    return imported === undefined
      ? { kind: 'variable', module, variable }
      : importedBinding(this.analysis, module, imported);
  }

  of(module: Module, facts: FunctionFacts, { root, names }: Path, constructs: boolean): Callee {
    switch (root.kind) {
      case 'global':
        if (starredBinding(this.analysis, module, root.name) !== undefined) return undefined;
        return this.libraryCallee('#global', [root.name, ...names], constructs);
      case 'module':
        return this.moduleCallee(module, root.module, names);
      case 'receiver':
        return this.ownMethod(module, facts, names) ?? this.byName(names);
      case 'variable':
        return this.variableCallee(module, root.variable, names, constructs);
      case 'made':
        return this.madeCallee(module, root.by, names);
      case 'function':
        return names.length === 0 ? [{ module, function: root.function }] : undefined;
      case 'plain':
        return 'nothing';
      case 'table':
      case 'value':
        return this.byName(names);
    }
  }

  /** What `require` of a module gives. */
  private moduleCallee(module: Module, specifier: string, names: readonly string[]): Callee {
    const target = this.analysis.imported(module, specifier);
    return target === undefined ? this.libraryCallee(specifier, ['*', ...names], false) : undefined;
  }

  /**
   * A method of whatever it may be: the names have to say it all.
   * @param root what the names begin at is called
   */
  private byName(names: readonly string[], root = ''): Callee {
    const structural = this.analysis.models.structuralMethods(names.at(-1) ?? '', names.at(-2) ?? root);
    const certain = structural.filter(({ call }) => call.requires === undefined);
    if (certain.length > 0)
      return certain.every(({ call, given }) => given === undefined && isInert(call)) ? 'nothing' : undefined;
    const name = names.at(-1) ?? '';
    return isLockName(name) || isRelease(name) ? undefined : 'method';
  }

  /** A method of what `new` has made. */
  private madeCallee(module: Module, by: Path, names: readonly string[]): Callee {
    const [name = '', ...rest] = names;
    if (isLockName(name) || isRelease(name) || rest.length > 0) return undefined;
    if (by.root.kind === 'global') return this.libraryCallee('#global', [by.root.name, ...by.names], true);
    const binding = by.root.kind === 'variable' ? this.bindingOf(module, by.root.variable) : undefined;
    if (binding?.kind === 'library')
      return this.libraryCallee(binding.module, [...binding.path, ...by.names], true);
    const facts = binding?.kind === 'variable' ? binding.module.facts.variables[binding.variable] : undefined;
    if (binding?.kind !== 'variable' || facts?.class === undefined || by.names.length > 0) return undefined;
    return this.method({ class: facts.class, frame: binding.module.frame }, name);
  }

  /** A method of the receiver, or of what a field of it is declared to hold. */
  private ownMethod(module: Module, facts: FunctionFacts, names: readonly string[]): Callee {
    if (facts.class === undefined) return undefined;
    const owner: ProjectClass = { class: facts.class, frame: module.frame };
    if (names[0] === 'super' && names.length === 2) {
      const superclass = superclassOf(this.analysis, owner);
      return superclass && this.method(superclass, names[1] ?? '');
    }
    const [first = '', second] = names;
    if (second === undefined) return this.method(owner, first);
    const declared = fieldOf(this.analysis, owner, first);
    const type = declared?.field.type;
    const held = type && classOfType(this.analysis, declared.owner.frame, type);
    return held !== undefined && names.length === 2 ? this.method(held, second) : undefined;
  }

  private method(owner: ProjectClass, name: string): Callee {
    const found = methodOf(this.analysis, owner, name);
    return found === undefined
      ? undefined
      : [{ module: found.owner.frame.module, function: found.method.function }];
  }

  private variableCallee(
    module: Module,
    variable: VariableIndex,
    names: readonly string[],
    constructs: boolean,
  ): Callee {
    const [name, ...rest] = names;
    let binding = this.bindingOf(module, variable);
    if (binding?.kind === 'namespace' && name !== undefined)
      binding = exportedBinding(this.analysis, binding.module, name);
    else if (binding?.kind === 'library')
      return this.libraryCallee(binding.module, [...binding.path, ...names], constructs);
    else if (binding?.kind === 'variable' && name !== undefined)
      return this.memberCallee(binding.module, binding.variable, names);
    if (binding?.kind === 'library')
      return this.libraryCallee(binding.module, [...binding.path, ...rest], constructs);
    if (binding?.kind !== 'variable') return undefined;
    if (constructs) return this.makingOf(binding.module, binding.variable);
    const called = this.functionOf(binding.module, binding.variable);
    if (called !== undefined) return [called];
    const only = onlyValue(binding.module, binding.variable);
    if (only?.root.kind === 'module') return this.moduleCallee(binding.module, only.root.module, only.names);
    // A function that is handed in counts where it is handed over; one that is made here, where it is made.
    return this.isHandedIn(binding.module, binding.variable) ? 'nothing' : undefined;
  }

  /** All code of a class, since who has an instance can call it. */
  private makingOf(module: Module, variable: VariableIndex): Callee {
    const facts = module.facts.variables[variable];
    if (facts?.class === undefined || facts.scope !== 0) return undefined;
    const targets: Target[] = [];
    for (
      let made: ProjectClass | undefined = { class: facts.class, frame: module.frame };
      made !== undefined;
      made = superclassOf(this.analysis, made)
    ) {
      const { constructorFunction, fields, methods, superclass } = classFacts(made) ?? {
        fields: [],
        methods: [],
      };
      if (superclass !== undefined && modelOfType(this.analysis, made.frame, superclass) !== undefined)
        return undefined;
      const owner = made.frame.module;
      for (const index of [
        constructorFunction,
        ...fields.map(({ initializer }) => initializer),
        ...methods.map((method) => method.function),
      ])
        if (index !== undefined) targets.push({ module: owner, function: index });
    }
    return targets;
  }

  /** True for variables that hold what a function was given, or has worked out of it. */
  private isHandedIn(module: Module, variable: VariableIndex): boolean {
    const facts = module.facts.variables[variable];
    return facts !== undefined && facts.scope !== 0;
  }

  private memberCallee(module: Module, variable: VariableIndex, names: readonly string[]): Callee {
    const facts = module.facts.variables[variable];
    const declared = facts?.type && classOfType(this.analysis, module.frame, facts.type);
    if (declared !== undefined) return names.length === 1 ? this.method(declared, names[0] ?? '') : undefined;
    const [name = ''] = names;
    if (facts?.class !== undefined && facts.scope === 0) {
      const found = module.facts.classes[facts.class]?.methods.find((one) => one.static && one.name === name);
      return found === undefined || names.length > 1 ? undefined : [{ module, function: found.function }];
    }
    const only = onlyValue(module, variable);
    if (only?.root.kind === 'module')
      return this.moduleCallee(module, only.root.module, [...only.names, ...names]);
    // What a variable of the module holds was not handed in: it may be an instance that lives on.
    if (only?.root.kind === 'variable' && !this.isHandedIn(module, only.root.variable)) return undefined;
    if (only !== undefined && only.names.length > 0)
      return this.isHandedIn(module, variable) ? this.byName(names, facts?.name) : undefined;
    if (only?.root.kind === 'plain') return 'nothing';
    if (only?.root.kind === 'made') {
      const found = this.madeCallee(module, only.root.by, names);
      return found === 'nothing' ? { collection: variable } : found;
    }
    return this.isHandedIn(module, variable) ? this.byName(names, facts?.name) : undefined;
  }

  private libraryCallee(module: string, path: readonly string[], constructs: boolean): Callee {
    const found = this.analysis.models.find(module, path);
    if (found !== undefined) {
      const { export: exported } = found;
      if ('call' in exported) return isInert(exported.call) ? 'nothing' : undefined;
      if ('class' in exported || 'instance' in exported) return isContained(found) ? 'nothing' : undefined;
      return 'value' in exported ? 'nothing' : undefined;
    }
    // A method of an instance that the library exports ready made.
    for (let length = path.length - 1; length > 0; length--) {
      const owner = this.analysis.models.find(module, path.slice(0, length));
      if (owner === undefined) continue;
      return isContained(owner) ? 'nothing' : undefined;
    }
    const name = path.at(-1) ?? '';
    return !constructs && (isLockName(name) || isRelease(name)) ? undefined : 'nothing';
  }
}
/** Words of a model that do nothing but tell of the result, or of functions that are run before the call has ended. */
const INERT: ReadonlySet<string> = new Set([
  'pure',
  'completes',
  'parameters',
  'future',
  'runs',
  'sameAs',
  'returns',
]);

/** What a variable holds, if it is assigned once. */
function onlyValue(module: Module, variable: VariableIndex): Path | undefined {
  const facts = module.facts.variables[variable];
  const scope = facts && module.facts.functions[facts.scope];
  const stored = scope === undefined ? [] : (outlineOf(module.facts, scope).values.get(variable) ?? []);
  const [only] = stored;
  return stored.length === 1 && facts?.reassigned === false ? only : undefined;
}

function isInert(call: CallModel): boolean {
  if (!Object.keys(call).every((word) => INERT.has(word))) return false;
  if (call.returns !== undefined && ('instance' in call.returns || 'openFile' in call.returns)) return false;
  return (call.runs ?? []).every(({ when }) => when !== 'handler' && when !== 'timer');
}

/** True for what a library exports, if it is no more than what is put in it. */
function isContained({ export: exported, model }: ResolvedExport): boolean {
  if ('class' in exported) return isContainer(model, exported.class);
  return !('instance' in exported) || isContainer(model, exported.instance);
}

/** True for a class whose instances are no more than what is put in them (`Map`). */
function isContainer(model: LibraryModel, name: string): boolean {
  const facts = model.classes?.[name];
  if (facts?.lock !== undefined) return false;
  return [...Object.values(facts?.methods ?? {}), facts?.construct ?? {}].every(
    ({ reads, writes, atomic, ...call }) => isInert(call) && [reads, writes, atomic].every(isOwnCell),
  );
}

function isOwnCell(cell: CellModel | undefined): boolean {
  return cell === undefined || (cell.receiver === true && cell.kind === 'element');
}
