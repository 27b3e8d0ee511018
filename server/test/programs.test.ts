import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { dependenciesOf } from '../src/frontends/glance/index.js';
import type { DeploymentEvidence } from '../src/model/deployment.js';
import { placeOf } from '../src/model/source.js';
import { Project } from '../src/project/index.js';
import { Programs, type Imports } from '../src/project/programs.js';
import { Memory, PythonResolver } from '../src/project/resolution/index.js';
import { directoryWith } from './project-support.js';

describe('what a text imports', () => {
  test('by every form that names it', () => {
    const text = `import a from './a.js';
import type { B } from './b.js';
export * from './c.js';
const d = require('./d');
const e = await import('./e.js');
`;
    expect(dependenciesOf('/p/x.ts', text)).toEqual({
      modules: ['./a.js', './b.js', './c.js', './d', './e.js'],
      open: false,
    });
  });

  test.each([
    ['require(name)', true],
    ['require(path.join(__dirname, file))', true],
    ["require('./a')", false],
    ['await import(`./a.js`)', false],
    ['await import(`./${name}.js`)', true],
    ["await import(/* webpackChunkName: 'a' */ './a.js')", false],
    ["import(\n  './a.js',\n)", false],
    ["require.context('./a')", true],
    ["import autoload from '@fastify/autoload';", true],
    ["import x from './a.js';", false],
    ['// the tools that a task may require (the last one wins)', false],
  ])('%s', (text, open) => {
    expect(dependenciesOf('/p/x.js', text)?.open).toBe(open);
  });

  test('and whether it is a program of its own', () => {
    const script = "def main():\n    pass\n\n\nif __name__ == '__main__':\n    main()\n";
    expect(dependenciesOf('/p/tool.py', script)?.program).toBe(true);
    expect(dependenciesOf('/p/shop/management/commands/import_prices.py', '')?.program).toBe(true);
    expect(dependenciesOf('/p/shop/models.py', '')?.program).toBeUndefined();
  });

  test('of Python, with the packages around a module', () => {
    const text = `import os, app.store as store
from . import routes, hooks
from ..shared.log import (  # both
    info,
    warn as warning,
)
from pkg import *
def later():
    from app.late import \\
        job
`;
    expect(dependenciesOf('/p/x.py', text)).toEqual({
      modules: [
        'os',
        'app',
        'app.store',
        '.',
        '.routes',
        '.hooks',
        '..shared',
        '..shared.log',
        '..shared.log.info',
        '..shared.log.warn',
        'pkg',
        'app.late',
        'app.late.job',
      ],
      open: false,
    });
    expect(
      dependenciesOf('/p/x.py', "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')")?.open,
    ).toBe(true);
  });

  test('of a language that is not known, nothing', () => {
    expect(dependenciesOf('/p/x.rb', 'require "a"')).toBeUndefined();
  });
});

test('modules of Python: relative, from the directories above, in src, and never from inside of a package', () => {
  const files = [
    '/p/app/__init__.py',
    '/p/app/store.py',
    '/p/app/json.py',
    '/p/src/lib/a.py',
    '/p/tool.py',
    '/p/app/sub/__init__.py',
    '/p/app/sub/x.py',
  ];
  const resolver = new PythonResolver(new Memory(new Map(files.map((file) => [file, '']))));
  const from = (specifier: string, directory: string): string | undefined =>
    resolver.resolve(specifier, directory);
  expect(from('.store', '/p/app')).toBe('/p/app/store.py');
  expect(from('.', '/p/app')).toBe('/p/app/__init__.py');
  expect(from('..store', '/p/app/sub')).toBe('/p/app/store.py');
  expect(from('.sub.x', '/p/app')).toBe('/p/app/sub/x.py');
  expect(from('app.store', '/p/app/sub')).toBe('/p/app/store.py');
  expect(from('lib.a', '/p/app')).toBe('/p/src/lib/a.py');
  expect(from('tool', '/p/app')).toBe('/p/tool.py');
  expect(from('json', '/p/app/sub')).toBeUndefined();
  expect(from('flask', '/p/app')).toBeUndefined();
});

