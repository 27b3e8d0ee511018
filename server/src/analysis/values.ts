/**
 * Abstract values: what the analysis knows of a value, and which reads it derives from.
 *
 * `unknown` values are equal only to themselves, so two keys are the same cell only if the analysis can tell that they are.
 */
import type { ClassFacts, ClassIndex, FunctionFacts, FunctionIndex } from '../model/facts.js';
import type { ClassModel, LibraryModel } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import type { Distinct } from './distinct.js';
import type { Frame } from './frame.js';
import type { Module } from './modules.js';

/** Identifies a read of a cell: one operation in one call of its function. */
export type ReadId = string;

/** The reads that a value derives from, and whether the analysis saw the whole derivation. */
export type Origins = ReadonlyMap<ReadId, boolean>;

export interface Value {
  readonly shape: Shape;
  readonly origins: Origins;
  /** The read that this is the unchanged value of. */
  readonly direct?: ReadId;
}

/** A class of the project: where it stands, and the frame that its code closes over. */
export interface ProjectClass {
  readonly class: ClassIndex;
  readonly frame: Frame;
}

/** A function of the project, likewise. */
export interface ProjectFunction {
  readonly function: FunctionIndex;
  readonly frame: Frame;
}

export function classFacts({ frame, class: index }: ProjectClass): ClassFacts | undefined {
  return frame.module.facts.classes[index];
}

export function functionFacts({ frame, function: index }: ProjectFunction): FunctionFacts | undefined {
  return frame.module.facts.functions[index];
}

export function isSameClass(one: ProjectClass | undefined, other: ProjectClass | undefined): boolean {
  return one !== undefined && one.class === other?.class && one.frame.module === other.frame.module;
}

/** An object, array or class instance that the project's own code makes, or that stands for one that a caller makes. */
export interface AbstractObject {
  readonly id: string;
  /** As a reader would write it: `this`, `counter`. */
  label: string;
  readonly class?: ProjectClass;
  /** How many overlap contexts were entered when it was made; those entered later share it. */
  readonly depth: number;
  /** How sure it is that executions share it. */
  sharing: 'usual' | 'likely';
  readonly fields: Map<string, Value>;
  /** The module's variable that holds it. */
  variable?: string;
}

/** An instance of a class that a library model tells of. */
export interface Instance {
  readonly model: LibraryModel;
  readonly className: string;
  readonly class: ClassModel;
  /** Equal for instances that are one lock or one store. */
  readonly id: string;
  /** As a reader would write it: the variable or field that holds it, once there is one. */
  label: string;
  labelled: boolean;
  /** The value that names it (a path, a lock's name), when it has one. */
  readonly name?: Shape;
  readonly depth: number;
  /** Where it is made, when that is in sight. */
  readonly made?: Place;
}

export type Shape =
  | {
      readonly kind: 'unknown';
      readonly id: string;
      readonly label: string;
      /** Which executions have a value of their own. */
      readonly differs?: Distinct;
    }
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null | undefined }
  | { readonly kind: 'template'; readonly parts: readonly (string | Shape)[] }
  | { readonly kind: 'pure'; readonly name: string; readonly from: readonly Shape[] }
  | { readonly kind: 'not'; readonly of: Value }
  | {
      readonly kind: 'function';
      readonly function: FunctionIndex;
      readonly frame: Frame;
      readonly receiver?: Value;
    }
  | { readonly kind: 'class'; readonly class: ClassIndex; readonly frame: Frame }
  /** The namespace of a module of the project. */
  | { readonly kind: 'module'; readonly module: Module }
  | {
      readonly kind: 'library';
      readonly module: string;
      readonly path: readonly string[];
      readonly receiver?: Value;
    }
  | { readonly kind: 'instance'; readonly instance: Instance }
  | { readonly kind: 'object'; readonly object: AbstractObject }
  /** Whatever a shared cell holds. */
  | { readonly kind: 'contents'; readonly cell: string; readonly label: string; readonly depth: number }
  /** A pending promise that code of the file made, and the function that settles it. */
  | {
      readonly kind: 'future';
      readonly id: string;
      readonly escaped: { resolver: boolean };
      readonly frame: Frame;
    }
  | {
      readonly kind: 'resolver';
      readonly future: string;
      readonly escaped: { resolver: boolean };
      readonly frame: Frame;
    }
  /** The receipt of an acquired lock: calling it, or a method of it, releases. */
  | { readonly kind: 'grant'; readonly lock: string }
  | {
      readonly kind: 'open-file';
      readonly id: string;
      readonly path?: Shape;
      readonly label?: string;
      readonly depth: number;
      readonly place: Place;
    };

