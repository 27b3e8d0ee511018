import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import type { Log } from 'sarif';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { codeFrame } from '../src/cli/output/code-frame.js';
import type { CheckJson } from '../src/cli/output/json.js';
import { lineStartsOf, placeOf } from '../src/model/source.js';
import { LOSING, LOSING_LINE, Playground } from './cli-support.js';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
  ground.write({ 'src/a b.ts': LOSING, 'src/broken.ts': 'export const = await one();\n' });
});
afterEach(() => {
  ground.remove();
});

test('JSON is as the contract has it', async () => {
  const { code, stdout } = await ground.lockkit(['check', '--format', 'json']);
  expect(code).toBe(1);
  const { version, findings, problems, ...rest } = JSON.parse(stdout) as CheckJson;
  expect(rest).toEqual({});
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(problems).toEqual([{ file: 'src/broken.ts', line: 1, message: expect.any(String) as string }]);
  expect(findings).toEqual([
    {
      rule: 'unguarded-rmw',
      level: 'warning',
      message: expect.stringContaining('`total` is read on line 6') as string,
      file: 'src/a b.ts',
      line: LOSING_LINE,
      column: 3,
      endLine: LOSING_LINE,
      endColumn: 8,
      cell: 'total',
      dimension: ['tasks'],
      evidence: [{ file: 'src/a b.ts', line: 5, text: expect.any(String) as string }],
      related: expect.arrayContaining([
        { file: 'src/a b.ts', line: 6, message: expect.stringContaining('read') as string },
      ]) as unknown,
      fixes: [
        {
          title: expect.stringContaining('CombinedLock') as string,
          edits: expect.arrayContaining([
            {
              file: 'src/a b.ts',
              line: expect.any(Number) as number,
              column: expect.any(Number) as number,
              endLine: expect.any(Number) as number,
              endColumn: expect.any(Number) as number,
              newText: expect.stringContaining('CombinedLock') as string,
            },
          ]) as unknown,
        },
      ],
    },
  ]);
});

test('SARIF is valid by the schema of its standard', async () => {
  const { code, stdout } = await ground.lockkit(['check', '--format', 'sarif']);
  expect(code).toBe(1);
  const log = JSON.parse(stdout) as Log;
  const validate = sarifValidator();
  expect({ valid: validate(log), errors: validate.errors }).toEqual({ valid: true, errors: null });
  const run = log.runs[0];
  const result = run?.results?.[0];
  expect(result).toMatchObject({
    ruleId: 'unguarded-rmw',
    level: 'warning',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'src/a%20b.ts', uriBaseId: 'SRCROOT' },
          region: { startLine: LOSING_LINE, startColumn: 3, endLine: LOSING_LINE, endColumn: 8 },
        },
      },
    ],
  });
  expect(result?.relatedLocations?.length).toBeGreaterThan(1);
  expect(result?.fixes).toHaveLength(1);
  expect(run?.tool.driver.rules?.[result?.ruleIndex ?? -1]?.id).toBe('unguarded-rmw');
  expect(run?.invocations?.[0]?.toolExecutionNotifications).toHaveLength(1);
  expect(validate({ ...log, version: '2.0.0' })).toBe(false);
});

/** The schema is of draft 4, which differs in what it uses of it only in the name of `$id`. */
function sarifValidator(): ReturnType<Ajv['compile']> {
  const file = new URL('./schemas/sarif-2.1.0.json', import.meta.url);
  const { id, $schema, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  expect({ id, $schema }).toEqual({
    id: expect.stringContaining('sarif-2.1.0') as string,
    $schema: 'http://json-schema.org/draft-04/schema#',
  });
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  ajv.addFormat('uri', (text: string) => URL.canParse(text));
  ajv.addFormat('uri-reference', (text: string) => URL.canParse(text, 'file:///'));
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)));
  return ajv.compile(schema);
}

test('GitHub: an annotation for each finding and problem', async () => {
  const { code, stdout } = await ground.lockkit(['check', '--format', 'github']);
  expect(code).toBe(1);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(
    /^::warning file=src\/a b\.ts,line=8,endLine=8,col=3,endColumn=8,title=lockkit unguarded-rmw::`total` is read /,
  );
  expect(lines[1]).toMatch(/^::warning file=src\/broken\.ts,line=1,title=lockkit::syntax error: /);
});

test('text: the line, what explains it and what to do, without colours in a pipe', async () => {
  const { stdout, stderr } = await ground.lockkit(['check']);
  expect(stderr).toMatch(/^src\/broken\.ts:1: syntax error: .*\n$/);
  expect(stdout).toContain(
    ['    > 8 |   total = before + 1;', '        |   ^^^^^', '      9 |   return total;'].join('\n'),
  );
  expect(stdout).toMatch(/^ {2}see +.*src\/a b\.ts:6:18$/m);
  expect(stdout).toMatch(/^ {2}because .*src\/a b\.ts:5:23$/m);
  expect(stdout).toMatch(/^ {2}fix .*CombinedLock/m);
  expect(stdout).toMatch(/ 1 can be fixed with --fix\. /);
  expect(stdout).not.toContain('\u001b');
});

test('a code frame keeps control characters and long lines from the terminal', () => {
  const text = `first\n${'x'.repeat(300)}\u001b[31mred = 1;\u202e\r\nlast\n`;
  const start = text.indexOf('red');
  const place = placeOf('/a.ts', lineStartsOf(text), { start, end: start + 3 });
  const frame = codeFrame(text, place, (underline) => underline);
  expect(frame).toEqual([
    '  1 |',
    `> 2 | ${'x'.repeat(15)}·[31mred = 1;·`,
    `    | ${' '.repeat(20)}^^^`,
    '  3 |',
  ]);
});
