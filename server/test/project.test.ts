import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, fixFiles, Project, VERSION, type ProjectOptions } from '../src/project/index.js';
import { LOSING, LOSING_LINE, SAFE } from './cli-support.js';
import { directoryWith } from './project-support.js';

function projectOf(
  files: Readonly<Record<string, string>>,
  options: Partial<ProjectOptions> = {},
): { project: Project; at: (name: string) => string } {
  const directory = directoryWith(files);
  return { project: new Project({ directory, ...options }), at: (name) => path.join(directory, name) };
}

test('the version is that of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(VERSION).toBe(manifest.version);
});

describe('selection', () => {
  const namesOf = async (project: Project, ...paths: string[]): Promise<string[]> =>
    (await project.select(paths)).files.map((file) => path.relative(project.directory, file));

  test('leaves out tests, build output, declarations, bundles and dependencies', async () => {
    const { project } = projectOf({
      'src/a.ts': '',
      'src/b.mjs': '',
      'src/c.txt': '',
      'src/a.test.ts': '',
      'src/__tests__/a.ts': '',
      'test/a.ts': '',
      'dist/a.js': '',
      'src/a.min.js': '',
      'src/a.d.ts': '',
      'node_modules/a/a.ts': '',
      '.cache/a.ts': '',
    });
    expect(await namesOf(project, '.')).toEqual(['src/a.ts', 'src/b.mjs']);
    expect(await namesOf(project, 'src/a.test.ts', 'dist/a.js')).toEqual(['dist/a.js', 'src/a.test.ts']);
    expect(await namesOf(project, 's*/?.ts')).toEqual(['src/a.ts']);
    expect(await namesOf(project, 'test')).toEqual(['test/a.ts']);
  });

  test('include and exclude of lockkit.json, from its directory', async () => {
    const { project } = projectOf({
      'src/a.ts': '',
      'src/old/a.ts': '',
      'lib/a.ts': '',
      'test/a.ts': '',
      'dist/a.js': '',
      'node_modules/x/a.ts': '',
      'lockkit.json': '{ "include": ["src", "test/**", "dist", "node_modules"], "exclude": ["src/old/"] }',
    });
    expect(await namesOf(project, '.')).toEqual(['dist/a.js', 'src/a.ts', 'test/a.ts']);
    expect(await namesOf(project, 'src')).toEqual(['src/a.ts']);
    expect(await namesOf(project, 'src/old/a.ts')).toEqual(['src/old/a.ts']);
  });

  test('a nested lockkit.json speaks for its directory', async () => {
    const { project } = projectOf({
      'a.ts': '',
      'sub/a.ts': '',
      'sub/b.ts': '',
      'lockkit.json': '{ "exclude": ["a.ts"] }',
      'sub/lockkit.json': '{ "exclude": ["b.ts"] }',
    });
    expect(await namesOf(project, '.')).toEqual(['sub/a.ts']);
  });
});

describe('suppressions', () => {
  const check = async (comment: string): Promise<{ found: number; unused: string[] }> => {
    const text = LOSING.replace('  total = before', `  ${comment}\n  total = before`);
    const { project, at } = projectOf({ 'a.ts': text });
    const { diagnostics, unusedSuppressions } = await project.check(at('a.ts'));
    for (const unused of unusedSuppressions) {
      expect(unused.line).toBe(LOSING_LINE);
      expect(comment).toContain(text.slice(unused.start, unused.end));
    }
    return { found: diagnostics.length, unused: unusedSuppressions.map(({ message }) => message) };
  };

  test.each([
    '// lockkit-disable-next-line unguarded-rmw -- only one caller',
    '/* lockkit-disable-next-line unguarded-rmw */',
    '// lockkit-disable unguarded-rmw',
  ])('%s', async (comment) => {
    expect(await check(comment)).toEqual({ found: 0, unused: [] });
  });

  test('comments on successive lines speak of the line below', async () => {
    const comment = '// lockkit-disable-next-line unguarded-rmw\n  // lockkit-disable-next-line lock-order';
    const { project, at } = projectOf({
      'a.ts': LOSING.replace('  total = before', `  ${comment}\n  total = before`),
    });
    const report = await project.check(at('a.ts'));
    expect(report).toMatchObject({ diagnostics: [], suppressed: 1 });
    expect(report.unusedSuppressions).toMatchObject([{ line: LOSING_LINE + 1 }]);
  });

  test.each([
    [
      '// lockkit-disable-next-line lock-order',
      ['unused suppression: lock-order reports nothing on line 9; remove it'],
    ],
    [
      '// lockkit-disable lock-order',
      ['unused suppression: lock-order reports nothing in this file; remove it'],
    ],
    [
      '// lockkit-disable-next-line unguarded',
      [expect.stringMatching(/^this suppression names "unguarded", which is no rule; the rules are /)],
    ],
    [
      '// lockkit-disable-next-line',
      ['this suppression names no rule; write the rule after it, and why after --'],
    ],
    ['// lockkit-disabled unguarded-rmw', []],
    ['f("// lockkit-disable unguarded-rmw");', []],
  ])('%s: nothing is silenced', async (comment, unused) => {
    expect(await check(comment)).toEqual({ found: 1, unused });
  });
});

