import { relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../src/model/diagnostics.js';
import { rulePage, rules } from '../src/rules/index.js';
import { check, ROOT } from './support/check.js';
import { examplesOf, markersOf, readScenarios, type Marker } from './support/fixtures.js';

function asMarker(diagnostic: Diagnostic): Omit<Marker, 'part'> {
  const { level, rule, place } = diagnostic;
  return { file: relative(ROOT, place.file), line: place.line, level, rule };
}

const byPlace = (one: Omit<Marker, 'part'>, other: Omit<Marker, 'part'>): number =>
  one.file.localeCompare(other.file) || one.line - other.line || one.rule.localeCompare(other.rule);

describe.each(rules.map((rule) => rule.metadata.id))('%s', (id) => {
  const folder = new URL(`../src/rules/${id}/fixtures/`, import.meta.url).pathname;
  for (const { file, scenarios } of readScenarios(folder)) {
    describe(file, () => {
      test.each(scenarios.map((scenario) => [scenario.title, scenario] as const))('%s', (_, { files }) => {
        expect(files.size).toBeGreaterThan(0);
        const diagnostics = check(files);
        const markers = markersOf(files);
        expect(diagnostics.map(asMarker).sort(byPlace)).toEqual(
          markers.map(({ file, line, level, rule }) => ({ file, line, level, rule })).sort(byPlace),
        );
        for (const { part, line } of markers) {
          const messages = diagnostics
            .filter(({ place }) => place.line === line)
            .map(({ message }) => message);
          if (part !== '') expect(messages.join('\n')).toContain(part);
        }
      });
    });
  }

  test('the page opens with the rule and what it reports, and its examples do what they promise', () => {
    const page = rulePage(id)?.text ?? '';
    const { summary } = rules.find((rule) => rule.metadata.id === id)?.metadata ?? { summary: '?' };
    expect(page.replace(/\s+/g, ' ')).toContain(`# ${id} ${summary}`);
    const headings = [...page.matchAll(/^## (.*)$/gm)].map((match) => match[1]);
    expect(headings).toEqual([
      'What it does',
      'Why is this bad?',
      'Example',
      'Use instead',
      'When not to use it',
    ]);
    const examples = examplesOf(page);
    expect(examples.filter(({ promise }) => promise === 'report').length).toBeGreaterThan(0);
    for (const { promise, text } of examples) {
      const reported = check(new Map([['example.ts', text]])).map(({ rule }) => rule);
      expect(reported, text).toEqual(promise === 'report' ? [id] : []);
    }
  });
});
