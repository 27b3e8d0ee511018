/**
 * A fix is a claim: on every fixture, applying it makes the report go, adds none, and is not offered again; the file still parses, and
 * the compiler finds no error that was not there before.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFix } from '../src/fixes/index.js';
import { fileOf, type Diagnostic, type FixRequest } from '../src/model/diagnostics.js';
import { applyEdits } from '../src/project/index.js';
import { rules } from '../src/rules/index.js';
import { check, ROOT } from './support/check.js';
import { readScenarios } from './support/fixtures.js';
import { typeErrors } from './support/type-check.js';

/** Where there is a lock now, other places that do not take it stand out, and are told: they are no doing of the fix. */
const isTold = ({ rule }: Diagnostic): boolean => rule !== 'different-locks';
const identity = ({ rule, cell = '' }: Diagnostic): string => `${rule} ${cell}`;

interface Fixed {
  readonly title: string;
  readonly kind: FixRequest['kind'];
  readonly file: string;
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
}

/** All that was written: were it nothing, nothing would have been tested. */
const fixed: Fixed[] = [];

const folders = [...rules.map(({ metadata }) => `rules/${metadata.id}`), 'libraries'];

for (const folder of folders) {
  const fixtures = new URL(`../src/${folder}/fixtures/`, import.meta.url).pathname;
  for (const { file, scenarios } of readScenarios(fixtures)) {
    describe(`${folder} ${file}`, () => {
      test.each(scenarios.map((scenario) => [scenario.title, scenario.files] as const))(
        '%s',
        (title, files) => {
          const before = check(files);
          for (const diagnostic of before) {
            for (const request of diagnostic.fixes) {
              const name = [...files.keys()].find((path) => join(ROOT, path) === fileOf(request)) ?? '';
              const text = files.get(name) ?? '';
              const fix = writeFix(request, text);
              if (fix === undefined) continue;
              const result = applyEdits(text, fix.edits);
              const after = new Map(files).set(name, result);
              fixed.push({ title, kind: request.kind, file: name, before: files, after });
              const expected = before.filter((other) => other !== diagnostic && isTold(other)).map(identity);
              // Once others wait for the lock, it matters where it was left held all along.
              const isUncovered = (other: Diagnostic): boolean =>
                (request.kind === 'hoist-lock' || request.kind === 'replace-lock') &&
                other.rule === 'unreleased-lock';
              const left = check(after).filter((other) => isTold(other) && !isUncovered(other));
              expect(left.map(identity).sort(), result).toEqual(expected.sort());
            }
          }
        },
      );
    });
  }
}

/** What is left of a list when each of another's elements is taken out once. */
function without(all: readonly string[], known: readonly string[]): string[] {
  const rest = [...known];
  return all.filter((one) => {
    const index = rest.indexOf(one);
    if (index !== -1) rest.splice(index, 1);
    return index === -1;
  });
}

test('the compiler of TypeScript finds no new error in what was fixed', () => {
  const typed = fixed.filter(({ file }) => !file.endsWith('.py'));
  const errors = typeErrors(typed.flatMap(({ before, after }) => [before, after]));
  for (const [index, { title, file, after }] of typed.entries()) {
    const added = without(errors[index * 2 + 1] ?? [], errors[index * 2] ?? []);
    expect(added, `${title}\n${after.get(file) ?? ''}`).toEqual([]);
  }
});

test('Python compiles what was fixed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lockkit-fixed-'));
  try {
    const files = fixed
      .filter(({ file }) => file.endsWith('.py'))
      .map(({ file, after }, index) => {
        const path = join(directory, String(index), file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, after.get(file) ?? '');
        return path;
      });
    execFileSync('python3', ['-m', 'py_compile', ...files], { stdio: ['ignore', 'pipe', 'pipe'] });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test.each<[FixRequest['kind'], string, number]>([
  ['guard-with-combined-lock', 'TypeScript', 20],
  ['guard-with-combined-lock', 'Python', 5],
  ['replace-lock', 'TypeScript', 5],
  ['replace-lock', 'Python', 3],
  ['hoist-lock', 'TypeScript', 5],
  ['await-call', 'TypeScript', 5],
  ['update-atomically', 'TypeScript', 20],
  ['update-atomically', 'Python', 12],
])('%s was written for %s', (kind, language, least) => {
  const count = fixed.filter(
    (one) => one.kind === kind && one.file.endsWith('.py') === (language === 'Python'),
  ).length;
  expect(count).toBeGreaterThanOrEqual(least);
});
