import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RuleId } from '../model/diagnostics.js';

/** Where pages lie, seen from this module: beside it in a bundle, and in the sources when the compiler's output runs. */
const CANDIDATES: readonly ((id: RuleId) => string)[] = [
  (id) => `./rules/${id}/page.md`,
  (id) => `./${id}/page.md`,
  (id) => `../../src/rules/${id}/page.md`,
];

/**
 * The page of a rule, as Markdown, and the file it is in.
 * @returns undefined when the page was not shipped
 */
export function rulePage(id: RuleId): { readonly file: string; readonly text: string } | undefined {
  for (const candidate of CANDIDATES) {
    const file = fileURLToPath(new URL(candidate(id), import.meta.url));
    try {
      return { file, text: readFileSync(file, 'utf8') };
    } catch {
      // Not in this place: the next one may have it.
    }
  }
  return undefined;
}
