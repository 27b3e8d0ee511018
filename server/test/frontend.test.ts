import { expect, test } from 'vitest';
import { frontendFor } from '../src/frontends/index.js';
import type { FileFacts, Node } from '../src/model/facts.js';

function parse(file: string, text: string): FileFacts {
  const frontend = frontendFor(file);
  if (frontend === undefined) throw new Error(`no frontend for ${file}`);
  return frontend.parse(file, text);
}

function kinds(node: Node | undefined): string[] {
  if (node === undefined) return [];
  return node.kind === 'sequence' ? node.nodes.flatMap(kinds) : [node.kind];
}

test.each(['a.ts', 'a.tsx', 'a.mts', 'a.cts', 'a.js', 'a.jsx', 'a.mjs', 'a.cjs'])(
  '%s has a frontend',
  (file) => {
    expect(frontendFor(file)?.language).toBe('typescript');
  },
);

test.each(['a.txt', 'a.json', 'a'])('%s has none', (file) => {
  expect(frontendFor(file)).toBeUndefined();
});

test('a syntax error is a problem, and the rest of the file is still told', () => {
  const facts = parse(
    'a.ts',
    'let total = 0;\nfunction broken( {\n}\nexport async function add() { total += await one(); }\n',
  );
  expect(facts.problems.length).toBeGreaterThan(0);
  expect(facts.functions.map((fn) => fn.name)).toContain('add');
});

test('operands are lowered in the order in which they are evaluated', () => {
  const facts = parse('a.ts', 'let total = 0; export async function add() { total += await one(); }');
  const body = facts.functions.find((fn) => fn.name === 'add')?.body;
  expect(kinds(body)).toEqual(['load-variable', 'load-global', 'call', 'point', 'derive', 'store-variable']);
});

test('`using` releases at the end of its block, whatever leaves it', () => {
  const facts = parse(
    'a.ts',
    'export async function f(l) { await using g = await l.acquire(); return g.token; }',
  );
  expect(kinds(facts.functions.find((fn) => fn.name === 'f')?.body)).toContain('try');
});

test('what a module exports is told, in either module system', () => {
  const exported = (file: string, text: string): string[] =>
    parse(file, text)
      .functions.filter((fn) => fn.exported)
      .map((fn) => fn.name);
  expect(
    exported('a.ts', 'export function a() {} function b() {} function c() {} export { c as d };'),
  ).toEqual(['a', 'c']);
  expect(exported('a.cjs', 'function a() {} function b() {} module.exports = { a };')).toEqual(['a']);
  expect(exported('a.cjs', 'exports.a = async () => {}; module.exports.b = function () {};')).toEqual([
    'exports.a',
    'module.exports.b',
  ]);
  expect(exported('a.ts', 'export const api = { async get() {}, put: async () => {} };')).toEqual([
    'get',
    'put',
  ]);
  expect(exported('a.ts', 'export default class A { run() {} private hidden() {} #own() {} }')).toEqual([
    'A.run',
  ]);
});

test('syntax of every kind is lowered without a throw', () => {
  const facts = parse(
    'a.tsx',
    `
    @Injectable() export class A<T> extends B.C { static #n = 0; declare x: T; accessor y = 1; static { this.#n++; }
      constructor(private readonly redis: Redis, public z?: number) { super(z); }
      get value() { return this.y ?? A.#n; } set value(v) { this.y = v; }
      async *stream({ a, b: [c, ...d], ...rest }: X = {}, ...more: T[]) { for await (const x of a) yield* x; } }
    namespace N { export const k = 1; } enum E { A, B } declare module 'x';
    label: for (let i = 0, j = 1; i < 3; i++, j--) { switch (i) { case 0: continue label; default: break label; } }
    do { try { throw new Error(\`\${E.A}\`); } catch { } finally { delete obj?.[key]; } } while (false);
    [x.y, { z: x.w = 3 }] = [1, { z: 2 }]; a ||= b; a &&= c; a ??= await d?.e?.(...f); tag\`x\${1}\`;
    const view = <List {...props} on={async () => { await save(); }}>{items.map((i) => <b key={i}>{i}</b>)}</List>;
    export = A; import fs = require('fs'); type T1 = string; interface I { a: 1 } if (a || (b && !c)) d(); else e();
    const big = 10n, re = /x/g, neg = -1, t = typeof neg, v = void 0, n = new.target, m = import.meta, o = { ['k' + 1]: 1, get g() { return 1; } };
    `,
  );
  expect(facts.functions.length).toBeGreaterThan(8);
  expect(facts.classes.map((one) => one.name)).toEqual(['A']);
});
