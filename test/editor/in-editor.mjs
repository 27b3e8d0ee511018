// @ts-check
// Runs the tests of `in-editor/` inside the extension host of a real VS Code, against the extension as it lies in the
// repository, and reports each of them here. It does what @vscode/test-electron does, without a download.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchBrowser } from './lib/browser.mjs';
import { startEditor } from './lib/editor.mjs';
import { HARNESS, ROOT } from './lib/places.mjs';

/** @typedef {{ title: string, error?: string }} Result what `in-editor/index.cjs` reports for each of its tests */

/** @type {import('./lib/editor.mjs').Editor} */
let editor;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
  editor = await startEditor({ name: 'in-editor', automation: true });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await editor?.stop();
});

test('inside the editor', { timeout: 900_000 }, async (t) => {
  const page = await browser.newPage();
  /** @type {Result[]} */
  const results = [];
  /** @type {string[]} */
  const output = [];
  /** @type {Promise<number>} */
  const exit = new Promise((resolve) => page.exposeFunction('codeAutomationExit', resolve));
  await page.exposeFunction(
    'codeAutomationLog',
    (/** @type {string} */ _type, /** @type {unknown[]} */ args) => {
      const [first, second] = args;
      if (first === 'lockkit-test-result' && typeof second === 'string') results.push(JSON.parse(second));
      else output.push(args.join(' '));
    },
  );

  const remote = (/** @type {string} */ path) => `vscode-remote://${editor.authority}${path}`;
  const query = new URLSearchParams({
    folder: editor.fixture('counter'),
    payload: JSON.stringify([
      ['extensionDevelopmentPath', remote(ROOT)],
      ['extensionTestsPath', remote(join(HARNESS, 'in-editor/index.cjs'))],
    ]),
  });
  await page.goto(`http://${editor.authority}/?${query}`);
  const code = await exit;

  for (const { title, error } of results) {
    await t.test(title, () => {
      if (error !== undefined) assert.fail(error);
    });
  }
  assert.ok(results.length > 0, `no test reported a result (exit code ${code}):\n${output.join('\n')}`);
  assert.equal(code, results.some(({ error }) => error !== undefined) ? 1 : 0, output.join('\n'));
});
