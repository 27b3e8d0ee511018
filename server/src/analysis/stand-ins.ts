/** Objects that a type promises: of whoever hands them in, so that all that is known of them is their class. */
import type { TypeFacts } from '../model/facts.js';
import { BudgetExceeded, type Analysis } from './analysis.js';
import { initialize } from './calls.js';
import type { Frame } from './frame.js';
import { State } from './state.js';
import { classOfType } from './types.js';
import { classFacts, valueOf, type AbstractObject, type ProjectClass, type Value } from './values.js';
import { Variables } from './variables.js';

/**
 * The instance of a class of the project that a type annotation promises.
 * @param frame one of the file that the type is written in
 * @param depth of what holds the object: an object that is handed to a call belongs to the caller, and is not shared by it
 */
export function objectOfType(
  analysis: Analysis,
  frame: Frame,
  type: TypeFacts,
  named: { readonly id: string; readonly label: string; readonly depth: number },
): AbstractObject | undefined {
  const made = classOfType(analysis, frame, type);
  return made && objectOfClass(analysis, made, { ...named, id: `typed ${frame.id} ${named.id}` });
}

/**
 * An instance of a class of the project of which nothing else is known.
 * @param sharing whether others have it, if that is known
 */
export function objectOfClass(
  analysis: Analysis,
  made: ProjectClass,
  named: { readonly id: string; readonly label: string; readonly depth: number },
  sharing?: AbstractObject['sharing'],
): AbstractObject | undefined {
  const facts = classFacts(made);
  if (facts === undefined) return undefined;
  const { id } = named;
  const known = analysis.standIns.get(id);
  if (known !== undefined) return known;
  const object: AbstractObject = {
    ...named,
    class: made,
    sharing: sharing ?? (facts.decorators.length > 0 ? 'usual' : 'likely'),
    fields: new Map(),
    pending: () => {
      construct(analysis, made, valueOf({ kind: 'object', object }));
    },
  };
  analysis.standIns.set(id, object);
  return object;
}

/** Runs the constructor of an object that stands in for one, once something of it is needed. */
export function prepare(object: AbstractObject): void {
  const { pending } = object;
  if (pending === undefined) return;
  delete object.pending;
  pending();
}

/** What an object has made for itself is shared as it is. */
export function shareParts({ shape }: Value): void {
  if (shape.kind !== 'object' || shape.object.sharing !== 'likely') return;
  for (const value of shape.object.fields.values()) {
    const { shape: part } = value;
    if (part.kind === 'instance' && part.instance.name === undefined) part.instance.sharing = 'likely';
    // What a variable of a module holds is that module's.
    if (part.kind !== 'object' || part.object.class !== undefined || part.object.variable !== undefined)
      continue;
    if (part.object.sharing === 'likely') continue;
    part.object.sharing = 'likely';
    shareParts(value);
  }
}

/** As if it had been made before all else; what its constructor sets going is not this analysis's to tell. */
function construct(analysis: Analysis, made: ProjectClass, instance: Value): void {
  const facts = classFacts(made);
  const state = new State(new Variables(analysis.settled));
  analysis.asImport(() => {
    try {
      const operation = {
        kind: 'call',
        into: -1,
        target: { kind: 'value', callee: -1 },
        arguments: [],
        construct: true,
        awaited: true,
        returned: false,
        text: facts?.name ?? '',
        range: facts?.nameRange ?? { start: 0, end: 0 },
      } as const;
      const site = { analysis, frame: made.frame, named: new Map<string, Value>(), arguments: [], operation };
      initialize(site, state, made, instance).variables.settle();
      shareParts(instance);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
    }
  });
}
