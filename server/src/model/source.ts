/** A stretch of a file's text, in UTF-16 offsets; `end` is exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A stretch of a named file, in the lines and columns that people and editors use. */
export interface Place extends TextRange {
  /** The file's absolute path. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** 1-based. */
  readonly endLine: number;
  /** 1-based, exclusive, in UTF-16 code units. */
  readonly endColumn: number;
}

/** The offset at which each line of `text` starts; the first is always 0. */
export function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let offset = 0; offset < text.length; offset++) {
    const code = text.charCodeAt(offset);
    if (code === 13 && text.charCodeAt(offset + 1) === 10) offset++;
    if (code === 10 || code === 13) starts.push(offset + 1);
  }
  return starts;
}

/** The 1-based line and column of an offset. */
export function positionAt(lineStarts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

/** The place of a range in a file whose lines start at `lineStarts`. */
export function placeOf(file: string, lineStarts: readonly number[], range: TextRange): Place {
  const start = positionAt(lineStarts, range.start);
  const end = positionAt(lineStarts, range.end);
  return {
    file,
    start: range.start,
    end: range.end,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}
