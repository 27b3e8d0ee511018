/** `key in container`: a read of the element, of which it tells no more than whether there is one. */
import type { Derive } from '../model/facts.js';
import type { Analysis } from './analysis.js';
import { fieldCell, innerCell, readCell } from './cells.js';
import { placeIn, type Frame } from './frame.js';
import { isMutable, isOwn, keyOf } from './heap.js';
import type { CellIdentity, State } from './state.js';
import { originsOf, unknown, valueOf, type Value } from './values.js';

/** @returns undefined where nothing is looked into that other executions have */
export function lookInto(
  analysis: Analysis,
  state: State,
  frame: Frame,
  { operator, range }: Derive,
  [key, container]: readonly Value[],
): Value | undefined {
  if (range === undefined || key === undefined || container === undefined) return undefined;
  const cell = cellOf(analysis, container, key);
  if (cell === undefined) return undefined;
  const origins = readCell(analysis, state, frame, cell, placeIn(frame, range), true);
  const [direct = ''] = origins.keys();
  const all = originsOf([container, { ...container, origins }]);
  const found: Value = { ...unknown(`${frame.id}@${String(range.start)}`, operator, all), direct };
  return operator === 'in' ? found : valueOf({ kind: 'not', of: found }, all);
}

function cellOf(analysis: Analysis, container: Value, key: Value): CellIdentity | undefined {
  const { shape } = container;
  const element = keyOf(key, analysis.traits.elementsApart);
  if (shape.kind === 'contents') return innerCell(analysis, shape, element);
  // What an instance of a class has in it, its own methods say.
  if (shape.kind !== 'object' || shape.object.class !== undefined) return undefined;
  if (isOwn(analysis, shape.object) || !isMutable(analysis, element)) return undefined;
  return fieldCell(analysis, shape.object, element);
}
