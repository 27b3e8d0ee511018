// Runs when npm installs lockkit. Where the package brings no addon that loads here, it compiles one. Never fails the
// installation: what is missing is said here, and again by the first lock that needs it.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build, platformFolder } from './build.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/** @param {string} file */
function loads(file) {
  try {
    createRequire(import.meta.url)(file);
    return true;
  } catch {
    return false;
  }
}

/** @returns {string | undefined} what to say */
function install() {
  const target = path.join(here, 'build', 'lockkit.node');
  if (loads(path.join(here, '../prebuilds', platformFolder(), 'lockkit.node')) || loads(target))
    return undefined;
  const reason = build(target);
  if (reason === undefined && loads(target)) return 'compiled its addon for this platform.';
  return `has no addon for ${platformFolder()}, and did not compile one (${reason ?? 'it does not load'}); install a C compiler and run "npm rebuild lockkit", or install fs-ext.`;
}

try {
  const said = install();
  if (said !== undefined) console.log(`lockkit ${said}`);
} catch (error) {
  console.log(
    `lockkit could not look after its addon: ${error instanceof Error ? error.message : String(error)}`,
  );
}
