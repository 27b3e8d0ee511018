import { describe, expect, test } from 'vitest';
import { readStatements, type Statement } from '../src/libraries/sql/statements.js';

function only(text: string): Statement | undefined {
  const statements = readStatements(text.split('${}'));
  expect(statements.length, text).toBeLessThan(2);
  return statements[0];
}

function conditions(text: string): Record<string, string> {
  const statement = only(text);
  if (statement === undefined || !('where' in statement)) return {};
  return Object.fromEntries(
    statement.where.map(({ column, operator, value }) => [`${column} ${operator}`, value.text]),
  );
}

function changes(text: string): Record<string, string> {
  const statement = only(text);
  return statement?.kind === 'update'
    ? Object.fromEntries([...statement.set].map(([column, { text: value }]) => [column, value]))
    : {};
}

describe('a statement of SQL', () => {
  test.each([
    ['SELECT total FROM counters WHERE id = $1', { 'id =': '{parameter 0}' }],
    [
      'select c.total from public.counters c where c.id = ? and c.version = ?',
      { 'id =': '{parameter 0}', 'version =': '{parameter 1}' },
    ],
    ['SELECT "total" FROM `counters` WHERE `id` = :id', { 'id =': '{parameter id}' }],
    ['SELECT total FROM counters WHERE id = ${} -- one\n', { 'id =': '{hole 0}' }],
    [
      "SELECT total FROM counters WHERE name = 'it''s' AND stock >= 1",
      { 'name =': "'it''s'", 'stock >=': "'1'" },
    ],
    ['SELECT total FROM counters WHERE id = $1::int', { 'id =': '{parameter 0}' }],
    [
      'SELECT total FROM counters WHERE (id = $1 AND kind = $2)',
      { 'id =': '{parameter 0}', 'kind =': '{parameter 1}' },
    ],
    ['SELECT total FROM counters', {}],
  ])('%s: which rows', (text, expected) => {
    expect(conditions(text)).toEqual(expected);
  });

  test('with OR selects by nothing that can be taken apart', () => {
    expect(Object.keys(conditions('SELECT n FROM t WHERE id = $1 OR id = $2'))).toEqual([' or']);
  });

  test.each([
    [
      'UPDATE counters SET total = $1, seen = now() WHERE id = $2',
      { total: '{parameter 0}', seen: 'now ( )' },
    ],
    ['UPDATE counters SET total = total + 1 WHERE id = ?', { total: "total + '1'" }],
    [
      'INSERT INTO kv (k, v) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET v = EXCLUDED.v',
      { v: '{parameter 1}' },
    ],
    ['INSERT INTO kv (k, v) VALUES (?, ?) ON DUPLICATE KEY UPDATE v = VALUES(v)', { v: '{parameter 1}' }],
    ['INSERT OR REPLACE INTO kv (k, v) VALUES (?, ?)', { k: '{parameter 0}', v: '{parameter 1}' }],
  ])('%s: which values', (text, expected) => {
    expect(changes(text)).toEqual(expected);
  });

  test('adds in one step what it reads itself', () => {
    const statement = only(
      'INSERT INTO hits (page, n) VALUES ($1, 1) ON CONFLICT (page) DO UPDATE SET n = hits.n + EXCLUDED.n',
    );
    expect(statement?.kind === 'update' && statement.set.get('n')?.columns).toEqual(['n']);
  });

  test('names columns of the result', () => {
    const statement = only('SELECT COALESCE(c.total, 0) AS n, id, count(*) AS all FROM counters c');
    expect(statement?.kind === 'select' && [...(statement.columns ?? [])]).toEqual([
      ['n', 'total'],
      ['id', 'id'],
    ]);
  });

  test.each([
    ['SELECT n FROM t WHERE id = 1 FOR UPDATE', true],
    ['SELECT n FROM t WHERE id = 1 FOR NO KEY UPDATE SKIP LOCKED', true],
    ['SELECT n FROM t WITH (UPDLOCK) WHERE id = 1', true],
    ['SELECT n FROM t WHERE id = 1', false],
  ])('%s: locks', (text, locks) => {
    expect(only(text)).toMatchObject({ kind: 'select', locks });
  });

  test.each([
    ['BEGIN', { kind: 'begin', refused: false }],
    ['BEGIN IMMEDIATE', { kind: 'begin', refused: true }],
    ['START TRANSACTION ISOLATION LEVEL SERIALIZABLE', { kind: 'begin', refused: true }],
    ['COMMIT', { kind: 'end' }],
    ['rollback', { kind: 'end' }],
    ['SELECT pg_advisory_lock($1)', { kind: 'lock', ofTransaction: false }],
    ['SELECT pg_try_advisory_xact_lock(42)', { kind: 'lock', ofTransaction: true }],
    ["SELECT GET_LOCK('total', 10)", { kind: 'lock', ofTransaction: false }],
    ["SELECT RELEASE_LOCK('total')", { kind: 'unlock' }],
  ])('%s', (text, expected) => {
    expect(only(text)).toMatchObject(expected);
  });

  test.each(['INSERT INTO t (n) VALUES (1)', 'CREATE TABLE t (n int)', 'ROLLBACK TO a', 'SELECT', '', '((('])(
    'says nothing of %j',
    (text) => {
      expect(only(text)).toBeUndefined();
    },
  );
});
