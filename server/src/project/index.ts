export { ConfigurationError, CONFIGURATION_FILE, type DeploymentSettings, type RuleSettings } from './configuration.js';
export { mayBeDeploymentFile } from './deployments.js';
export { isAtLeast } from './levels.js';
export { internalError, Project, type FileReport, type ProjectOptions, type Selection } from './project.js';
export { slashed } from './selection.js';
export type { UnusedSuppression } from './suppressions.js';
export { reasonOf } from './text-file.js';
