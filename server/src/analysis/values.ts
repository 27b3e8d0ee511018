/**
 * Abstract values: what the analysis knows of a value, and which reads it derives from.
 *
 * `unknown` values are equal only to themselves, so two keys are the same cell only if the analysis can tell that they are.
 */
import type { ClassFacts, ClassIndex, FunctionFacts, FunctionIndex } from '../model/facts.js';
import type { ClassModel, LibraryModel } from '../model/library-model.js';
import type { Place, TextRange } from '../model/source.js';
import type { Distinct } from './distinct.js';
import type { Frame } from './frame.js';
import type { Manager } from './managers.js';
import type { Module } from './modules.js';
import type { Query } from './queries.js';
import type { StoredRecord } from './records.js';
import type { Acquisition } from './state.js';

/** Identifies a read of a cell: one operation in one call of its function. */
export type ReadId = string;

/** The reads that a value derives from, and whether the analysis saw the whole derivation. */
export type Origins = ReadonlyMap<ReadId, boolean>;

export interface Value {
  readonly shape: Shape;
  readonly origins: Origins;
  /** The read that this is the unchanged value of. */
  /** True for what a parameter was bound to by the call that is looked at. */
  readonly bound?: true | undefined;
  readonly direct?: ReadId;
  /** Reads whose unchanged value this may be: where it is not, it is something else altogether (`input ?? row.name`). */
  readonly unchanged?: ReadonlySet<ReadId>;
  /** There when the value is a promise that nobody has awaited yet. */
  readonly pending?: Pending | undefined;
}

/** A promise that nobody has awaited yet. */
export interface Pending {
  /** The call that gave it, and the frame that made the call. */
  readonly call: TextRange;
  readonly text: string;
  readonly frame: Frame;
  /** What is held only once it is settled. */
  readonly locks: readonly Acquisition[];
  /** True when it cannot be rejected. */
  readonly calm?: boolean;
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

/** Equal for one function in all analyses of the project. */
export function keyOfFunction({ frame, function: index }: ProjectFunction): string {
  return `${frame.module.facts.file}#${String(index)}`;
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
  /** What was copied into it when it was made. */
  readonly spreads?: readonly Value[];
  /** Where `new` makes it. */
  readonly made?: Place;
  /** Set when executions other than the one that made it may use it. */
  published?: boolean;
  /** The module's variable that holds it. */
  variable?: string;
  /** Fills in its fields, of one that stands in for what others make. */
  pending?: () => void;
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
  /** The class of the project that it is made of: the table that it stands for. */
  readonly table?: Shape & { readonly kind: 'class' };
  /** What its constructor was given. */
  readonly arguments?: readonly Value[];
  /** False when several can be inside at once, so that it is no lock. */
  readonly exclusive?: boolean;
  /** How many of its handlers run at once, when that was said. */
  limit?: number;
  /** The records that were read from it. */
  readonly records?: StoredRecord[];
  /** What was read into it, to be written from it later. */
  kept?: Value;
  /** Set when executions other than the one that made it may use it. */
  published?: boolean;
  /** `likely` for a part of an object that nothing shows to be shared. */
  sharing?: 'likely';
}

/** What is shared, or not, together with a lock: its own instance, or the object whose field it is. */
export type Holder = AbstractObject | Instance;

export type Shape =
  | {
      readonly kind: 'unknown';
      readonly id: string;
      readonly label: string;
      /** Which executions have a value of their own. */
      readonly differs?: Distinct;
      /** True when calling it gives a promise. */
      readonly promising?: boolean;
      /** True for what the caller of an execution hands in. */
      readonly given?: boolean;
      /** An element of a list: the overlap context whose executions, started together, have one each. */
      readonly each?: number;
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
      /** True when a call of it, a generator, makes a context manager. */
      readonly manages?: boolean;
      /** What it is handed before all arguments: the object that it was found on. */
      readonly first?: Value;
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
  /** A context manager that a generator of the project is. */
  | { readonly kind: 'manager'; readonly manager: Manager }
  | { readonly kind: 'object'; readonly object: AbstractObject }
  /** Whatever a shared cell holds. */
  | {
      readonly kind: 'contents';
      readonly cell: string;
      readonly label: string;
      readonly depth: number;
      /** Of the cell: see its identity. */
      readonly apart?: readonly number[];
      /** Likewise; `usual` if it is not there. */
      readonly sharing?: 'likely';
    }
  /** A pending promise that code of the file made, and the function that settles it. */
  | {
      readonly kind: 'future';
      readonly id: string;
      readonly escaped: { resolver: boolean };
      readonly frame: Frame;
      /** True when it cannot be rejected. */
      readonly calm?: boolean;
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
      /** True when it was made by opening it, so that nobody else has written it. */
      readonly created?: boolean;
    }
  /** A row that a store returned, or several of them. */
  | { readonly kind: 'record'; readonly record: StoredRecord }
  | { readonly kind: 'column'; readonly record: StoredRecord; readonly path: string }
  | { readonly kind: 'query'; readonly query: Query }
  /** A condition on columns: the values that they must have, by column. */
  | { readonly kind: 'condition'; readonly columns: ReadonlyMap<string, Value> };

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
    case 'manager':
      return `manager ${canonical(shape.manager.callee)}`;
    case 'open-file':
      return `open ${shape.id}`;
    case 'record':
      return `record ${shape.record.id}`;
    case 'column':
      return `record ${shape.record.id}.${shape.path}`;
    case 'query':
      return `query ${shape.query.id}`;
    case 'condition':
      return `condition ${[...shape.columns].map(([column, value]) => `${column}=${canonical(value.shape)}`).join()}`;
  }
}

