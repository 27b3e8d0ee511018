import type { Frontend } from './frontend.js';
import { typescriptFrontend } from './typescript/index.js';

export type { Frontend } from './frontend.js';

const frontends: readonly Frontend[] = [typescriptFrontend];

/** The frontend for a file, by its name's extension. */
export function frontendFor(file: string): Frontend | undefined {
  return frontends.find((frontend) => frontend.extensions.some((extension) => file.endsWith(extension)));
}
