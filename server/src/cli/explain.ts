import { RULE_IDS } from '../model/diagnostics.js';
import { rulePage, rules } from '../rules/index.js';
import { UsageError } from './exit-codes.js';

/**
 * Prints a rule's page.
 * @throws UsageError for an unknown rule
 */
export function explain(id: string): void {
  const rule = RULE_IDS.find((known) => known === id);
  const metadata = rules.find((known) => known.metadata.id === rule)?.metadata;
  if (rule === undefined || metadata === undefined) {
    const known = rules.map((each) => each.metadata.id).join(', ');
    throw new UsageError(
      rule === undefined
        ? `there is no rule "${id}"; the rules are ${known}`
        : `${id} is not checked by this version; the rules it checks are ${known}`,
    );
  }
  const page = rulePage(rule)?.text ?? `# ${metadata.id}\n\n${metadata.summary}`;
  process.stdout.write(`${page.trimEnd()}\n`);
}
