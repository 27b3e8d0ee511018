import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { glanceAt } from '../src/frontends/glance/index.js';
import { loadLibraries } from '../src/libraries/index.js';
import { Project } from '../src/project/index.js';
import { ImportGraph } from '../src/project/imports.js';
import { Relevance } from '../src/project/relevance.js';
import { Memory, Resolution } from '../src/project/resolution/index.js';
import { directoryWith } from './project-support.js';
import { check, ROOT } from './support/check.js';
import { readScenarios } from './support/fixtures.js';

const { models } = loadLibraries();

function relevanceOf(files: ReadonlyMap<string, string>): Relevance {
  const texts = new Map([...files].map(([name, text]) => [join(ROOT, name), text]));
  const memory = new Memory(texts);
  const resolution = new Resolution(memory);
  const textOf = (file: string): string | undefined => texts.get(file);
  const graph = new ImportGraph({
    stampOf: () => '',
    textOf,
    resolve: (specifier, from) => resolution.resolve(specifier, from),
  });
  return new Relevance({ textOf, importsOf: (file) => graph.of(file) }, models);
}

const RULES = new URL('../src/rules/', import.meta.url).pathname;
const scenarios = readdirSync(RULES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) =>
    readScenarios(join(RULES, name, 'fixtures')).flatMap(({ file, scenarios }) =>
      scenarios.map(({ title, files }) => ({ name: `${name}, ${file}: ${title}`, files })),
    ),
  );

test('in no fixture is anything found in a file that need not be parsed', () => {
  expect(scenarios.length).toBeGreaterThan(200);
  const hidden = scenarios.flatMap(({ name, files }) => {
    const relevance = relevanceOf(files);
    return check(files)
      .filter(({ place }) => !relevance.of(place.file))
      .map(({ rule, place }) => `${name}: ${rule} in ${place.file}`);
  });
  expect(hidden).toEqual([]);
});

describe('what need be parsed', () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ['a function of its arguments', { 'a.ts': 'export const add = (a: number, b: number) => a + b;' }, false],
    ['a class with fields', { 'a.ts': 'export class Stack { n = 0; push() { this.n++; } }' }, false],
    ['a try that catches', { 'a.js': 'try { f(); } catch { g(); } finally { h(); }' }, false],
    [
      'another library',
      { 'a.js': "import left from 'left-pad';\nexport const f = (s) => left(s, 8);" },
      false,
    ],
    ['words within words', { 'a.js': 'export const block = (clock) => center(clock);' }, false],
    ['an await', { 'a.ts': 'export async function f(x) { return await x; }' }, true],
    ['a generator', { 'a.ts': 'export function* f() { yield 1; }' }, true],
    ['a promise', { 'a.js': 'export const f = (p) => p.then(g);' }, true],
    ['a promise, by a computed name', { 'a.js': "export const f = (p) => p['then'](g);" }, true],
    ['a timer', { 'a.js': 'setTimeout(f, 10);' }, true],
    ['a file', { 'a.js': "const fs = require('fs');\nfs.writeFileSync('a', 'b');" }, true],
    ['a file, by a type', { 'a.ts': "import type { Stats } from 'node:fs';" }, true],
    ['a global store', { 'a.js': 'localStorage.setItem("a", 1);' }, true],
    ['a lock by its name', { 'a.js': 'takeLock(); work(); freeLock();' }, true],
    [
      'a file, in what it imports',
      {
        'a.js': "import { b } from './b.js';",
        'b.js': "export * from './c.js';",
        'c.js': "import 'node:fs';",
      },
      true,
    ],
    [
      'a point, in what it imports',
      { 'a.js': "import { b } from './b.js';", 'b.js': 'export const b = async () => { await 0; };' },
      true,
    ],
    [
      'nothing, in what it imports',
      { 'a.js': "import { b } from './b.js';", 'b.js': "import './a.js';" },
      false,
    ],
    [
      'nothing, whatever those that use it do',
      {
        'a.js': 'export const f = () => 1;',
        'b.js': "export * from './a.js';",
        'c.js': "import { f } from './b.js';\nimport 'node:fs';\nawait f();",
      },
      false,
    ],
    ['Python that assigns nothing', { 'a.py': 'def add(a, b):\n    return a + b\n' }, false],
    ['Python that assigns', { 'a.py': 'def f(self):\n    self.n = self.n + 1\n' }, true],
    ['Python that imports a store', { 'a.py': 'from redis import Redis\n' }, true],
  ];
  test.each(cases)('%s', (_name, files, expected) => {
    const [first = ''] = Object.keys(files);
    expect(relevanceOf(new Map(Object.entries(files))).of(join(ROOT, first))).toBe(expected);
  });

  test('of a language that it does not know, nothing is said', () => {
    expect(glanceAt('/p/a.rb', 'x', models)).toBeUndefined();
  });
});

describe('in a project', () => {
  const STORE = `import { readFileSync, writeFileSync } from 'node:fs';
export const load = () => Number(readFileSync('n', 'utf8'));
export const save = (n) => writeFileSync('n', String(n));
`;
  const files = {
    'package.json': '{}',
    'pm2.json': '{ "apps": [{ "script": "a.js", "instances": 2 }] }',
    'a.js': "import { load, save } from './store.js';\nexport function add() {\n  save(load() + 1);\n}\n",
    'store.js': 'export const load = () => 1;\nexport const save = (n) => n;\n',
  };

  test('a file that was not parsed is, when what it imports comes to have a store', async () => {
    const at = directoryWith(files);
    const project = new Project({ directory: at });
    const file = join(at, 'a.js');
    const before = await project.check(file);
    expect(before).toMatchObject({ state: 'checked', diagnostics: [] });
    expect(await project.check(file)).toBe(before);
    project.setOverlay(join(at, 'store.js'), STORE);
    expect((await project.check(file)).diagnostics).toHaveLength(1);
    project.removeOverlay(join(at, 'store.js'));
    expect((await project.check(file)).diagnostics).toEqual([]);
  });

  test('comments that suppress nothing are reported in a file that is not parsed, too', async () => {
    const at = directoryWith({
      'package.json': '{}',
      'a.js': '// lockkit-disable-next-line unguarded-rmw -- x\nf();\n',
    });
    const { unusedSuppressions } = await new Project({ directory: at }).check(join(at, 'a.js'));
    expect(unusedSuppressions).toHaveLength(1);
  });
});
