// @ts-check
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * Where the browser is: `LOCKKIT_TEST_CHROMIUM`, else the first Chromium or Chrome on the PATH.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env.LOCKKIT_TEST_CHROMIUM;
  if (named) return isExecutable(named) ? resolve(named) : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// As a program, for `setup`: prints the path, or ends with 1.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = findChromium();
  if (found === undefined) process.exit(1);
  console.log(found);
}
