import { LEVELS, type Diagnostic, type Level, type RuleId } from '../model/diagnostics.js';
import type { RuleMetadata } from '../model/rule.js';
import { rules } from '../rules/index.js';
import type { RuleSettings } from './configuration.js';

const metadataOf = new Map<RuleId, RuleMetadata>(rules.map((rule) => [rule.metadata.id, rule.metadata]));

/**
 * A diagnostic at the level that the settings give its rule; undefined when the rule is off. The setting is the level of the rule's
 * most certain reports: it lowers whatever is above it, and raises only what is at the rule's own default.
 */
export function withLevel(diagnostic: Diagnostic, settings: RuleSettings): Diagnostic | undefined {
  const setting = settings[diagnostic.rule];
  if (setting === undefined) return diagnostic;
  if (setting === 'off') return undefined;
  const certain = metadataOf.get(diagnostic.rule)?.defaultLevel ?? diagnostic.level;
  const level =
    diagnostic.level === certain || isAtLeast(diagnostic.level, setting) ? setting : diagnostic.level;
  return { ...diagnostic, level };
}

/** True when `level` is as severe as `threshold`, or more. */
export function isAtLeast(level: Level, threshold: Level): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(threshold);
}
