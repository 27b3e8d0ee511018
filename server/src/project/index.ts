export { LEVEL_SETTINGS } from './configuration-schema.js';
export {
  ConfigurationError,
  CONFIGURATION_FILE,
  type DeploymentSettings,
  type RuleSettings,
} from './configuration.js';
export { WATCHED_FILES } from './deployments.js';
export { isAtLeast } from './levels.js';
export { internalError, Project, type FileReport, type ProjectOptions, type Selection } from './project.js';
export type { KeptReport } from './report-cache.js';
export { slashed } from './selection.js';
export type { UnusedSuppression } from './suppressions.js';
export { reasonOf } from './text-file.js';
export { applyEdits, fixFiles, type Fixed, type FixedFile, type Fixing } from './edits.js';
export { missingRuntimes } from './runtime-presence.js';
export { writeFixed } from './write-files.js';
export { VERSION } from './version.js';