describe('what did not change is not looked at again', () => {
  test('a report is the same object until the text, the configuration or the deployment changes', async () => {
    const { project, at } = projectOf({ 'a.ts': LOSING });
    const first = await project.check(at('a.ts'));
    expect(first.diagnostics).toHaveLength(1);
    utimesSync(at('a.ts'), 1, 1);
    expect(await project.check(at('a.ts'))).toBe(first);
    project.setOverlay(at('a.ts'), LOSING);
    expect(await project.check(at('a.ts'))).toBe(first);
    project.setOverlay(at('a.ts'), SAFE);
    expect((await project.check(at('a.ts'))).diagnostics).toEqual([]);
    project.removeOverlay(at('a.ts'));
    expect((await project.check(at('a.ts'))).diagnostics).toHaveLength(1);
    writeFileSync(at('lockkit.json'), '{ "rules": { "unguarded-rmw": "off" } }');
    expect(project.filesChanged([at('lockkit.json')])).toBe(true);
    expect((await project.check(at('a.ts'))).diagnostics).toEqual([]);
    rmSync(at('a.ts'));
    expect(await project.check(at('a.ts'))).toMatchObject({ state: 'unreadable', diagnostics: [] });
  });
});

describe('configuration', () => {
  test('settings hold where lockkit.json says nothing', () => {
    const settings = {
      file: '/settings.json',
      rules: { 'unguarded-rmw': 'off', 'lock-order': 'hint' },
    } as const;
    const { project, at } = projectOf(
      { 'a.ts': LOSING, 'lockkit.json': '{ "rules": { "unguarded-rmw": "error" } }' },
      { settings },
    );
    expect(project.configurationOf(at('a.ts')).rules).toEqual({
      'unguarded-rmw': 'error',
      'lock-order': 'hint',
    });
  });

  test('that cannot be used: the last that could, where someone listens; an error otherwise', async () => {
    const errors: string[] = [];
    const { project, at } = projectOf(
      { 'a.ts': LOSING, 'lockkit.json': '{ "rules": { "unguarded-rmw": "off" } }' },
      { onConfigurationError: ({ reason }) => errors.push(reason) },
    );
    expect((await project.check(at('a.ts'))).diagnostics).toEqual([]);
    writeFileSync(at('lockkit.json'), '{');
    project.filesChanged([at('lockkit.json')]);
    expect((await project.check(at('a.ts'))).diagnostics).toEqual([]);
    expect(errors).toEqual([expect.stringMatching(/^not JSON: /)]);
    await expect(new Project({ directory: project.directory }).check(at('a.ts'))).rejects.toThrow(
      ConfigurationError,
    );
  });
});

