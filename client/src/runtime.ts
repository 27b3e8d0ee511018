import { commands, type Disposable, ProcessExecution, Task, tasks, window, workspace } from 'vscode';

/**
 * The command that adds the runtime to a folder of the workspace. It runs the command line in a terminal, where the folder's own package
 * manager says what it does.
 *
 * @param cli absolute path of the command line's bundle
 */
export function registerAddRuntime(cli: string): Disposable {
  return commands.registerCommand('lockkit.addRuntime', async () => {
    const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const [only] = folders;
    if (only === undefined) {
      void window.showInformationMessage('Open the folder of the project that is to have the runtime.');
      return;
    }
    const folder = folders.length === 1 ? only : await window.showWorkspaceFolderPick();
    if (folder === undefined) return;
    // The extension host's own Node; in the desktop editor it is Electron, which this variable turns into Node.
    const execution = new ProcessExecution(process.execPath, [cli, 'add-runtime'], {
      env: { ELECTRON_RUN_AS_NODE: '1' },
      cwd: folder.uri.fsPath,
    });
    const definition = { type: 'lockkit', command: 'add-runtime' };
    await tasks.executeTask(new Task(definition, folder, 'add the runtime', 'lockkit', execution));
  });
}
