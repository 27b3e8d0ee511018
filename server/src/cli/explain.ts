import { RULE_IDS } from '../model/diagnostics.js';
import { rules } from '../rules/index.js';
import { UsageError } from './exit-codes.js';

/**
 * Prints a rule's page.
 * @throws UsageError for an unknown rule
 */
export function explain(id: string): void {
  const rule = rules.find(({ metadata }) => metadata.id === id);
  if (rule === undefined) {
    throw new UsageError(`there is no rule "${id}"; the rules are ${RULE_IDS.join(', ')}`);
  }
  process.stdout.write(`${rule.metadata.id}: ${rule.metadata.summary}\n`);
}
