/** Values that no two executions have alike, so that a cell named by one is shared by fewer. */
import { DIMENSIONS, type Dimension } from '../model/dimensions.js';
import type { Shape } from './values.js';

/** What a value tells apart. */
export interface Distinct {
  /** The dimensions along which executions have different values. */
  readonly dimensions: readonly Dimension[];
  /** How many overlap contexts were entered when the value came to be. */
  readonly depth: number;
}

/** What the values that a name is made of tell apart, taken together. */
export function distinctBy(name: Shape): Distinct {
  switch (name.kind) {
    case 'unknown':
      return name.differs ?? ALIKE;
    case 'template':
      return together(name.parts.map((part) => (typeof part === 'string' ? ALIKE : distinctBy(part))));
    case 'pure':
      return together(name.from.map(distinctBy));
    default:
      return ALIKE;
  }
}

const ALIKE: Distinct = { dimensions: [], depth: 0 };

function together(parts: readonly Distinct[]): Distinct {
  return {
    dimensions: DIMENSIONS.filter((dimension) => parts.some((part) => part.dimensions.includes(dimension))),
    depth: Math.max(0, ...parts.map((part) => part.depth)),
  };
}
