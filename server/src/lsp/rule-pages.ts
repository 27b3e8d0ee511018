import { existsSync } from 'node:fs';
import type { RuleId } from '../model/diagnostics.js';

/**
 * The URI of a rule's page, where there is one.
 * @param base URI of a directory that holds `<rule>/page.md`. Default: the pages that the server is shipped with
 */
export function rulePageUri(rule: RuleId, base: string | undefined): string | undefined {
  if (base !== undefined) return `${base.replace(/\/$/, '')}/${rule}/page.md`;
  return SHIPPED.map((directory) => new URL(`${directory}${rule}/page.md`, import.meta.url)).find((url) =>
    existsSync(url),
  )?.href;
}

/** Beside the compiled server, and in the sources it is compiled from. */
const SHIPPED = ['../rules/', '../../src/rules/'];