/** What stands for a value in a message of which nothing is known, not even a name. */
export const NAMELESS = '…';

function isText(shape: Shape): boolean {
  if (shape.kind === 'pure') return shape.name === '+' && shape.from.some(isText);
  return shape.kind === 'template' || (shape.kind === 'constant' && typeof shape.value === 'string');
}

/** A part of a text: as it is, or in place of what is computed. */
function inText(shape: Shape): string {
  return shape.kind === 'constant' || isText(shape) ? display(shape) : `\${${display(shape)}}`;
}

/** A shape as a reader would write it, for a cell's or a lock's name. */
export function display(shape: Shape): string {
  switch (shape.kind) {
    case 'constant':
      return String(shape.value);
    case 'template':
      return shape.parts
        .map((part) => {
          if (typeof part === 'string') return part;
          if (part.kind === 'unknown' && part.label === NAMELESS) return NAMELESS;
          return part.kind === 'constant' ? String(part.value) : `\${${display(part)}}`;
        })
        .join('');
    case 'pure':
      if (shape.name.startsWith('.')) {
        const owner = shape.from.map(display).join('');
        // A parameter that is taken apart where it is declared has no name of its own.
        return owner.startsWith('(') ? shape.name.slice(1) : `${owner}${shape.name}`;
      }
      if (shape.name === '/' || /(^|\.)(join|resolve)$/.test(shape.name))
        return shape.from.map(display).join('/');
      if (shape.name === '+' && shape.from.some(isText)) return shape.from.map(inText).join('');
      return shape.from.map(display).join(', ');
    case 'unknown':
      return shape.label;
    case 'contents':
      return shape.label;
    case 'object':
      return shape.object.label;
    case 'instance':
      return shape.instance.class.value === true && shape.instance.name !== undefined
        ? display(shape.instance.name)
        : shape.instance.label;
    case 'record':
      return shape.record.row.name;
    case 'column':
      return `${shape.record.row.name}.${shape.path}`;
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
    const unchanged = direct === undefined ? unchangedIn(left, right) : left.unchanged;
    return {
      shape: left.shape,
      origins,
      ...(direct !== undefined && { direct }),
      ...(unchanged !== undefined && { unchanged }),
      ...(left.pending !== undefined && right.pending !== undefined && { pending: left.pending }),
    };
  }
  // A missing value beside a known one is how code says "not made yet": the known one is what is used.
  if (isEmpty(left.shape) || isDefaultFor(left.shape, right.shape)) return { ...right, origins };
  if (isEmpty(right.shape) || isDefaultFor(right.shape, left.shape)) return { ...left, origins };
  // `globalThis.client ?? new Client()`: both are of one type. A lock that is handed in is another one than one that is made here.
  if (isClient(right.shape) && isBlank(left.shape)) return { ...right, origins };
  if (isClient(left.shape) && isBlank(right.shape)) return { ...left, origins };
  const unchanged = unchangedIn(left, right);
  return { ...unknown(id(), NAMELESS, origins), ...(unchanged !== undefined && { unchanged }) };
}

function unchangedIn(left: Value, right: Value): ReadonlySet<ReadId> | undefined {
  const reads = new Set<ReadId>();
  for (const { direct, unchanged } of [left, right]) {
    if (direct !== undefined) reads.add(direct);
    for (const read of unchanged ?? []) reads.add(read);
  }
  return reads.size === 0 ? undefined : reads;
}

/** `(await find()) ?? { total: 0 }`: what is used in the place of a row that is not there. */
function isDefaultFor(shape: Shape, other: Shape): boolean {
  return other.kind === 'record' && (shape.kind === 'object' || shape.kind === 'constant');
}

/** An instance that gives access to what lies elsewhere: any other of its class gives access to the same. */
function isClient(shape: Shape): boolean {
  return shape.kind === 'instance' && shape.instance.class.lock === undefined;
}

function isBlank({ kind }: Shape): boolean {
  return kind === 'unknown' || kind === 'pure' || kind === 'library';
}

function isEmpty(shape: Shape): boolean {
  return shape.kind === 'constant' && (shape.value === undefined || shape.value === null);
}
