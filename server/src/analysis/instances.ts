/** Instances of the classes that library models tell of. */
import type { TypeFacts } from '../model/facts.js';
import type { LibraryModel } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { plainKey } from './element-keys.js';
import type { Frame } from './frame.js';
import { modelOfType } from './types.js';
import { canonical, type Instance, type Shape, type Value } from './values.js';

export interface NewInstance {
  readonly model: LibraryModel;
  readonly className: string;
  /** Identifies the place and call that made it. */
  readonly id: string;
  readonly label: string;
  /** True when the label is the name that the source gives it. */
  readonly labelled?: boolean;
  readonly name?: Shape;
  readonly depth: number;
  /** Where it is made, when that is in sight. */
  readonly made?: Place;
  readonly arguments?: readonly Value[];
  readonly exclusive?: boolean;
  readonly table?: Shape & { readonly kind: 'class' };
}

/** Locks of one name are one: a second `new CombinedLock('total')` is the same lock as the first. */
export function makeInstance(analysis: Analysis, wanted: NewInstance): Instance | undefined {
  const facts = wanted.model.classes?.[wanted.className];
  if (facts === undefined) return undefined;
  const named =
    wanted.name !== undefined && (facts.lock !== undefined || facts.value === true || facts.unique === true);
  const id = named
    ? `${wanted.model.library}:${wanted.className} ${canonical(wanted.name)}`
    : `${wanted.model.library}:${wanted.className} ${wanted.id}`;
  const known = analysis.instances.get(id);
  if (known !== undefined) return known;
  const instance: Instance = {
    model: wanted.model,
    className: wanted.className,
    class: facts,
    id,
    label: wanted.label,
    labelled: wanted.labelled === true,
    depth: named ? 0 : wanted.depth,
    records: [],
    ...(wanted.name !== undefined && { name: wanted.name }),
    ...(wanted.made !== undefined && { made: wanted.made }),
    ...(wanted.arguments !== undefined && { arguments: wanted.arguments }),
    ...(wanted.exclusive !== undefined && { exclusive: wanted.exclusive }),
    ...(wanted.table !== undefined && { table: wanted.table }),
  };
  analysis.instances.set(id, instance);
  return instance;
}

/** What a property of an instance holds. One that any name could be asked for is told by its name (`prisma.user`). */
export function innerInstance(instance: Instance, key: string, className: string): Instance | undefined {
  const facts = instance.model.classes?.[className];
  if (facts === undefined) return undefined;
  const id = `${instance.id}.${className}`;
  if (instance.class.properties?.['*'] !== className) return { ...instance, className, class: facts, id };
  const name: Shape = { kind: 'constant', value: plainKey(key) };
  return { ...instance, className, class: facts, id: `${id} ${plainKey(key)}`, name, label: plainKey(key) };
}

/**
 * The instance that a type annotation promises: of whoever hands it in, so it outlives the call.
 * @param frame one of the file that the type is written in
 */
export function instanceOfType(
  analysis: Analysis,
  frame: Frame,
  type: TypeFacts,
  id: string,
  label: string,
): Instance | undefined {
  const resolved = modelOfType(analysis, frame, type);
  if (resolved === undefined || !('class' in resolved.export)) return undefined;
  return makeInstance(analysis, {
    model: resolved.model,
    className: resolved.export.class,
    id: `${frame.id} ${id}`,
    label,
    labelled: true,
    depth: 0,
  });
}
