import { describe, expect, test } from 'vitest';
import { rulePage, rules } from '../src/rules/index.js';
import { check } from './support/check.js';
import { expectMarkedReports } from './support/expectations.js';
import { examplesOf, readScenarios } from './support/fixtures.js';

describe.each(rules.map((rule) => rule.metadata.id))('%s', (id) => {
  const folder = new URL(`../src/rules/${id}/fixtures/`, import.meta.url).pathname;
  for (const { file, scenarios } of readScenarios(folder)) {
    describe(file, () => {
      test.each(scenarios.map((scenario) => [scenario.title, scenario] as const))('%s', (_, { files }) => {
        expectMarkedReports(files);
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
    for (const { promise, file, text } of examples) {
      const reported = check(new Map([[file, text]])).map(({ rule }) => rule);
      expect(reported, text).toEqual(promise === 'report' ? [id] : []);
    }
  });
});