export const NO_ORIGINS: Origins = new Map();

export function valueOf(shape: Shape, origins: Origins = NO_ORIGINS): Value {
  return { shape, origins };
}

export function constant(value: string | number | boolean | null | undefined): Value {
  return valueOf({ kind: 'constant', value });
}

export function unknown(id: string, label: string, origins: Origins = NO_ORIGINS): Value {
  return valueOf({ kind: 'unknown', id, label }, origins);
}

/**
 * The union of what values derive from. One way that is seen whole is enough to be certain.
 * @param certain false when the code between is not seen
 */
export function originsOf(values: readonly Value[], certain = true): Origins {
  let first: Origins | undefined;
  let union: Map<ReadId, boolean> | undefined;
  for (const { origins } of values) {
    if (origins.size === 0) continue;
    if (first === undefined && certain) {
      first = origins;
      continue;
    }
    union ??= new Map(first);
    for (const [read, sure] of origins) union.set(read, (union.get(read) ?? false) || (sure && certain));
  }
  return union ?? first ?? NO_ORIGINS;
}

/** A text that is equal for shapes that are certainly the same value. */
export function canonical(shape: Shape): string {
  switch (shape.kind) {
    case 'constant':
      return typeof shape.value === 'string' ? JSON.stringify(shape.value) : String(shape.value);
    case 'template':
      return `\`${shape.parts.map((part) => (typeof part === 'string' ? part : `\${${canonical(part)}}`)).join('')}\``;
    case 'pure':
      return `${shape.name}(${shape.from.map(canonical).join(',')})`;
    case 'not':
      return `!${canonical(shape.of.shape)}`;
    case 'unknown':
      return `?${shape.id}`;
    case 'function':
      return `function ${String(shape.function)}@${shape.frame.id}`;
    case 'class':
      return `class ${String(shape.class)}@${shape.frame.id}`;
    case 'module':
      return `module ${shape.module.frame.id}`;
    case 'library':
      return `${shape.module}:${shape.path.join('.')}`;
    case 'instance':
      return shape.instance.id;
    case 'object':
      return shape.object.id;
    case 'contents':
      return `*${shape.cell}`;
    case 'future':
      return `future ${shape.id}`;
    case 'resolver':
      return `resolver ${shape.future}`;
    case 'grant':
      return `grant ${shape.lock}`;
    case 'open-file':
      return `open ${shape.id}`;
  }
}

/** A shape as a reader would write it, for a cell's or a lock's name. */
export function display(shape: Shape): string {
  switch (shape.kind) {
    case 'constant':
      return String(shape.value);
    case 'template':
      return shape.parts.map((part) => (typeof part === 'string' ? part : `\${${display(part)}}`)).join('');
    case 'pure':
      if (shape.name.startsWith('.')) {
        const owner = shape.from.map(display).join('');
        // A parameter that is taken apart where it is declared has no name of its own.
        return owner.startsWith('(') ? shape.name.slice(1) : `${owner}${shape.name}`;
      }
      if (/(^|\.)(join|resolve)$/.test(shape.name)) return shape.from.map(display).join('/');
      return shape.from.map(display).join(', ');
    case 'unknown':
      return shape.label;
    case 'contents':
      return shape.label;
    case 'object':
      return shape.object.label;
    case 'instance':
      return shape.instance.label;
    case 'open-file':
      return shape.label ?? (shape.path === undefined ? 'the open file' : display(shape.path));
    default:
      return '…';
  }
}

/** What both values have in common. */
export function joinValues(left: Value, right: Value, id: () => string): Value {
  if (left === right) return left;
  const origins = originsOf([left, right]);
  if (left.shape === right.shape || canonical(left.shape) === canonical(right.shape)) {
    const direct = left.direct === right.direct ? left.direct : undefined;
    return { shape: left.shape, origins, ...(direct !== undefined && { direct }) };
  }
  // A missing value beside a known one is how code says "not made yet": the known one is what is used.
  if (isEmpty(left.shape)) return { ...right, origins };
  if (isEmpty(right.shape)) return { ...left, origins };
  return unknown(id(), 'value', origins);
}

function isEmpty(shape: Shape): boolean {
  return shape.kind === 'constant' && (shape.value === undefined || shape.value === null);
}
