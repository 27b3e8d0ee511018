import { expect, test } from 'vitest';
import type { CellKind } from '../src/model/library-model.js';
import { lockNameFor } from '../src/rules/lock-name.js';

test.each<[CellKind, string, string]>([
  ['variable', 'total', 'counter:total'],
  ['field', 'this.count', 'counter:count'],
  ['element', 'balances[account]', 'counter:balances'],
  ['file', 'data/total.json', 'total.json'],
  ['redis', 'counter:total', 'counter:total'],
  ['redis', 'user:${id}', 'user'],
  ['redis', 'stock ${item}', 'stock'],
  ['redis', '${key}', 'redis'],
  ['row', 'accounts.balance', 'accounts.balance'],
])('%s %s is guarded by %s', (kind, name, expected) => {
  expect(lockNameFor({ kind, name, reach: [] }, '/project/src/counter.ts')).toBe(expected);
});
