import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckJson } from '../src/cli/output/json.js';
import { CLI, LOSING, LOSING_LINE, Playground, run, SAFE } from './cli-support.js';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => {
  ground.remove();
});

async function json(...words: string[]): Promise<CheckJson & { code: number | null }> {
  const { code, stdout, stderr } = await ground.lockkit(['check', '--format', 'json', ...words]);
  expect(stderr).toBe('');
  return { code, ...(JSON.parse(stdout) as CheckJson) };
}

describe('exit codes', () => {
  test('0: nothing found', async () => {
    ground.write({ 'a.ts': SAFE });
    expect(await ground.lockkit(['check'])).toEqual({
      code: 0,
      stdout: 'Nothing found in 1 file.\n',
      stderr: '',
    });
  });

  test('0: no files to check', async () => {
    expect(await ground.lockkit(['check'])).toEqual({
      code: 0,
      stdout: 'No files to check here.\n',
      stderr: '',
    });
  });

  test('1: findings', async () => {
    ground.write({ 'a.ts': LOSING });
    const { code, stdout, stderr } = await ground.lockkit(['check']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain(`a.ts:${LOSING_LINE}:3  warning  unguarded-rmw`);
    expect(stdout).toContain('1 finding (1 warning) in 1 of 1 file.');
  });

  test('0: findings, and all below the level', async () => {
    ground.write({ 'a.ts': LOSING });
    expect((await ground.lockkit(['check', '--level', 'error'])).code).toBe(0);
  });

  test('2: a path that cannot be read, after the rest has been checked', async () => {
    ground.write({ 'a.ts': LOSING });
    const { code, stdout, stderr } = await ground.lockkit(['check', 'nowhere', 'a.ts']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'nowhere:1: cannot be read: no such file or directory\n',
    });
    expect(stdout).toContain('1 finding');
  });

  test.each([
    [['check', '--formatt', 'json'], /^lockkit: unknown option '--formatt' \(Did you mean --format\?\)\n$/],
    [
      ['check', '--format', 'xml'],
      /^lockkit: .*'xml' is invalid\. Allowed choices are text, json, sarif, github\.\n$/,
    ],
    [['check', '--level', 'all'], /^lockkit: .*Allowed choices are error, warning, hint\.\n$/],
    [['check', '--jobs', '0'], /^lockkit: .*'0' is invalid\. It must be a whole number, 1 to 64\.\n$/],
    [['check', '--config'], /^lockkit: option '--config <file>' argument missing\n$/],
    [
      ['check', '--config', 'none.json'],
      /^lockkit: none\.json:1: cannot be read: no such file or directory\n$/,
    ],
    [
      ['check', '--baseline', 'none.json'],
      /^lockkit: the baseline .*none\.json cannot be read: no such file/,
    ],
    [
      ['check', '--baseline', 'a', '--write-baseline', 'b'],
      /^lockkit: --baseline and --write-baseline exclude/,
    ],
    [['check', '--fix', '--stdin-filename', 'a.ts'], /^lockkit: --fix has no file to write/],
    [['check', '--dry-run'], /^lockkit: --dry-run shows what --fix would do; name both\n$/],
    [['check', '--fix', '--dry-run', '--format', 'json'], /^lockkit: --dry-run prints a diff/],
    [['check', '--stdin-filename', 'a.ts', 'b.ts'], /^lockkit: --stdin-filename checks standard input; /],
    [
      ['check', '--stdin-filename', 'a.md'],
      /^lockkit: --stdin-filename a\.md: Lockkit does not read such files\n$/,
    ],
    [['chekc'], /^lockkit: unknown command 'chekc' \(Did you mean check\?\)\n$/],
    [
      [],
      /^lockkit: name a command: check, scenario, prove, add-runtime, explain or lsp; lockkit --help says more\n$/,
    ],
    [['explain', 'no-such-rule'], /^lockkit: there is no rule "no-such-rule"; the rules are unguarded-rmw, /],
    [['lsp'], /^lockkit: required option '--stdio' not specified\n$/],
    [
      ['scenario', '--processes', 'many'],
      /^lockkit: .*'many' is invalid\. It must be a whole number, 1 or more\.\n$/,
    ],
    [
      ['scenario', 'no-such-lock'],
      /^lockkit: There is no lock "no-such-lock" in the scenario\. It has: none, /,
    ],
  ])('2, and one line: %j', async (words, message) => {
    const { code, stdout, stderr } = await ground.lockkit(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.match(/\n/g)).toHaveLength(1);
  });
});

