/** What library models say of a call, applied to one: where its arguments are. */
import type { CallModel, LibraryModel, PermitsModel, Reference } from '../model/library-model.js';
import type { CallSite } from './calls.js';
import { valueOf, type AbstractObject, type Value } from './values.js';

/** A call that a model tells of. */
export interface Applied {
  readonly call: CallModel;
  readonly model: LibraryModel;
  readonly receiver?: Value;
  /** True when nothing but the method's name says that the model is meant. */
  readonly likely?: boolean;
}

/** The value that a reference leads to, if it leads anywhere. */
export function valueAt(
  site: CallSite,
  reference: Reference,
  receiver: Value | undefined,
): Value | undefined {
  if (typeof reference === 'number') return argumentAt(site, reference);
  const [start = '', ...properties] = reference.split('.');
  let value = startOf(site, start, receiver);
  for (const name of properties) value = value && propertyAt(value, name);
  return value;
}

function startOf(site: CallSite, start: string, receiver: Value | undefined): Value | undefined {
  if (start === 'receiver') return receiver;
  if (start === 'source') return sourceOf(receiver);
  if (start === 'named') return namedArguments(site);
  if (start === 'arguments') return positional(site);
  if (start !== 'name') return argumentAt(site, Number(start));
  const name = receiver?.shape.kind === 'instance' ? receiver.shape.instance.name : undefined;
  return name && valueOf(name);
}

function sourceOf(record: Value | undefined): Value | undefined {
  const instance = record?.shape.kind === 'record' ? record.shape.record.source : undefined;
  return instance && valueOf({ kind: 'instance', instance });
}

function madeOf({ analysis, frame, operation }: CallSite, fields: Map<string, Value>): Value {
  const object: AbstractObject = {
    id: `${frame.id}@${String(operation.range.start)} arguments`,
    label: '',
    depth: analysis.depth,
    sharing: 'usual',
    fields,
  };
  return valueOf({ kind: 'object', object });
}

/** An object of the arguments that are given by name, other than those that the model has parameters for. */
function namedArguments(site: CallSite): Value | undefined {
  const others = [...site.named].filter(([name]) => site.parameters?.includes(name) !== true);
  return others.length === 0 ? undefined : madeOf(site, new Map(others));
}

function positional(site: CallSite): Value {
  return madeOf(site, new Map(site.arguments.map((value, index) => [String(index), value])));
}

function argumentAt(site: CallSite, position: number): Value | undefined {
  return site.arguments.at(position) ?? site.placed?.get(position);
}

/** The call, with its arguments that are given by name found by the positions that the parameters have. */
export function placed(site: CallSite, { parameters }: CallModel): CallSite {
  if (parameters === undefined || site.named.size === 0) return site;
  const byPosition = new Map<number, Value>();
  for (const [name, value] of site.named) {
    const position = parameters.indexOf(name);
    if (position >= 0) byPosition.set(position, value);
  }
  return { ...site, placed: byPosition, parameters };
}

/** A property of a value, or undefined where the value certainly has none of that name. */
export function propertyAt(value: Value, name: string): Value | undefined {
  const { shape } = value;
  switch (shape.kind) {
    case 'object':
      return shape.object.fields.get(name) ?? shape.object.fields.get(`[${JSON.stringify(name)}]`);
    case 'constant':
    case 'template':
    case 'function':
      return undefined;
    case 'instance':
      return shape.instance.arguments?.[Number(name)];
    default:
      return valueOf({ kind: 'pure', name: `.${name}`, from: [shape] }, value.origins);
  }
}

/** Whether an option is there, and not turned off. */
export function isGiven(value: Value | undefined): boolean {
  if (value === undefined) return false;
  return value.shape.kind !== 'constant' || Boolean(value.shape.value);
}

/** Of several references, the value of the first that leads anywhere. */
export function firstAt(
  site: CallSite,
  references: Reference | readonly Reference[],
  receiver: Value | undefined,
): Value | undefined {
  const all: readonly Reference[] = Array.isArray(references) ? references : [references as Reference];
  for (const reference of all) {
    const value = valueAt(site, reference, receiver);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** True when only one can be inside at a time, or nothing tells how many can. */
export function isOneAtATime(site: CallSite, permits: PermitsModel, receiver: Value | undefined): boolean {
  const given = firstAt(site, permits.at, receiver)?.shape;
  if (given === undefined) return permits.absent === 1;
  // Options that do not say how many leave it at what it is without them.
  if (given.kind === 'object') return permits.absent === 1;
  if (given.kind !== 'constant') return true;
  return typeof given.value === 'number' ? given.value === 1 : permits.absent === 1;
}
