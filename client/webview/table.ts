import type { LockView } from '../src/scenario/view.js';
import { element } from './dom.js';
import { spanOf, written } from './words.js';

const NOT_YET = '–';

/** The experiment in numbers: a row a lock, and why the lock lost or held. */
export function table(locks: readonly LockView[]): HTMLTableElement {
  return element(
    'table',
    { class: 'locks' },
    element('caption', {}, 'Updates under each lock'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        heading('Lock'),
        heading('Excludes'),
        heading('Expected', 'number'),
        heading('Counted', 'number'),
        heading('Lost', 'number'),
        heading('Seconds', 'number'),
        heading('Updates/s', 'number'),
      ),
    ),
    ...locks.map(row),
  );
}

function heading(text: string, className?: string): HTMLElement {
  return element('th', { scope: 'col', class: className }, text);
}

/** A table body of its own, so that the numbers and the sentence about them stay together. */
function row(view: LockView): HTMLElement {
  const { lock, title, expected, done, result } = view;
  return element(
    'tbody',
    { 'data-lock': lock },
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, title),
      element('td', { 'data-field': 'span' }, spanOf(view)),
      number('expected', written(expected)),
      number('counted', result === undefined ? NOT_YET : written(result.counted)),
      number('lost', result === undefined ? NOT_YET : written(result.lost), verdictOf(view)),
      number('seconds', result === undefined ? NOT_YET : result.seconds.toFixed(2)),
      number('rate', result === undefined ? NOT_YET : written(Math.round(result.opsPerSecond))),
    ),
    element(
      'tr',
      {},
      element(
        'td',
        { colspan: 7, class: 'explanation' },
        result === undefined
          ? `${written(done)} of ${written(expected)} updates so far.`
          : sentence(result.explanation),
      ),
    ),
  );
}

/** A sentence that was written to stand after a name. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function number(field: string, text: string, verdict?: string): HTMLElement {
  return element('td', { 'data-field': field, class: ['number', verdict].filter(Boolean).join(' ') }, text);
}

function verdictOf({ result }: LockView): string | undefined {
  if (result === undefined) return undefined;
  return result.lost > 0 || result.stuck ? 'bad' : 'good';
}
