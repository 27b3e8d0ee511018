import { createHash } from 'node:crypto';

/** A digest of values, by their JSON text. */
export function digestOf(...values: readonly unknown[]): string {
  const hash = createHash('sha1');
  for (const value of values) hash.update(`${JSON.stringify(value)}\n`);
  return hash.digest('base64');
}

const known = new WeakMap<object, string>();

/** The digest of an object that never changes, worked out once. */
export function digestOfConstant(value: object): string {
  let digest = known.get(value);
  if (digest === undefined) known.set(value, (digest = digestOf(value)));
  return digest;
}
