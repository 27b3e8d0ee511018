/** The longest that setTimeout and setInterval can count, 24.8 days. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** @throws RangeError for an option that is given and is not a number ≥ 0; Infinity is one */
export function checkMilliseconds(option: string, value: number | undefined): void {
  if (value !== undefined && !(value >= 0)) {
    throw new RangeError(`${option} must be a number of milliseconds, 0 or more.`);
  }
}
