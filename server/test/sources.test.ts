import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareFrontends } from '../src/frontends/index.js';
import { Sources, type Source } from '../src/project/sources.js';

const TEXT = `export const total = ${'1 + '.repeat(100)}1;\n`;
const directory = mkdtempSync(path.join(os.tmpdir(), 'lockkit-sources-'));
const files = ['a.ts', 'b.ts', 'c.ts'].map((name) => path.join(directory, name));
const [first = '', second = '', third = ''] = files;

beforeAll(async () => {
  for (const file of files) writeFileSync(file, TEXT);
  await prepareFrontends(files);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function textIn(sources: Sources, file: string): Source {
  const source = sources.get(file);
  if (source.kind !== 'text') throw new Error(`${file} was not read: ${source.message}`);
  return source;
}

describe('what is kept', () => {
  it('a file that did not change is neither read nor parsed again', () => {
    const sources = new Sources();
    const facts = textIn(sources, first).facts();
    expect(facts).toBeDefined();
    expect(textIn(sources, first).facts()).toBe(facts);
  });

  it('what was asked for longest ago makes room for others', () => {
    const sources = new Sources(undefined, 2.5 * TEXT.length);
    const kept = textIn(sources, first);
    textIn(sources, second);
    expect(textIn(sources, first)).toBe(kept);
    textIn(sources, third);
    expect(files.map((file) => sources.isKnown(file))).toEqual([true, false, true]);
    expect(textIn(sources, second).text).toBe(TEXT);
  });

  it('facts take more room than the text that they are made of', () => {
    const sources = new Sources(undefined, 4 * TEXT.length);
    textIn(sources, first);
    const parsed = textIn(sources, second);
    expect(files.map((file) => sources.isKnown(file))).toEqual([true, true, false]);
    parsed.facts();
    expect(files.map((file) => sources.isKnown(file))).toEqual([false, true, false]);
    // One file is kept however large it is.
    expect(textIn(sources, second)).toBe(parsed);
  });

  it('what is on disk is looked at again when that is asked for', () => {
    const sources = new Sources();
    const file = path.join(directory, 'changing.ts');
    writeFileSync(file, TEXT);
    textIn(sources, file);
    writeFileSync(file, 'let other = 1;');
    expect(textIn(sources, file).text).toBe(TEXT);
    sources.lookAgain();
    expect(textIn(sources, file).text).toBe('let other = 1;');
  });

  it('what an editor has open comes before what is on disk, and goes with it', () => {
    const sources = new Sources();
    sources.setOverlay(first, 'let other = 2;');
    expect(textIn(sources, first).text).toBe('let other = 2;');
    sources.removeOverlay(first);
    expect(textIn(sources, first).text).toBe(TEXT);
  });
});
