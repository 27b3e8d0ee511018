import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { builtInModels } from '../src/libraries/built-in.js';

const folder = fileURLToPath(new URL('../src/libraries/models/', import.meta.url));

describe('the built-in library models', () => {
  test('are all the files of the folder', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(builtInModels.length).toBe(files.length);
  });

  test.each(builtInModels.map((model) => [model.library, model] as const))(
    '%s names only classes that it has',
    (_, model) => {
      const classes = new Set(['descriptor', ...Object.keys(model.classes ?? {})]);
      const named = [...JSON.stringify(model).matchAll(/"(?:class|instance)":"([^"]+)"/g)].map(
        (match) => match[1] ?? '',
      );
      expect(named.filter((name) => !classes.has(name))).toEqual([]);
    },
  );
});
