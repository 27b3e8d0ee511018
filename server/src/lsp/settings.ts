import { LEVELS, RULE_IDS, type Level } from '../model/diagnostics.js';
import { PROCESS_LOADS } from '../model/deployment.js';
import { DIMENSIONS } from '../model/dimensions.js';
import { LEVEL_SETTINGS, type DeploymentSettings, type RuleSettings } from '../project/index.js';

/** The editor's `lockkit.*` settings. They hold where `lockkit.json` says nothing. */
export interface Settings {
  /** Diagnostics below it are not shown. */
  readonly level: Level;
  readonly rules: RuleSettings;
  readonly deployment: DeploymentSettings;
}

export const DEFAULT_SETTINGS: Settings = { level: 'warning', rules: {}, deployment: {} };

/** Settings as a client sent them; what has no meaning is left out, since the editor itself marks it. */
export function settingsOf(value: unknown): Settings {
  const sent = record(value);
  const level = LEVELS.find((known) => known === sent.level) ?? DEFAULT_SETTINGS.level;
  const rules = record(sent.rules);
  const deployment = record(sent.deployment);
  const load = PROCESS_LOADS.find((known) => known === deployment.load);
  return {
    level,
    rules: Object.fromEntries(
      RULE_IDS.flatMap((rule) => {
        const setting = LEVEL_SETTINGS.find((known) => known === rules[rule]);
        return setting === undefined ? [] : [[rule, setting]];
      }),
    ),
    deployment: {
      ...(load !== undefined && { load }),
      ...Object.fromEntries(
        DIMENSIONS.flatMap((dimension) => {
          const setting = deployment[dimension];
          const known = typeof setting === 'boolean' || (Number.isInteger(setting) && Number(setting) >= 1);
          return known ? [[dimension, setting]] : [];
        }),
      ),
    },
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
