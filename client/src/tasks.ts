import {
  type Disposable,
  ProcessExecution,
  Task,
  type TaskDefinition,
  TaskScope,
  tasks,
  workspace,
  type WorkspaceFolder,
} from 'vscode';

import { scenarioSettings } from './scenario/settings.js';

const TYPE = 'lockkit';

/** A task of type `lockkit` in tasks.json; package.json has its schema. */
interface LockkitTask extends TaskDefinition {
  readonly command: Command;
  /** More arguments for the command line. */
  readonly args?: readonly string[];
}

const COMMANDS = ['check', 'scenario'] as const;
type Command = (typeof COMMANDS)[number];

/**
 * Offers `lockkit: check` and `lockkit: scenario` for each folder on disk, and runs those that tasks.json describes.
 *
 * @param cli absolute path of the command line's bundle
 */
export function registerTasks(cli: string): Disposable {
  return tasks.registerTaskProvider(TYPE, {
    provideTasks: () =>
      (workspace.workspaceFolders ?? [])
        .filter(({ uri }) => uri.scheme === 'file')
        .flatMap((folder) =>
          COMMANDS.map((command) => taskOf({ type: TYPE, command } satisfies LockkitTask, folder, cli)),
        ),
    resolveTask: ({ definition, scope }) => {
      if (!isLockkitTask(definition)) return undefined;
      const folder =
        scope === undefined || typeof scope !== 'object' ? workspace.workspaceFolders?.[0] : scope;
      // VS Code drops a resolved task whose definition is another object than the one it asked about.
      return taskOf(definition, folder, cli);
    },
  });
}

function isLockkitTask(definition: TaskDefinition): definition is LockkitTask {
  return COMMANDS.some((command) => command === definition.command);
}

function taskOf(definition: LockkitTask, folder: WorkspaceFolder | undefined, cli: string): Task {
  const { command, args = [] } = definition;
  const size = command === 'scenario' ? sizeFlags() : [];
  // The extension host's own Node; in the desktop editor it is Electron, which this variable turns into Node.
  const execution = new ProcessExecution(process.execPath, [cli, command, ...size, ...args], {
    env: { ELECTRON_RUN_AS_NODE: '1' },
    ...(folder === undefined ? {} : { cwd: folder.uri.fsPath }),
  });
  const matchers = command === 'check' ? ['$lockkit'] : [];
  const task = new Task(definition, folder ?? TaskScope.Workspace, command, TYPE, execution, matchers);
  task.detail =
    command === 'check'
      ? 'Check the folder for lost updates and locks that do not reach far enough'
      : 'Measure what each lock loses, with real processes, threads and async tasks';
  return task;
}

/**
 * The panel's experiment, as flags; those of tasks.json follow and win. The Redis server is not among them: its address can
 * hold a password, and the arguments of a process are no secret.
 */
function sizeFlags(): string[] {
  const { processes, threads, tasks: asyncTasks, iterations, windowMs } = scenarioSettings();
  return Object.entries({ processes, threads, tasks: asyncTasks, iterations, 'window-ms': windowMs }).flatMap(
    ([flag, value]) => [`--${flag}`, String(value)],
  );
}
