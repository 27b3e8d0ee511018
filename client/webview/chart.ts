import type { LockView } from '../src/scenario/view.js';
import { element, svg } from './dom.js';
import { written } from './words.js';

/** The experiment as a picture: a bar a lock, as long as all updates; what is lost is hatched. */
export function chart(locks: readonly LockView[]): HTMLElement {
  return element(
    'div',
    { class: 'chart', role: 'img', 'aria-label': locks.map(saidOf).join('; ') },
    svg('svg', { class: 'patterns' }, hatching()),
    ...locks.flatMap(bar),
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

function bar({ title, expected, done, result }: LockView): Node[] {
  const counted = share(result?.counted ?? done, expected);
  const lost = Math.min(share(result?.lost ?? 0, expected), 100 - counted);
  return [
    element('span', { class: 'label' }, title),
    svg(
      'svg',
      { class: 'updates' },
      svg('rect', { class: result === undefined ? 'done' : 'counted', width: `${counted}%`, height: '100%' }),
      svg('rect', { class: 'lost', x: `${counted}%`, width: `${lost}%`, height: '100%' }),
    ),
    element('span', { class: 'outcome' }, outcomeOf(done, result)),
  ];
}

/** In per cent. */
function share(count: number, expected: number): number {
  return Math.min(100, (100 * count) / expected);
}

function outcomeOf(done: number, result: LockView['result']): string {
  if (result === undefined) return `${written(done)} done`;
  if (result.stuck) return 'stuck';
  return result.lost === 0 ? 'none lost' : `${written(result.lost)} lost`;
}
