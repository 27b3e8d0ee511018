/** A fix is a claim: on every fixture, applying it makes the report go, adds none, and is not offered again. */
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { writeFix } from '../src/fixes/index.js';
import type { Diagnostic, TextEdit } from '../src/model/diagnostics.js';
import { rules } from '../src/rules/index.js';
import { check, ROOT } from './support/check.js';
import { readScenarios } from './support/fixtures.js';

function applied(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((one, other) => other.range.start - one.range.start)
    .reduce(
      (result, { range, newText }) => result.slice(0, range.start) + newText + result.slice(range.end),
      text,
    );
}

function syntaxErrors(file: string, text: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(text, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  return diagnostics.map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '));
}

const identity = ({ rule, cell = '' }: Diagnostic): string => `${rule} ${cell}`;

/** How many fixes were written: were it none, nothing would have been tested. */
let written = 0;

for (const { metadata } of rules) {
  const folder = new URL(`../src/rules/${metadata.id}/fixtures/`, import.meta.url).pathname;
  for (const { file, scenarios } of readScenarios(folder)) {
    describe(`${metadata.id} ${file}`, () => {
      test.each(scenarios.map((scenario) => [scenario.title, scenario.files] as const))('%s', (_, files) => {
        const before = check(files);
        for (const diagnostic of before) {
          const name = [...files.keys()].find((path) => join(ROOT, path) === diagnostic.place.file) ?? '';
          const text = files.get(name) ?? '';
          for (const request of diagnostic.fixes) {
            const fix = writeFix(request, text);
            if (fix === undefined) continue;
            written++;
            const result = applied(text, fix.edits);
            expect(syntaxErrors(name, result), result).toEqual([]);
            const after = check(new Map(files).set(name, result)).map(identity);
            const expected = before.filter((other) => other !== diagnostic).map(identity);
            expect(after.sort(), result).toEqual(expected.sort());
          }
        }
      });
    });
  }
}

test('fixes were written', () => {
  expect(written).toBeGreaterThan(20);
});
