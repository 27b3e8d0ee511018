/** All updates that were seen, guarded or not: what the prover drives. */
import type { Update, UpdatingFunction } from '../model/findings.js';
import type { Analysis } from './analysis.js';
import { describe } from './candidates.js';
import { placeIn, type Frame } from './frame.js';

/** Each once. */
export function updates(analysis: Analysis): Update[] {
  const all = new Map<string, Update>();
  for (const candidate of analysis.candidates) {
    if (candidate.kind !== 'update' || candidate.levels.length === 0) continue;
    const { cell, read, write, levels } = candidate;
    const functions = functionsOf(candidate.writeFrame);
    const within = functions.map(({ place }) => `${place.file} ${place.start}`);
    const key = [cell.key, read.place.file, read.place.start, write.file, write.start, ...within].join(' ');
    const dimensions = levels
      .flatMap(({ overlaps }) => overlaps.map(({ dimension }) => dimension))
      .filter((dimension) => cell.reach.includes(dimension));
    all.set(key, {
      cell: describe(cell),
      read: read.place,
      write,
      functions,
      dimensions: [...new Set(dimensions)],
    });
  }
  return [...all.values()];
}

/** The functions that a frame's code is called in, innermost first; not the module's own body. */
function functionsOf(innermost: Frame): UpdatingFunction[] {
  const functions: UpdatingFunction[] = [];
  for (let frame: Frame | undefined = innermost; frame !== undefined; frame = frame.caller?.frame) {
    const { kind, name, range, exported, async } = frame.facts;
    if (kind !== 'module') functions.push({ name, place: placeIn(frame, range), exported, async });
  }
  return functions;
}
