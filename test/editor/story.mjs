// @ts-check
// What a person does with the packaged extension, in a real browser. Screenshots are kept in artefacts/story/.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launchBrowser } from './lib/browser.mjs';
import { startEditor } from './lib/editor.mjs';
import { VSIX } from './lib/places.mjs';
import { until } from './lib/until.mjs';
import { Workbench } from './lib/workbench.mjs';

const SMALL_SCENARIO = {
  'lockkit.scenario.processes': 2,
  'lockkit.scenario.threads': 2,
  'lockkit.scenario.tasks': 2,
  'lockkit.scenario.iterations': 5,
  'lockkit.scenario.windowMs': 5,
};
const ENDLESS_SCENARIO = { ...SMALL_SCENARIO, 'lockkit.scenario.iterations': 100_000 };

const RUN_SCENARIO = 'Lockkit: Run Scenario';
const PANEL = 'Lockkit: Scenario';

/** @type {import('./lib/editor.mjs').Editor} */
let editor;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
  editor = await startEditor({ name: 'story', vsix: VSIX });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await editor?.stop();
});

/**
 * One story in one window on one fresh folder; its last screenshot shows where it failed.
 *
 * @param {string} title
 * @param {string} story names the folder of its screenshots
 * @param {object} settings of the workspace
 * @param {(window: Workbench, folder: string) => Promise<void>} tell
 */
function story(title, story, settings, tell) {
  test(title, { timeout: 600_000 }, async () => {
    const folder = editor.fixture('counter', settings);
    const window = await Workbench.open(browser, editor, { folder, story });
    try {
      await tell(window, folder);
    } catch (error) {
      await window.screenshot('failed');
      throw error;
    } finally {
      await window.close();
    }
  });
}

story('a lost update is seen, understood and fixed', 'fix', {}, async (window, folder) => {
  await window.openFile('counter.ts');
  await window.squiggles().first().waitFor();
  await window.screenshot('squiggle');

  const hover = await window.hoverSquiggle();
  await window.screenshot('hover');
  assert.match(await hover.innerText(), /unguarded-rmw/);

  await window.goToFirstProblem();
  const menu = await window.openQuickFixes();
  await window.screenshot('quick-fixes');
  await menu
    .locator('.monaco-list-row', { hasText: /^Guard with CombinedLock/ })
    .first()
    .click();
  await window.squiggles().first().waitFor({ state: 'detached' });
  await window.save();
  await window.screenshot('fixed');

  const saved = await until('the fix is on disk', () => {
    const text = readFileSync(join(folder, 'counter.ts'), 'utf8');
    return text.includes('CombinedLock') && text;
  });
  assert.match(saved, /import \{ CombinedLock \} from 'lockkit';/);
});

story('the scenario shows what each lock loses', 'scenario', SMALL_SCENARIO, async (window) => {
  await window.runCommand(RUN_SCENARIO);
  await window
    .notification(/Lockkit/)
    .first()
    .waitFor();
  await window.screenshot('progress');

  const panel = await window.webview(PANEL);
  for (const lock of ['none', 'async-mutex', 'flock-shared', 'combined']) {
    await panel.locator(`[data-lock="${lock}"] [data-field="lost"]`).filter({ hasText: /\d/ }).waitFor();
  }
  await window
    .notification(/Lockkit/)
    .first()
    .waitFor({ state: 'detached' });
  await window.screenshot('result');

  const field = async (/** @type {string} */ lock, /** @type {string} */ name) =>
    Number(
      (await panel.locator(`[data-lock="${lock}"] [data-field="${name}"]`).innerText()).replace(/\D/g, ''),
    );
  const runs = 2 * 2 * 2 * 5;
  for (const lock of ['none', 'combined']) {
    assert.equal(await field(lock, 'expected'), runs, `${lock}: every update was to be made`);
    assert.equal(
      (await field(lock, 'counted')) + (await field(lock, 'lost')),
      runs,
      `${lock}: every update was made`,
    );
  }
  assert.ok((await field('none', 'lost')) > 0, 'without a lock updates are lost');
  assert.equal(await field('combined', 'lost'), 0, 'with CombinedLock none is lost');
});

story('a scenario ends when it is cancelled', 'cancel', ENDLESS_SCENARIO, async (window) => {
  const scenario = () => editor.processes().filter((process) => process.includes('scenario-process'));
  await window.runCommand(RUN_SCENARIO);
  const progress = window.notification(/Lockkit/).first();
  await until('the scenario has started its processes', () => scenario().length > 0);
  await window.screenshot('running');
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await progress.waitFor({ state: 'detached' });
  await until('the processes of the scenario have ended', () => scenario().length === 0);
  const panel = await window.webview(PANEL);
  await panel
    .getByRole('status')
    .filter({ hasText: /cancelled/i })
    .waitFor();
  await window.screenshot('cancelled');
});