describe('deployment', () => {
  /** Safe among tasks: no point lies between the read and the write of the file. */
  const FILE_COUNTER = `import { readFileSync, writeFileSync } from 'node:fs';
import express from 'express';

const app = express();
app.post('/add', (request, response) => {
  const total = Number(readFileSync('/var/lib/total', 'utf8'));
  writeFileSync('/var/lib/total', String(total + 1));
  response.end();
});
app.listen(8080);
`;
  const PM2 = `module.exports = { apps: [{ name: 'app', script: 'src/app.js', instances: 4, exec_mode: 'cluster' }] };\n`;

  test('is read from the package of the file, and decides', async () => {
    const { project, at } = projectOf({ 'package.json': '{}', 'src/app.js': FILE_COUNTER });
    expect((await project.check(at('src/app.js'))).diagnostics).toEqual([]);
    writeFileSync(at('ecosystem.config.cjs'), PM2);
    expect(project.filesChanged([at('ecosystem.config.cjs')])).toBe(true);
    const { diagnostics } = await project.check(at('src/app.js'));
    expect(diagnostics).toMatchObject([{ dimensions: ['processes'] }]);
    expect(diagnostics[0]?.evidence.map(({ place }) => path.basename(place.file))).toContain(
      'ecosystem.config.cjs',
    );
  });

  test('lockkit.json stands in place of all other evidence for its dimension', async () => {
    const { project, at } = projectOf({
      'package.json': '{}',
      'src/app.js': FILE_COUNTER,
      'ecosystem.config.cjs': PM2,
      'lockkit.json': '{ "deployment": { "processes": 1 } }',
    });
    expect((await project.check(at('src/app.js'))).diagnostics).toEqual([]);
    writeFileSync(at('lockkit.json'), '{ "deployment": { "processes": 3 } }');
    project.filesChanged([at('lockkit.json')]);
    const { diagnostics } = await project.check(at('src/app.js'));
    expect(diagnostics[0]?.evidence.map(({ place }) => path.basename(place.file))).toContain('lockkit.json');
  });

  test('what the user says of a dimension stands against what the code shows', async () => {
    const code = `import express from 'express';
let total = 0;
express().post('/add', async (request, response) => {
  const before = total;
  await response.write('');
  total = before + 1;
});
`;
    const { project, at } = projectOf({ 'package.json': '{}', 'app.js': code });
    expect((await project.check(at('app.js'))).diagnostics).toMatchObject([{ dimensions: ['tasks'] }]);
    writeFileSync(at('lockkit.json'), '{ "deployment": { "tasks": false } }');
    project.filesChanged([at('lockkit.json')]);
    expect((await project.check(at('app.js'))).diagnostics).toEqual([]);
  });

  test('is read from code that is being edited', async () => {
    const { project, at } = projectOf({
      'package.json': '{}',
      'src/app.js': FILE_COUNTER,
      'src/main.js': '',
    });
    expect((await project.check(at('src/app.js'))).diagnostics).toEqual([]);
    const forking =
      "import cluster from 'node:cluster';\nif (cluster.isPrimary) for (let i = 0; i < 4; i++) cluster.fork();\nelse await import('./app.js');\n";
    project.setOverlay(at('src/main.js'), forking);
    expect((await project.check(at('src/app.js'))).diagnostics).toHaveLength(1);
    project.setOverlay(at('src/main.js'), '');
    expect((await project.check(at('src/app.js'))).diagnostics).toEqual([]);
  });
});

test('a defect of the analysis is a problem of the file', async () => {
  const { project, at } = projectOf({ 'a.ts': `await 0;\nexport const deep = ${'-\n'.repeat(100_000)}1;` });
  const report = await project.check(at('a.ts'));
  expect(report).toMatchObject({ state: 'skipped', diagnostics: [] });
  expect(report.problems).toMatchObject([
    {
      line: 1,
      message: expect.stringMatching(
        /^internal error in the check of this file: .*; please report it/,
      ) as string,
    },
  ]);
});

test('fixes are made until nothing is left, and the file on disk stays', async () => {
  const { project, at } = projectOf({ 'a.ts': LOSING });
  const { files, fixed } = await fixFiles(project, [at('a.ts')], { level: 'warning' });
  expect(fixed).toBe(1);
  expect((await project.check(at('a.ts'))).diagnostics).toEqual([]);
  expect(files).toMatchObject([{ file: at('a.ts'), before: LOSING }]);
  expect(files[0]?.after).toContain('CombinedLock');
  expect(await fixFiles(project, [at('a.ts')], { level: 'warning' })).toEqual({ files: [], fixed: 0 });
  expect(readFileSync(at('a.ts'), 'utf8')).toBe(LOSING);
});
