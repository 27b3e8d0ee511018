import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectMarkedReports } from './support/expectations.js';
import { readScenarios } from './support/fixtures.js';

const folder = new URL('../src/libraries/fixtures/', import.meta.url).pathname;
const models = new URL('../src/libraries/models/', import.meta.url);
const fixtures = readScenarios(folder);

describe.each(fixtures.map(({ file, scenarios }) => [file, scenarios] as const))('%s', (file, scenarios) => {
  test.each(scenarios.map((scenario) => [scenario.title, scenario] as const))('%s', (_, { files }) => {
    expectMarkedReports(files);
  });

  test('is named after a library, has a report, and something that stays silent', () => {
    const texts = scenarios.map(({ files }) => [...files.values()].join('\n'));
    const marked = texts.filter((text) => /(?:\/\/|#) (?:error|warning|hint): \[/.test(text));
    expect(marked.length).toBeGreaterThan(0);
    expect(marked.length).toBeLessThan(texts.length);
    expect(existsSync(new URL(file.replace(/\.md$/, '.json'), models)), file).toBe(true);
  });
});
