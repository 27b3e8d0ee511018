import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { empty, read } from './deployment-support.js';

const PAGE = readFileSync(new URL('../../docs/deployment.md', import.meta.url), 'utf8');

/** The rows of the tables: a file's name, its text, and what it says. */
const rows = [...PAGE.matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\| (.*?) +\|$/gm)].map(
  ([, file = '', text = '', says = '']) => ({ file, text: text.replaceAll('⏎', '\n'), says }),
);

describe('docs/deployment.md: each row says what is read', () => {
  test('there are rows', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(PAGE.match(/^\| `/gm)).toHaveLength(rows.length);
  });

  test.each(rows)('$file: $text', ({ file, text, says }) => {
    const { evidence } = read({
      ...empty('app.py', 'server.js', 'server.ts', 'manage.py', 'api/a.ts'),
      [file]: text,
    });
    // Behind the first semicolon that begins with no dimension, and behind a comma, the row explains.
    const promised = [...says.matchAll(/\b(tasks|threads|processes|hosts): (many|one)(?: \((\d+)\))?/g)].map(
      ([, dimension, word, count]) =>
        `${dimension ?? ''} ${word ?? ''}${count === undefined ? '' : ` ${count}`}`,
    );
    const said = evidence.map(
      ({ dimension, says: word, count }) =>
        `${dimension} ${word}${count === undefined || promised.includes(`${dimension} ${word}`) ? '' : ` ${count}`}`,
    );
    expect(said).toEqual(promised);
    const forked = says.includes('forked off one that has loaded it');
    expect(evidence.some(({ load }) => load === 'before-fork')).toBe(
      forked || /uwsgi(?!.*lazy)/i.test(file + text),
    );
  });
});
