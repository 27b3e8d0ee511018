import { beforeAll, expect, test } from 'vitest';
import { frontendFor, prepareFrontends } from '../src/frontends/index.js';
import type { FileFacts, Node } from '../src/model/facts.js';

beforeAll(() => prepareFrontends(['a.py']));

function parse(text: string): FileFacts {
  const frontend = frontendFor('a.py');
  if (frontend === undefined) throw new Error('no frontend for a.py');
  return frontend.parse('/project/a.py', text);
}

function kinds(node: Node | undefined): string[] {
  if (node === undefined) return [];
  return node.kind === 'sequence' ? node.nodes.flatMap(kinds) : [node.kind];
}

function bodyOf(facts: FileFacts, name: string): Node | undefined {
  return facts.functions.find((fn) => fn.name === name)?.body;
}

test('an augmented assignment loads, computes and stores', () => {
  const facts = parse('total = 0\n\ndef add():\n    global total\n    total += 1\n');
  expect(kinds(bodyOf(facts, 'add'))).toEqual(['load-variable', 'constant', 'derive', 'store-variable']);
  const [total] = facts.variables;
  expect(total).toMatchObject({ name: 'total', scope: 0, reassigned: true, captured: true });
});

test('a name belongs to the function that assigns it, unless it says otherwise', () => {
  const facts = parse(
    'x = 1\ndef f():\n    x = 2\ndef g():\n    def h():\n        nonlocal y\n        y = 2\n    y = 1\n',
  );
  const scopes = facts.variables.filter(({ name }) => name === 'x' || name === 'y');
  expect(scopes.map(({ name, scope }) => `${name} ${facts.functions[scope]?.name ?? ''}`)).toEqual([
    'x (module)',
    'x f',
    'y g',
  ]);
});

test('`with` leaves its manager however the body is left', () => {
  const facts = parse('def f(lock):\n    with lock:\n        return 1\n');
  expect(kinds(bodyOf(facts, 'f'))).toEqual(['load-variable', 'call', 'try']);
});

test('offsets are those of the text, in UTF-16 units', () => {
  const text = 's = "😀é"\n\n\ndef add():\n    pass\n';
  const { nameRange } = parse(text).functions.find((fn) => fn.name === 'add') ?? {};
  expect(text.slice(nameRange?.start, nameRange?.end)).toBe('add');
});

test('the receiver is no parameter, and nested functions see it', () => {
  const facts = parse(
    'class A:\n    def f(self, x):\n        def g():\n            return self.n\n        return g\n',
  );
  const [method, nested] = ['A.f', 'g'].map((name) => facts.functions.find((fn) => fn.name === name));
  expect(method).toMatchObject({ receiverFirst: true, kind: 'method' });
  expect(method?.parameters.length).toBe(1);
  expect(nested?.inheritsReceiver).toBe(true);
  expect(kinds(nested?.body)[0]).toBe('load-receiver');
});

test('a syntax error costs no more than the statement that it stands in', () => {
  const facts = parse(
    'def broken(:\n    x = (1\n\ndef g():\n    return 2\n\nclass A:\n    def h(self): ...\n',
  );
  expect(facts.problems.length).toBeGreaterThan(0);
  expect(facts.functions.map(({ name }) => name)).toEqual(expect.arrayContaining(['g', 'A.h']));
});

test.each([
  [
    'match',
    'match x:\n    case A(b, c=d) as e if e: pass\n    case [a, *r]: pass\n    case {"k": v, **o}: pass\n    case _: pass\n',
  ],
  ['walrus and comprehensions', 'y = [z := f(x) async for x in xs if x for w in x]\n'],
  ['try with all clauses', 'try:\n    a()\nexcept* E as e:\n    b()\nelse:\n    c()\nfinally:\n    d()\n'],
  ['parameters', 'def f(a, /, b: int = 1, *args, c, d=2, **kw): ...\n'],
  ['type parameters', 'type X = int\ndef f[T](x: T) -> T: ...\nclass C[T]: ...\n'],
  [
    'several managers',
    'async def f():\n    async with (a as b, c()): pass\n    async for i in j: pass\n    else: pass\n',
  ],
  ['decorators', '@a.b(1)\n@c\nasync def f(): yield\n'],
  ['f-strings', 'f"{a!r:>{w}} {{}}" "b" rb"\\d"\n'],
  ['targets', 'a, *b = c = d.e, f[0] = g\n'],
])('%s', (_, text) => {
  expect(parse(text).problems).toEqual([]);
});
