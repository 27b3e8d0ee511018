import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Project } from '../src/project/index.js';
import { ReportCache } from '../src/project/report-cache.js';
import { directoryWith } from './project-support.js';

const STORE = `import { readFile, writeFile } from 'node:fs/promises';

export const load = () => readFile('total.txt', 'utf8');
export const save = (total: number) => writeFile('total.txt', String(total));
`;
const COUNTER = `import { load, save } from './store.js';

export async function add() {
  await save(Number(await load()) + 1);
}
`;
const SERVER = `import { createServer } from 'node:http';
import { add } from './counter.js';

createServer(async (request, response) => {
  await add();
  response.end();
}).listen(8080);
`;
const GUARDED = `import { Mutex } from 'async-mutex';
import { load, save } from './store.js';

const mutex = new Mutex();

export async function add() {
  await mutex.runExclusive(async () => {
    await save(Number(await load()) + 1);
  });
}
`;

let directory: string;
let cacheFile: string;

beforeEach(() => {
  directory = directoryWith({
    'package.json': '{ "name": "shop", "private": true }',
    'store.ts': STORE,
    'counter.ts': COUNTER,
    'server.ts': SERVER,
  });
  cacheFile = path.join(directoryWith({}), 'made/for/it/reports.json');
});

function pathOf(name: string): string {
  return path.join(directory, name);
}

function write(name: string, text: string): void {
  mkdirSync(path.dirname(pathOf(name)), { recursive: true });
  writeFileSync(pathOf(name), text);
}

function project(): Project {
  const made = new Project({ directory, cacheFile });
  made.belongTogether([directory]);
  return made;
}

const FILES = ['counter.ts', 'server.ts', 'store.ts'];

/** Checks all files anew, and keeps the reports. */
async function checkAll(): Promise<string[]> {
  const checking = project();
  const found: string[] = [];
  for (const name of FILES) {
    const { diagnostics } = await checking.check(pathOf(name));
    found.push(...diagnostics.map(({ rule, place }) => `${rule} ${path.basename(place.file)}`));
  }
  expect(checking.saveReports()).toBeUndefined();
  return found;
}

/** The files whose reports still hold. */
async function recalled(): Promise<string[]> {
  const asking = project();
  const names: string[] = [];
  for (const name of FILES) if ((await asking.recall(pathOf(name))) !== undefined) names.push(name);
  return names;
}

describe('reports of an earlier run', () => {
  it('are those of the check, and hold while nothing changes', async () => {
    expect(await checkAll()).toEqual(['unguarded-rmw counter.ts']);
    expect(await recalled()).toEqual(FILES);
    const [asking, checking] = [project(), new Project({ directory })];
    for (const name of FILES) {
      const file = pathOf(name);
      expect(await asking.recall(file)).toEqual(await checking.check(file));
      expect(await asking.check(file)).toEqual(await checking.check(file));
    }
  });

  it('of files that depend on a changed one do not hold', async () => {
    await checkAll();
    write('store.ts', `${STORE}\n// more\n`);
    expect(await recalled()).toEqual([]);
    expect(await checkAll()).toEqual(['unguarded-rmw counter.ts']);
    expect(await recalled()).toEqual(FILES);
    write('counter.ts', GUARDED);
    expect(await recalled()).not.toContain('server.ts');
    expect(await checkAll()).toEqual([]);
  });

  it('do not hold where another file uses the function in which something was found', async () => {
    await checkAll();
    write('script.ts', "import { add } from './counter.js';\n\nvoid add();\n");
    expect(await recalled()).not.toContain('counter.ts');
  });

  it('do not hold where an import leads to another file', async () => {
    write('counter.ts', COUNTER.replace('./store.js', './stores/file'));
    await checkAll();
    expect(await recalled()).toContain('counter.ts');
    write('stores/file.ts', STORE);
    expect(await recalled()).not.toContain('counter.ts');
  });

  it('do not hold under other settings, nor under another deployment', async () => {
    await checkAll();
    write('lockkit.json', '{ "rules": { "unguarded-rmw": "off" } }');
    expect(await recalled()).toEqual([]);
    rmSync(pathOf('lockkit.json'));
    expect(await recalled()).toEqual(FILES);
    write(
      'ecosystem.config.cjs',
      "module.exports = { apps: [{ name: 'a', script: 'server.ts', instances: 4 }] };\n",
    );
    expect(await recalled()).toEqual([]);
  });

  it('are not read from what is damaged or was written by another version', async () => {
    await checkAll();
    const text = readFileSync(cacheFile, 'utf8');
    for (const other of [text.slice(0, -20), '', '[]', text.replace('"program":"', '"program":"9.')]) {
      writeFileSync(cacheFile, other);
      expect(await recalled()).toEqual([]);
      expect(await checkAll()).toEqual(['unguarded-rmw counter.ts']);
    }
    expect(await recalled()).toEqual(FILES);
  });

  it('go with their files', async () => {
    await checkAll();
    rmSync(pathOf('server.ts'));
    expect(project().saveReports()).toBeUndefined();
    const { reports } = JSON.parse(readFileSync(cacheFile, 'utf8')) as Record<string, unknown[]>;
    expect(reports).toHaveLength(2);
  });

  it('are for their user alone', async () => {
    await checkAll();
    expect(statSync(cacheFile).mode & 0o777).toBe(0o600);
  });

  it('that cannot be written are no error of the check', () => {
    const occupied = path.join(directoryWith({ occupied: '' }), 'occupied', 'reports.json');
    expect(new ReportCache(occupied, 'any').save()).toMatch(/file/);
  });
});
