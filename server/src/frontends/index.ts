import type { Frontend } from './frontend.js';
import { pythonFrontend } from './python/index.js';
import { typescriptFrontend } from './typescript/index.js';

export type { Frontend } from './frontend.js';

const frontends: readonly Frontend[] = [typescriptFrontend, pythonFrontend];

/** The frontend for a file, by its name's extension. */
export function frontendFor(file: string): Frontend | undefined {
  return frontends.find((frontend) => frontend.extensions.some((extension) => file.endsWith(extension)));
}

/** Makes the frontends of these files ready to parse; a language that none of them is written in costs nothing. */
export async function prepareFrontends(files: Iterable<string>): Promise<void> {
  const needed = new Set<Frontend>();
  for (const file of files) {
    const frontend = frontendFor(file);
    if (frontend !== undefined) needed.add(frontend);
  }
  for (const frontend of needed) await frontend.prepare?.();
}
