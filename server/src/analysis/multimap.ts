/** Adds to what a key has so far; in place, since files that were generated have very many of one key. */
export function append<Key, Value>(map: Map<Key, Value[]>, key: Key, ...values: readonly Value[]): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [...values]);
  else known.push(...values);
}
