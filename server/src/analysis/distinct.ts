/** Values that no two executions have alike, so that a cell named by one is shared by fewer. */
import { DIMENSIONS, type Dimension } from '../model/dimensions.js';
import type { Shape } from './values.js';

/** What a value tells apart. */
export interface Distinct {
  /** The dimensions along which executions have different values. */
  readonly dimensions: readonly Dimension[];
  /** How many overlap contexts were entered when the value came to be. */
  readonly depth: number;
  /** Overlap contexts, by their number, whose executions have different values, since each is about another element of a list. */
  readonly each: readonly number[];
}

/** Names of properties by which elements of a list are told apart. */
const IDENTIFYING: ReadonlySet<string> = new Set(['.id', '._id', '.uuid', '.key', '.path', '.name', '.slug']);

/** What the values that a name is made of tell apart, taken together. */
export function distinctBy(name: Shape): Distinct {
  switch (name.kind) {
    case 'unknown':
      return name.each === undefined ? (name.differs ?? ALIKE) : { ...ALIKE, each: [name.each] };
    case 'template':
      return together(name.parts.map((part) => (typeof part === 'string' ? ALIKE : distinctBy(part))));
    case 'pure':
      // What two elements have at a property may be the same.
      return name.name.startsWith('.') && !IDENTIFYING.has(name.name)
        ? { ...together(name.from.map(distinctBy)), each: [] }
        : together(name.from.map(distinctBy));
    default:
      return ALIKE;
  }
}

const ALIKE: Distinct = { dimensions: [], depth: 0, each: [] };

function together(parts: readonly Distinct[]): Distinct {
  return {
    dimensions: DIMENSIONS.filter((dimension) => parts.some((part) => part.dimensions.includes(dimension))),
    depth: Math.max(0, ...parts.map((part) => part.depth)),
    each: parts.flatMap((part) => part.each),
  };
}