describe('files that cannot be checked', () => {
  test('each has a line, and the others are checked', async () => {
    ground.write({
      'a.ts': LOSING,
      'binary.ts': Uint8Array.of(0x47, 0, 1, 2),
      'empty.ts': '',
      'huge.ts': '/'.repeat(2 * 1024 * 1024 + 1),
      'latin.ts': Buffer.from("// one\nconst name = 'M\u00fcller';\n", 'latin1'),
      'packed.ts': `const packed = [${'"text", '.repeat(4000)}];`,
      'wrong.ts': `${LOSING}\nexport const = 1;\nlet let;\n`,
    });
    symlinkSync('loop.ts', ground.path('loop.ts'));
    const { code, findings, problems } = await json();
    expect(code).toBe(1);
    expect(findings.map(({ file, line }) => [file, line])).toEqual([
      ['a.ts', LOSING_LINE],
      ['wrong.ts', LOSING_LINE],
    ]);
    expect(problems).toEqual([
      { file: 'binary.ts', line: 1, message: 'skipped: this is a binary file (it holds NUL bytes)' },
      { file: 'huge.ts', line: 1, message: 'skipped: larger than 2 MB (it has 2 MB)' },
      { file: 'latin.ts', line: 2, message: 'skipped: not UTF-8; save it as UTF-8 to have it checked' },
      {
        file: 'packed.ts',
        line: 1,
        message: 'skipped: it looks minified (its lines have 32018 characters on average)',
      },
      {
        file: 'wrong.ts',
        line: LOSING.split('\n').length + 1,
        message: expect.stringMatching(/^syntax error: .*; the rest of the file is checked$/) as string,
      },
    ]);
  });

  test.each([
    ['loop.ts', 'cannot be read: a symbolic link that leads back to itself'],
    ['pipe.ts', 'cannot be read: this is not a regular file (a device, a pipe or a socket)'],
    ['a.ts/b.ts', 'cannot be read: no such file (a part of the path is a file, not a directory)'],
  ])('%s, named: exit code 2', async (name, message) => {
    ground.write({ 'a.ts': SAFE });
    symlinkSync('loop.ts', ground.path('loop.ts'));
    execFileSync('mkfifo', [ground.path('pipe.ts')]);
    const { code, problems } = await json(name, 'a.ts');
    expect({ code, problems }).toEqual({ code: 2, problems: [{ file: name, line: 1, message }] });
  });

  test.each([
    ['file', 'closed/a.ts'],
    ['directory', 'closed'],
  ])('a %s without permission, named: exit code 2', async (_, name) => {
    ground.write({ 'closed/a.ts': SAFE });
    chmodSync(ground.path(name), 0o000);
    const { code, stdout, stderr } = await ground.lockkitWithoutPrivileges(['check', name]);
    chmodSync(ground.path(name), 0o755);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `${name}:1: cannot be read: permission denied\n` });
    expect(stdout).toMatch(/^(Nothing found|No files)/);
  });

  test('a language that Lockkit does not read, named: a line, and no error', async () => {
    ground.write({ 'README.md': '# Text\n' });
    expect(await json('README.md')).toMatchObject({
      code: 0,
      problems: [{ file: 'README.md', line: 1, message: 'not checked: Lockkit does not read .md files' }],
    });
  });
});

