/** A way in which two executions can interleave. */
export type Dimension = 'tasks' | 'threads' | 'processes' | 'hosts';

/** All dimensions, from the narrowest to the widest. */
export const DIMENSIONS: readonly Dimension[] = ['tasks', 'threads', 'processes', 'hosts'];

/** The dimensions of `left` that `right` has too, in the order of {@link DIMENSIONS}. */
export function intersect(left: readonly Dimension[], right: readonly Dimension[]): Dimension[] {
  return DIMENSIONS.filter((dimension) => left.includes(dimension) && right.includes(dimension));
}

/** The dimensions of `left` that `right` lacks, in the order of {@link DIMENSIONS}. */
export function subtract(left: readonly Dimension[], right: readonly Dimension[]): Dimension[] {
  return DIMENSIONS.filter((dimension) => left.includes(dimension) && !right.includes(dimension));
}
