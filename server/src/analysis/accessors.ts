/** Properties that are functions: reading one calls its getter, assigning to it its setter. */
import type { MethodFacts } from '../model/facts.js';
import type { TextRange } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { callFunction, type CallSite, type Result } from './calls.js';
import type { Key } from './cells.js';
import type { Frame } from './frame.js';
import { basesOf } from './heap.js';
import type { State } from './state.js';
import { classFacts, type ProjectClass, type Value } from './values.js';

function accessorOf(
  analysis: Analysis,
  owner: ProjectClass,
  name: string,
  kind: 'getter' | 'setter',
): { readonly method: MethodFacts; readonly owner: ProjectClass } | undefined {
  const own = (classFacts(owner)?.methods ?? []).filter((one) => one.name === name && !one.static);
  const method = own.find((one) => one.kind === kind);
  if (method !== undefined) return { method, owner };
  if (own.length > 0) return undefined;
  for (const base of basesOf(analysis, owner)) {
    const found = accessorOf(analysis, base, name, kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Calls the getter or setter that a property is.
 * @param assigned what is assigned to it; absent where it is read
 * @returns undefined for properties that are none
 */
export function callAccessor(
  analysis: Analysis,
  frame: Frame,
  state: State,
  property: {
    readonly object: Value;
    readonly key: Key;
    readonly range: TextRange;
    readonly assigned?: Value;
  },
): Result | undefined {
  const { object, key, range, assigned } = property;
  const { shape } = object;
  if (typeof key !== 'string') return undefined;
  const owner =
    shape.kind === 'object' ? shape.object.class : shape.kind === 'record' ? shape.record.owner : undefined;
  const kind = assigned === undefined ? 'getter' : 'setter';
  const found = owner && accessorOf(analysis, owner, key, kind);
  if (found === undefined || found.method.cached === true) return undefined;
  const site: CallSite = {
    analysis,
    frame,
    named: new Map(),
    arguments: assigned === undefined ? [] : [assigned],
    operation: {
      kind: 'call',
      into: -1,
      target: { kind: 'value', callee: -1 },
      arguments: [],
      construct: false,
      awaited: false,
      returned: false,
      text: key,
      range,
    },
  };
  const callee = {
    kind: 'function',
    function: found.method.function,
    frame: found.owner.frame,
    receiver: object,
  } as const;
  return callFunction(site, state, callee, site.arguments);
}
