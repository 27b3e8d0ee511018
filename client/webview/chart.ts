import type { LockView } from '../src/scenario/view.js';
import { svg } from './dom.js';
import { written } from './words.js';

const WIDTH = 640;
const ROW = 30;
const BAR = 18;
const LABELS = 180;
const NUMBERS = 110;
const SCALE = WIDTH - LABELS - NUMBERS;

/** The experiment as a picture: a bar a lock, as long as all updates; what is lost is hatched. */
export function chart(locks: readonly LockView[]): SVGSVGElement {
  return svg(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${WIDTH} ${Math.max(1, locks.length) * ROW}`,
      role: 'img',
      'aria-label': locks.map(saidOf).join('; '),
    },
    svg('defs', {}, hatching()),
    ...locks.map((lock, index) => bar(lock, index * ROW)),
  );
}

function saidOf({ title, expected, done, result }: LockView): string {
  return result === undefined
    ? `${title}: ${done} of ${expected} updates so far`
    : `${title}: ${result.counted} of ${expected} updates counted, ${result.lost} lost`;
}

function hatching(): SVGPatternElement {
  return svg(
    'pattern',
    { id: 'lost', width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    svg('rect', { class: 'lost-ground', width: 6, height: 6 }),
    svg('rect', { class: 'lost-stripe', width: 3, height: 6 }),
  );
}

function bar({ title, expected, done, result }: LockView, top: number): SVGGElement {
  const y = top + (ROW - BAR) / 2;
  const middle = top + ROW / 2;
  const counted = SCALE * Math.min(1, (result?.counted ?? done) / expected);
  const lost = SCALE * Math.min(1, (result?.lost ?? 0) / expected);
  const place = { y, height: BAR };
  return svg(
    'g',
    {},
    svg('text', { class: 'label', x: LABELS - 10, y: middle }, title),
    svg('rect', { class: 'all', x: LABELS, width: SCALE, ...place }),
    svg('rect', { class: result === undefined ? 'done' : 'counted', x: LABELS, width: counted, ...place }),
    svg('rect', { class: 'lost', x: LABELS + counted, width: Math.min(lost, SCALE - counted), ...place }),
    svg('text', { class: 'number', x: LABELS + SCALE + 10, y: middle }, numberOf({ done, result })),
  );
}

function numberOf({ done, result }: { readonly done: number; readonly result: LockView['result'] }): string {
  if (result === undefined) return `${written(done)} done`;
  if (result.stuck) return 'stuck';
  return result.lost === 0 ? 'none lost' : `${written(result.lost)} lost`;
}
