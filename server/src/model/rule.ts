import type { Diagnostic, Level, RuleId } from './diagnostics.js';
import type { Finding } from './findings.js';

/** What a rule is called and says; documentation, settings and SARIF are made from it. */
export interface RuleMetadata {
  readonly id: RuleId;
  /** One sentence: what it reports. */
  readonly summary: string;
  /** The level of its most certain reports. */
  readonly defaultLevel: Level;
}

export interface Rule {
  readonly metadata: RuleMetadata;
  /** The diagnostic that the rule makes of a finding, if it is one of its own. */
  check(finding: Finding): Diagnostic | undefined;
}
