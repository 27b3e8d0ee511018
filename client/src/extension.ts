import { commands, type ExtensionContext, window } from 'vscode';

import { registerDisable } from './disable.js';
import { registerAddRuntime } from './runtime.js';
import { ScenarioPanel } from './scenario/panel.js';
import { ScenarioRunner } from './scenario/runner.js';
import { Server } from './server.js';
import { StatusItem } from './status.js';
import { registerTasks } from './tasks.js';

let server: Server | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel('Lockkit', { log: true });
  const status = new StatusItem();
  server = new Server(context.asAbsolutePath('dist'), log);
  const runner = new ScenarioRunner(server, log, context.extensionUri);

  context.subscriptions.push(
    log,
    status,
    server,
    runner,
    server.onDidChange((state) => {
      status.show(state);
    }),
    commands.registerCommand('lockkit.restartServer', () => server?.restart()),
    commands.registerCommand('lockkit.showLog', () => {
      log.show();
    }),
    commands.registerCommand('lockkit.runScenario', () => runner.run()),
    window.registerWebviewPanelSerializer(ScenarioPanel.viewType, runner),
    registerDisable(),
    registerAddRuntime(context.asAbsolutePath('dist/cli.cjs')),
    registerTasks(context.asAbsolutePath('dist/cli.cjs')),
  );
  await server.start();
}

/** VS Code waits for it, so the server gets the time to shut down. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
