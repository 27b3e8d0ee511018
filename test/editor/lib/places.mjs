// @ts-check
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This harness. */
export const HARNESS = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
/** The repository, which is also the extension's folder. */
export const ROOT = join(HARNESS, '../..');
/** The packaged extension. */
export const VSIX = join(ROOT, 'lockkit.vsix');
/** Screenshots and logs of the last run. */
export const ARTEFACTS = join(HARNESS, 'artefacts');
