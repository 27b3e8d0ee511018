// @ts-check
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ARTEFACTS } from './places.mjs';

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
    await page.locator('.monaco-workbench').waitFor();
    await page.evaluate('window.driver.whenWorkbenchRestored()');
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
    await this.page.keyboard.press('Control+P');
    await this.#pick(file, file);
    await this.page.locator(`.tab.active[data-resource-name="${file}"]`).waitFor();
  }

  /** @param {string} label the command's full label, with its category */
  async runCommand(label) {
    await this.page.keyboard.press('F1');
    await this.#pick(`>${label}`, label);
  }

  /**
   * The list of the quick input fills late, so the row is clicked when it is there, and no blind Enter is pressed.
   *
   * @param {string} text
   * @param {string} label
   */
  async #pick(text, label) {
    await this.page.locator('.quick-input-widget .quick-input-box input').fill(text);
    const row = this.page.locator('.quick-input-list .monaco-list-row').filter({
      has: this.page.locator('.label-name', { hasText: new RegExp(`^${RegExp.escape?.(label) ?? label}$`) }),
    });
    await row.first().click();
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
    await this.page.keyboard.press('F8');
    await this.page.locator('.zone-widget').waitFor();
    await this.page.keyboard.press('Escape');
    await this.page.locator('.zone-widget').waitFor({ state: 'detached' });
  }

  /** Opens the menu of quick fixes at the cursor. */
  async openQuickFixes() {
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
