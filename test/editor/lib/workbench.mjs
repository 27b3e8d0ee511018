// @ts-check
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ARTEFACTS } from './places.mjs';
import { until } from './until.mjs';

/** The first webview of a server takes up to 12 s on a busy machine. */
const PATIENCE = 45_000;

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
   * Presses a key, again if need be: a busy window may ignore it.
   *
   * @param {string} key
   * @param {import('playwright-core').Locator} effect what it brings up
   */
  async #press(key, effect) {
    await until(`${key} has its effect`, async () => {
      await this.page.keyboard.press(key);
      return await effect.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
    });
  }

  /**
   * Opens the quick input and clicks a row when it is there: the list fills late, so no Enter is pressed blindly.
   *
   * @param {string} key opens it
   * @param {string} text what is typed
   * @param {string} label the row's
   */
  async #pick(key, text, label) {
    const input = this.page.locator('.quick-input-widget .quick-input-box input');
    await this.#press(key, input);
    await input.fill(text);
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows
      .filter({ has: this.page.locator('.label-name', { hasText: exactly(label) }) })
      .first()
      .click();
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
    await this.#press('F8', box);
    await this.page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
  }

  /** Opens the menu of quick fixes at the cursor. */
  async openQuickFixes() {
    const menu = this.page.locator('.action-widget:not(.action-list-submenu-panel)');
    await this.#press('Control+.', menu);
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

/** @param {string} text */
function exactly(text) {
  return new RegExp(`^${text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')}$`);
}
