import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { builtInModels } from '../src/libraries/built-in.js';
import { configurationSchema } from '../src/project/configuration-schema.js';
import { ConfigurationError, parseConfiguration } from '../src/project/configuration.js';

const FILE = '/project/lockkit.json';

function refusalOf(text: string): string {
  try {
    parseConfiguration(FILE, text);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('what is not allowed is refused with its place and what is', () => {
  test.each([
    ['{', /^\/project\/lockkit\.json:1: not JSON: /],
    ['{\n  "rules": {},\n}', /^\/project\/lockkit\.json:3: not JSON: /],
    ['// comment\n{}', /^\/project\/lockkit\.json:1: not JSON: Unexpected token '\/'$/],
    [
      '{\n  "rules": {},\n  exclude: ["a", "b"],\n  "include": ["c", "d"]\n}',
      /^\/project\/lockkit\.json:3: not JSON: Expected double-quoted property name$/,
    ],
    [
      '{\n  "rules": {},\n  "exclude": [a, "b"],\n  "include": ["c", "d"]\n}',
      /^\/project\/lockkit\.json:3: not JSON: Unexpected token 'a'$/,
    ],
    ['[]', /: at the top: must be object$/],
    ['{ "rule": {} }', /: at the top: "rule" is not known; allowed are "\$schema", "deployment", "rules", /],
    [
      '{ "rules": { "unguarded": "off" } }',
      /: at \/rules: "unguarded" is not known; allowed are "unguarded-rmw", /,
    ],
    [
      '{ "rules": { "unguarded-rmw": "info" } }',
      /: at \/rules\/unguarded-rmw: allowed are "off", "hint", "warning", "error"$/,
    ],
    ['{ "deployment": { "processes": 0 } }', /: at \/deployment\/processes: must be >= 1$/],
    [
      '{ "deployment": { "cores": 4 } }',
      /: at \/deployment: "cores" is not known; allowed are "tasks", "threads", "processes", "hosts", "load"$/,
    ],
    ['{ "exclude": "dist" }', /: at \/exclude: must be array$/],
    ['{ "libraries": [{ "library": "x", "modules": ["x"] }] }', /: at \/libraries\/0: "exports" is missing$/],
    [
      '{ "libraries": [{ "library": "x", "modules": ["x"], "exports": { "f": { "call": { "pure": 1 } } } }] }',
      /: at \/libraries\/0\/exports\/f\/call\/pure: must be boolean$/,
    ],
    [
      '{ "libraries": [{ "library": "x", "modules": ["x"], "exports": {}, "classes": { "L": { "lock": { "span": ["task"] }, "methods": {} } } }] }',
      /: at \/libraries\/0\/classes\/L\/lock\/span\/0: allowed are "tasks", "threads", "processes", "hosts"$/,
    ],
  ])('%s', (text, message) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatch(message);
    expect(refusal).not.toContain('\n');
  });
});

test('deployment becomes evidence at its place in the file', () => {
  const text = '{\n  "deployment": {\n    "processes": 4, "threads": false,\n    "hosts": true\n  }\n}\n';
  const { deployment } = parseConfiguration(FILE, text);
  expect(deployment).toMatchObject([
    { dimension: 'threads', says: 'one', root: '/project', place: { file: FILE, line: 3, column: 21 } },
    {
      dimension: 'processes',
      says: 'many',
      count: 4,
      text: 'lockkit.json says 4 processes',
      place: { line: 3, column: 5 },
    },
    {
      dimension: 'hosts',
      says: 'many',
      text: 'lockkit.json says that there are many hosts',
      place: { line: 4, column: 5 },
    },
  ]);
  expect(deployment.map(({ place }) => text.slice(place.start, place.end))).toEqual([
    '"threads"',
    '"processes"',
    '"hosts"',
  ]);
});

describe('the schema', () => {
  test('is shipped as the code has it', () => {
    const shipped: unknown = JSON.parse(
      readFileSync(new URL('../lockkit.schema.json', import.meta.url), 'utf8'),
    );
    expect(shipped).toEqual(JSON.parse(JSON.stringify(configurationSchema)));
  });

  test('knows all that the built-in library models say', () => {
    expect(builtInModels.length).toBeGreaterThan(0);
    const validate = new Ajv({ allowUnionTypes: true }).compile(configurationSchema);
    for (const model of builtInModels) {
      validate({ libraries: [model] });
      expect(validate.errors, model.library).toBeNull();
    }
  });
});
