import type { TextRange } from '../../model/source.js';

/** A change of one file's text. */
export interface Change {
  readonly range: TextRange;
  readonly newText: string;
}

export function insertion(offset: number, newText: string): Change {
  return { range: { start: offset, end: offset }, newText };
}

/** Sorts changes, and joins insertions at one offset in the order given. */
export function ordered(changes: readonly Change[]): Change[] {
  const sorted = changes.toSorted((left, right) => left.range.start - right.range.start);
  const joined: Change[] = [];
  for (const change of sorted) {
    const previous = joined.at(-1);
    if (previous?.range.end === change.range.start && previous.range.start === change.range.start) {
      joined[joined.length - 1] = { range: change.range, newText: previous.newText + change.newText };
    } else joined.push(change);
  }
  return joined;
}

export function applied(text: string, changes: readonly Change[]): string {
  let result = '';
  let offset = 0;
  for (const { range, newText } of changes) {
    result += text.slice(offset, range.start) + newText;
    offset = range.end;
  }
  return result + text.slice(offset);
}
