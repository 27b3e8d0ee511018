import type { RuleId } from '../model/diagnostics.js';
import { rulePage } from '../rules/index.js';
import { uriOf } from './locations.js';

const shipped = new Map<RuleId, string | undefined>();

/**
 * The URI of a rule's page, where there is one.
 * @param base URI of a directory that holds `<rule>/page.md`. Default: the pages that the server is shipped with
 */
export function rulePageUri(rule: RuleId, base: string | undefined): string | undefined {
  if (base !== undefined) return `${base.replace(/\/$/, '')}/${rule}/page.md`;
  if (!shipped.has(rule)) {
    const file = rulePage(rule)?.file;
    shipped.set(rule, file === undefined ? undefined : uriOf(file));
  }
  return shipped.get(rule);
}
