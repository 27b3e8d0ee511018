import type { ScenarioSize } from '@lockkit/server/protocol';
import { workspace } from 'vscode';

import type { Size } from './view.js';

export type ScenarioSettings = { readonly [Name in keyof Size]: number } & Pick<ScenarioSize, 'redisUrl'>;

/** The experiment as `lockkit.scenario.*` describes it; package.json has the defaults. */
export function scenarioSettings(): ScenarioSettings {
  const settings = workspace.getConfiguration('lockkit.scenario');
  const redisUrl = settings.get('redisUrl', '').trim();
  return {
    processes: settings.get('processes', 4),
    threads: settings.get('threads', 4),
    tasks: settings.get('tasks', 2),
    iterations: settings.get('iterations', 50),
    windowMs: settings.get('windowMs', 1),
    ...(redisUrl === '' ? {} : { redisUrl }),
  };
}