describe('lockkit.json', () => {
  test('that is broken: exit code 2 and one line', async () => {
    ground.write({ 'lockkit.json': '{ "rules": { "unguarded-rmw": "info" } }', 'a.ts': LOSING });
    expect(await ground.lockkit(['check'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'lockkit: lockkit.json:1: at /rules/unguarded-rmw: allowed are "off", "hint", "warning", "error"\n',
    });
  });

  test('a level for a rule', async () => {
    ground.write({ 'a.ts': LOSING, 'lockkit.json': '{ "rules": { "unguarded-rmw": "hint" } }' });
    expect((await json()).findings).toEqual([]);
    expect((await json('--level', 'hint')).findings).toMatchObject([{ level: 'hint' }]);
  });

  test('--config instead of the nearest', async () => {
    ground.write({
      'a.ts': LOSING,
      'lockkit.json': '{ "rules": { "unguarded-rmw": "hint" } }',
      'ci/strict.json': '{}',
    });
    expect((await json('--config', 'ci/strict.json')).findings).toHaveLength(1);
  });
});

test('a suppression silences; one that is not needed is a problem', async () => {
  const silenced = (rule: string): string =>
    LOSING.replace('  total = before', `  // lockkit-disable-next-line ${rule} -- why\n  total = before`);
  ground.write({ 'a.ts': silenced('unguarded-rmw'), 'b.ts': silenced('lock-order') });
  const { code, findings, problems } = await json();
  expect({ code, files: findings.map(({ file }) => file) }).toEqual({ code: 1, files: ['b.ts'] });
  expect(problems).toEqual([
    {
      file: 'b.ts',
      line: LOSING_LINE,
      message: `unused suppression: lock-order reports nothing on line ${LOSING_LINE + 1}; remove it`,
    },
  ]);
});

describe('baseline', () => {
  test('hides what it lists, wherever the lines have moved to, and says what is gone', async () => {
    ground.write({ 'a.ts': LOSING, 'b.ts': LOSING });
    expect((await ground.lockkit(['check', '--write-baseline', 'known.json'])).code).toBe(0);
    ground.write({ 'a.ts': `// moved\n${LOSING}`, 'c.ts': LOSING });
    expect((await json('--baseline', 'known.json')).findings.map(({ file }) => file)).toEqual(['c.ts']);
    ground.write({ 'b.ts': SAFE });
    const { problems } = await json('--baseline', 'known.json');
    expect(problems).toEqual([
      {
        file: 'known.json',
        line: 1,
        message:
          'the baseline lists 1 × unguarded-rmw of total in b.ts, and 0 are found; write it again with --write-baseline',
      },
    ]);
    // Of a file that was not looked at, nothing is known.
    expect((await json('a.ts', '--baseline', 'known.json')).problems).toEqual([]);
  });

  test('that is none: exit code 2', async () => {
    ground.write({ 'a.ts': LOSING, 'known.json': '{ "version": 2 }' });
    const { code, stderr } = await ground.lockkit(['check', '--baseline', 'known.json']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/known\.json is not a baseline of this version; --write-baseline makes one\n$/);
  });
});

describe('--fix', () => {
  test('makes the fixes, reports what is left, and a second run changes nothing', async () => {
    ground.write({ 'a.ts': `\uFEFF${LOSING}`, 'b.ts': SAFE });
    const { code, stdout } = await ground.lockkit(['check', '--fix']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Nothing found in 2 files. 1 finding fixed.\n' });
    const fixed = ground.read('a.ts');
    expect(fixed.startsWith('\uFEFF')).toBe(true);
    expect(fixed).toContain('CombinedLock');
    expect((await ground.lockkit(['check', '--fix'])).code).toBe(0);
    expect(ground.read('a.ts')).toBe(fixed);
    expect(ground.read('b.ts')).toBe(SAFE);
  });

  test('--dry-run prints a diff and writes nothing', async () => {
    ground.write({ 'a.ts': LOSING, 'b.ts': SAFE, 'package.json': '{ "name": "x" }' });
    const { code, stdout, stderr } = await ground.lockkit(['check', '--fix', '--dry-run']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^--- a\/a\.ts\t?\n\+\+\+ b\/a\.ts\t?\n@@ -1/);
    expect(stdout).toContain("+import { CombinedLock } from 'lockkit';");
    expect(stdout).not.toContain('b.ts');
    expect(stderr).toContain('package.json:1: a.ts now imports lockkit, which is no dependency here');
    expect(ground.read('a.ts')).toBe(LOSING);
    ground.write({ 'fix.diff': stdout });
    execFileSync('git', ['apply', 'fix.diff'], { cwd: ground.directory });
    expect(await ground.lockkit(['check', '--fix', '--dry-run'])).toMatchObject({ code: 0, stdout: '' });
  });

  test('the permissions of a file stay, links are followed, and no part of it is left behind', async () => {
    ground.write({ 'src/a.ts': LOSING });
    chmodSync(ground.path('src/a.ts'), 0o755);
    symlinkSync('src/a.ts', ground.path('link.ts'));
    expect((await ground.lockkit(['check', '--fix', 'link.ts'])).code).toBe(0);
    expect(ground.read('src/a.ts')).toContain('CombinedLock');
    expect(lstatSync(ground.path('link.ts')).isSymbolicLink()).toBe(true);
    expect(statSync(ground.path('src/a.ts')).mode & 0o777).toBe(0o755);
    expect(readdirSync(ground.path('src'))).toEqual(['a.ts']);
  });

  test('leaves alone what is below the level', async () => {
    ground.write({ 'a.ts': LOSING });
    expect((await ground.lockkit(['check', '--fix', '--level', 'error'])).code).toBe(0);
    expect(ground.read('a.ts')).toBe(LOSING);
  });
});

describe('other flags', () => {
  test('--stdin-filename checks standard input', async () => {
    ground.write({ 'a.ts': SAFE });
    const { code, stdout } = await ground.lockkit(
      ['check', '--format', 'json', '--stdin-filename', 'a.ts'],
      LOSING,
    );
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as CheckJson).findings).toMatchObject([{ file: 'a.ts', line: LOSING_LINE }]);
  });

  test('--jobs finds the same', async () => {
    ground.write({
      'a.ts': LOSING,
      'b.ts': SAFE,
      'c/d.ts': LOSING,
      'e.ts': Uint8Array.of(0),
      'f.ts': LOSING,
    });
    const alone = await json('--no-cache');
    expect(alone.findings).toHaveLength(3);
    expect(await json('--no-cache', '--jobs', '3')).toEqual(alone);
  });

  describe('what is kept for the next run', () => {
    const kept = (directory: string): string[] =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' });

    test('by threads, too, and in the directory of the user', async () => {
      ground.write({ 'a.ts': LOSING, 'b.ts': LOSING });
      const first = await json('--jobs', '2');
      const [file = ''] = kept(ground.cache).filter((name) => name.endsWith('.json'));
      expect(file).toMatch(/^lockkit\/reports-[0-9a-f]{16}\.json$/);
      const { reports } = JSON.parse(readFileSync(path.join(ground.cache, file), 'utf8')) as {
        reports: unknown[];
      };
      expect(reports).toHaveLength(2);
      expect(await json()).toEqual(first);
    });

    test('in node_modules, where that is', async () => {
      ground.write({ 'a.ts': LOSING, 'node_modules/some/index.js': '' });
      await json();
      expect(kept(ground.path('node_modules/.cache/lockkit'))).toHaveLength(1);
      expect(kept(ground.cache)).toEqual([]);
    });

    test('--no-cache keeps nothing', async () => {
      ground.write({ 'a.ts': LOSING });
      await json('--no-cache');
      expect(kept(ground.cache)).toEqual([]);
    });

    test('--cache-dir that cannot be written to is said, and changes nothing else', async () => {
      ground.write({ 'a.ts': LOSING, occupied: '' });
      const { code, stdout, stderr } = await ground.lockkit(['check', '--cache-dir', 'occupied']);
      expect(code).toBe(1);
      expect(stdout).toContain('a.ts:');
      expect(stderr).toBe('occupied:1: reports cannot be kept here: a file of that name is there\n');
    });
  });

  test('--quiet prints findings only', async () => {
    ground.write({ 'a.ts': LOSING, 'b.ts': Uint8Array.of(0) });
    const { code, stdout, stderr } = await ground.lockkit(['check', '--quiet']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('a.ts:');
    expect(stdout).not.toContain('1 finding');
    ground.write({ 'a.ts': SAFE });
    expect((await ground.lockkit(['check', '--quiet'])).stdout).toBe('');
  });

  test('--help and --version', async () => {
    const help = await ground.lockkit(['check', '--help']);
    expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: '' });
    for (const flag of [
      '--format',
      '--fix',
      '--level',
      '--config',
      '--baseline',
      '--write-baseline',
      '--stdin-filename',
      '--jobs',
      '--no-cache',
      '--cache-dir',
      '--quiet',
    ]) {
      expect(help.stdout).toContain(flag);
    }
    const { version } = JSON.parse(
      (
        await run(
          ['-p', `JSON.stringify(require(${JSON.stringify(CLI.replace(/dist.cli\.js$/, 'package.json'))}))`],
          '',
          {},
        )
      ).stdout,
    ) as { version: string };
    expect((await ground.lockkit(['--version'])).stdout).toBe(`${version}\n`);
  });

  test('a reader that closes the pipe early is no error', async () => {
    ground.write(Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`f${index}.ts`, LOSING])));
    const script = `"${process.execPath}" "${CLI}" check --format json | head -c 10 > /dev/null`;
    const { code, stderr } = await run(
      [
        '-e',
        `require('child_process').execFileSync('bash', ['-c', process.argv[1]], { stdio: 'inherit' })`,
        script,
      ],
      '',
      { cwd: ground.directory },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('explain prints the page of a rule', async () => {
    const { code, stdout } = await ground.lockkit(['explain', 'unguarded-rmw']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# unguarded-rmw\n/);
  });
});