describe('whose code evidence speaks of', () => {
  const evidence = (text: string, more: Partial<DeploymentEvidence>): DeploymentEvidence => ({
    dimension: 'processes',
    says: 'many',
    text,
    root: '/p',
    place: placeOf('/p/pm2.json', [0], { start: 0, end: 0 }),
    ...more,
  });
  const imports: Record<string, Imports> = {
    '/p/web.ts': { files: ['/p/store.ts', '/shared/log.ts'], open: false },
    '/p/store.ts': { files: ['/p/web.ts'], open: false },
    '/p/open.ts': { files: [], open: true },
    '/p/api/a.ts': { files: ['/p/store.ts'], open: false },
    '/p/thread.ts': { files: ['/p/job.ts'], open: false },
  };
  const files = [...Object.keys(imports), '/p/other.ts', '/p/job.ts', '/shared/log.ts', '/q/x.ts'];
  const told = (...all: DeploymentEvidence[]): string[] => {
    const programs = new Programs({
      evidence: all,
      files,
      importsOf: (file) => imports[file] ?? { files: [], open: false },
    });
    return files.filter((file) => programs.deploymentOf(file).evidence.length > 0);
  };

  test.each([
    ['without a program: all in its root', {}, files.filter((file) => file.startsWith('/p/'))],
    [
      'of a program: what it reaches, wherever that lies',
      { program: '/p/web.ts' },
      ['/p/web.ts', '/p/store.ts', '/shared/log.ts'],
    ],
    [
      'of a program that loads more: all in its root too',
      { program: '/p/open.ts' },
      files.filter((file) => file.startsWith('/p/')),
    ],
    [
      'of a folder of programs',
      { program: '/p/api' },
      ['/p/web.ts', '/p/store.ts', '/p/api/a.ts', '/shared/log.ts'],
    ],
  ])('%s', (_name, more, expected) => {
    expect(told(evidence('x', more))).toEqual(expected);
  });

  test('a program that another starts runs as often', () => {
    const spawn = evidence('starts a thread', {
      dimension: 'threads',
      program: '/p/thread.ts',
      place: placeOf('/p/store.ts', [0], { start: 0, end: 0 }),
    });
    const programs = new Programs({
      evidence: [evidence('4 processes', { program: '/p/web.ts' }), spawn],
      files,
      importsOf: (file) => imports[file] ?? { files: [], open: false },
    });
    expect(programs.deploymentOf('/p/job.ts').evidence.map(({ text }) => text)).toEqual([
      '4 processes',
      'starts a thread',
    ]);
    expect(programs.deploymentOf('/p/other.ts').evidence).toEqual([]);
    // Files of which the same is said share one deployment.
    expect(programs.deploymentOf('/p/job.ts')).toBe(programs.deploymentOf('/p/thread.ts'));
  });

  test('a program that cannot be read may run whatever is beside it', () => {
    const programs = new Programs({
      evidence: [evidence('x', { program: '/p/gone.js' })],
      files,
      importsOf: () => undefined,
    });
    expect(programs.deploymentOf('/p/other.ts').evidence).toHaveLength(1);
    expect(programs.deploymentOf('/q/x.ts').evidence).toEqual([]);
  });
});

describe('in a project', () => {
  const COUNTER = `import { readFileSync, writeFileSync } from 'node:fs';
export function add() {
  const total = Number(readFileSync('total', 'utf8'));
  writeFileSync('total', String(total + 1));
}
`;
  const files = {
    'package.json': '{ "workspaces": ["packages/*"] }',
    'packages/web/package.json': '{ "name": "web" }',
    'packages/web/server.ts': "import { add } from './add.js';\nadd();\n",
    'packages/web/add.ts': COUNTER,
    'packages/web/tool.ts': "import { add } from './half.js';\nadd();\n",
    'packages/web/half.ts': COUNTER,
    'deploy/compose.yml':
      'services:\n  web:\n    build: ../packages/web\n    command: pm2-runtime server.ts -i 4\n',
  };

  test.each(['.', 'packages/web', 'packages'])('the same is found from %s', async (from) => {
    const at = directoryWith(files);
    mkdirSync(path.join(at, '.git'));
    const project = new Project({ directory: path.join(at, from) });
    expect((await project.check(path.join(at, 'packages/web/add.ts'))).diagnostics).toMatchObject([
      { dimensions: ['processes'] },
    ]);
    expect((await project.check(path.join(at, 'packages/web/half.ts'))).diagnostics).toEqual([]);
  });

  test('an edit of an import moves a file into a program, and out of it', async () => {
    const at = directoryWith(files);
    const project = new Project({ directory: at });
    const half = path.join(at, 'packages/web/half.ts');
    const server = path.join(at, 'packages/web/server.ts');
    expect((await project.check(half)).diagnostics).toEqual([]);
    project.setOverlay(server, "import { add } from './half.js';\nadd();\n");
    expect((await project.check(half)).diagnostics).toHaveLength(1);
    project.removeOverlay(server);
    expect((await project.check(half)).diagnostics).toEqual([]);
  });

  test('a manifest that changes without saying more has nothing checked again', async () => {
    const at = directoryWith(files);
    const project = new Project({ directory: at });
    const file = path.join(at, 'packages/web/add.ts');
    const before = await project.check(file);
    const manifest = path.join(at, 'deploy/compose.yml');
    writeFileSync(manifest, `${files['deploy/compose.yml']}# a comment\n`);
    project.filesChanged([manifest]);
    expect(await project.check(file)).toBe(before);
  });
});
