import { lineStartsOf, type Place } from '../../model/source.js';

/** Wider lines are cut: code frames are for the eye. */
const WIDTH = 110;
const CONTEXT = 1;

/**
 * The lines around a place, with the place underlined.
 * @param mark how the underline is made visible
 */
export function codeFrame(text: string, place: Place, mark: (underline: string) => string): string[] {
  const starts = lineStartsOf(text);
  const first = Math.max(1, place.line - CONTEXT);
  const last = Math.min(starts.length, place.line + CONTEXT);
  const gutter = String(last).length;
  const lineAt = (line: number): string => {
    const start = starts[line - 1] ?? 0;
    return text.slice(start, starts[line] ?? text.length).replace(/[\r\n]+$/, '');
  };
  const shown = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  while (shown.length > 1 && lineAt(shown[0] ?? 0).trim() === '' && shown[0] !== place.line) shown.shift();
  const end = place.line === place.endLine ? place.endColumn - 1 : lineAt(place.line).length;
  // Far to the right, the frame starts where the place is still in sight.
  const from = place.column > WIDTH - 20 ? place.column - 21 : 0;
  return shown.flatMap((line) => {
    const code = lineAt(line);
    const number = String(line).padStart(gutter);
    const marker = line === place.line ? '>' : ' ';
    const row = `${marker} ${number} | ${visible(code.slice(from, from + WIDTH))}`.trimEnd();
    if (line !== place.line) return [row];
    const before = visible(code.slice(from, place.column - 1)).replaceAll(/[^\t]/g, ' ');
    const length = Math.max(1, Math.min(end, from + WIDTH) - (place.column - 1));
    return [row, `  ${' '.repeat(gutter)} | ${before}${mark('^'.repeat(length))}`];
  });
}

/** A file must not speak to the terminal. */
export function visible(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\u00b7');
}
