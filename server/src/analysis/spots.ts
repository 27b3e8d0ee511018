/** Where the two ends of something stand that calls may lie between. */
import type { FixRegion } from '../model/findings.js';
import type { Place, TextRange } from '../model/source.js';
import { placeIn, type Frame } from './frame.js';

/** A place in the text of a call's function. */
export interface Spot {
  readonly frame: Frame;
  readonly range: TextRange;
}

/** The innermost call that two spots are in, and where in its function's text each of them is, or is called from. */
export interface Meeting {
  readonly frame: Frame;
  readonly from: TextRange;
  readonly to: TextRange;
}

export function meetingOf(from: Spot, to: Spot): Meeting | undefined {
  const fromSpots = new Map<Frame, TextRange>();
  for (let spot: Spot | undefined = from; spot !== undefined; spot = spot.frame.caller) {
    fromSpots.set(spot.frame, spot.range);
  }
  for (let spot: Spot | undefined = to; spot !== undefined; spot = spot.frame.caller) {
    const start = fromSpots.get(spot.frame);
    if (start !== undefined) return { frame: spot.frame, from: start, to: spot.range };
  }
  return undefined;
}

/**
 * A spot as seen from a call that it is in: itself where it stands in the text of that call's function (in a callback, say), else
 * the call that leads to it.
 */
export function seenFrom(outer: Frame, spot: Spot): Place {
  const { file } = outer.module.facts;
  let stretch: TextRange | undefined;
  for (let at: Spot | undefined = spot; at !== undefined; at = at.frame.caller)
    if (at.frame === outer) stretch = at.range;
  if (stretch === undefined) return placeIn(spot.frame, spot.range);
  for (let at: Spot | undefined = spot; at !== undefined && at.frame !== outer; at = at.frame.caller) {
    const isWithin = stretch.start <= at.range.start && at.range.end <= stretch.end;
    if (isWithin && at.frame.module.facts.file === file) return placeIn(at.frame, at.range);
  }
  return placeIn(outer, stretch);
}

export function regionOf({ frame, from, to }: Meeting): FixRegion {
  const { facts } = frame;
  return {
    file: frame.module.facts.file,
    function: facts.range,
    from: { start: from.start, end: from.end },
    to: { start: to.start, end: to.end },
    async: facts.async && !facts.generator,
  };
}
