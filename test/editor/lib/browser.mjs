// @ts-check
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';

/** @returns {Promise<import('playwright-core').Browser>} */
export function launchBrowser() {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium found: run test/editor/setup');
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}
