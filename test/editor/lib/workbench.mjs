// @ts-check
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ARTEFACTS } from './places.mjs';
import { until } from './until.mjs';

/** In ms. A window with its extension host, TypeScript and Lockkit takes 5 s to start, and a minute on a machine with much else to do. */
const PATIENCE = 90_000;

/** What a person does in one window of VS Code, in a person's words. */
export class Workbench {
  /** @readonly */ page;
  #shots;
  #shotCount = 0;

  /**
   * @param {import('playwright-core').Page} page
   * @param {string} shots folder of its screenshots
   */
  constructor(page, shots) {
    this.page = page;
    this.#shots = shots;
  }

  /**
   * Opens a folder in a window of its own and waits until the workbench is there.
   *
   * @param {import('playwright-core').Browser} browser
   * @param {import('./editor.mjs').Editor} editor
   * @param {object} options
   * @param {string} options.folder the folder to open
   * @param {string} options.story names the folder of its screenshots
   */
  static async open(browser, editor, { folder, story }) {
    const context = await browser.newContext({
      permissions: ['clipboard-read', 'clipboard-write'],
      viewport: { width: 1440, height: 900 },
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const shots = join(ARTEFACTS, 'story', story);
    rmSync(shots, { recursive: true, force: true });
    mkdirSync(shots, { recursive: true });
    await page.goto(`http://${editor.authority}/?folder=${encodeURIComponent(folder)}`);
    await page.locator('#status\\.problems').waitFor();
    return new Workbench(page, shots);
  }

  async close() {
    await this.page.context().close();
  }

  /**
   * Keeps a picture of the window as it is now.
   *
   * @param {string} name
   */
  async screenshot(name) {
    this.#shotCount += 1;
    const path = join(this.#shots, `${String(this.#shotCount).padStart(2, '0')}-${name}.png`);
    await this.page.screenshot({ path });
  }

  /** @param {string} file name of a file of the folder */
  async openFile(file) {
    await this.#pick('Control+P', file, file);
    await this.page.locator(`.tab.active[data-resource-name="${file}"]`).waitFor();
  }

  /** @param {string} label the command's full label, with its category */
  async runCommand(label) {
    await this.#pick('F1', `>${label}`, label);
  }

  /**
   * Opens the quick input and clicks a row when it is there: the list fills late, so no Enter is pressed blindly. A list that was
   * opened before the extensions were known never gets their commands, so it is then opened anew.
   *
   * @param {string} key opens it
   * @param {string} text what is typed
   * @param {string} label the row's
   */
  async #pick(key, text, label) {
    const input = this.page.locator('.quick-input-widget .quick-input-box input');
    const row = this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.locator('.label-name', { hasText: exactly(label) }) })
      .first();
    await until(`${key} offers "${label}"`, async () => {
      await this.page.keyboard.press(key);
      if (!(await appears(input))) return false;
      await input.fill(text);
      if (await appears(row)) return true;
      await this.page.keyboard.press('Escape');
      return false;
    });
    await row.click();
  }

  /** The squiggles of the lines in view, errors and warnings. */
  squiggles() {
    return this.page.locator('.squiggly-error, .squiggly-warning');
  }

  /** Shows the hover of the first squiggle. */
  async hoverSquiggle() {
    await this.squiggles().first().hover({ force: true });
    const hover = this.page.locator('.monaco-hover:not(.hidden)', { hasText: /lockkit/i });
    await hover.first().waitFor();
    return hover.first();
  }

  /** Puts the cursor on the first problem of the file, from its start. */
  async goToFirstProblem() {
    await this.page.keyboard.press('Control+1');
    await this.page.keyboard.press('Control+Home');
    const box = this.page.locator('.zone-widget');
    await until('F8 goes to a problem', async () => {
      await this.page.keyboard.press('F8');
      return await appears(box);
    });
    await this.page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
  }

  /** Opens the menu of quick fixes at the cursor, once the light bulb says that there are some. */
  async openQuickFixes() {
    const bulb = this.page.locator('.lightBulbWidget, [class*="codicon-gutter-lightbulb"]');
    await bulb.filter({ visible: true }).first().waitFor();
    await this.page.keyboard.press('Control+.');
    const menu = this.page.locator('.action-widget:not(.action-list-submenu-panel)');
    await menu.waitFor();
    return menu;
  }

  async save() {
    await this.page.keyboard.press('Control+S');
    await this.page.locator('.tab.active:not(.dirty)').waitFor();
  }

  /** @param {string | RegExp} text part of the notification's text */
  notification(text) {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  /**
   * The document inside the webview of the active tab.
   *
   * @param {string} title the tab's title
   */
  async webview(title) {
    await this.page.locator('.tab', { hasText: title }).waitFor();
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }
}

/**
 * @param {import('playwright-core').Locator} locator
 * @returns {Promise<boolean>} false if it is not visible within a few seconds
 */
function appears(locator) {
  return locator.waitFor({ timeout: 3_000 }).then(
    () => true,
    () => false,
  );
}

/** @param {string} text */
function exactly(text) {
  return new RegExp(`^${text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')}$`);
}
