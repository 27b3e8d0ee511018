/** Keys of elements, in languages that keep them apart from properties: `["total"]` of `row["total"]`. */

const ELEMENT = /^\[("(?:[^"\\]|\\.)*")\]$/;

/** The name that a key has in a store, which does not tell elements from properties. */
export function plainKey(key: string): string {
  const text = ELEMENT.exec(key)?.[1];
  return text === undefined ? key : String(JSON.parse(text));
}
