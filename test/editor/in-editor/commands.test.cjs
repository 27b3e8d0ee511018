// @ts-check
const assert = require('node:assert/strict');
const vscode = require('vscode');

describe('the extension', () => {
  it('is there and has registered its commands', async () => {
    const extension = vscode.extensions.getExtension('lockkit.lockkit-vscode');
    assert.ok(extension, 'is known by its id');
    await extension.activate();
    const commands = await vscode.commands.getCommands(true);
    for (const command of ['lockkit.runScenario', 'lockkit.restartServer', 'lockkit.showLog']) {
      assert.ok(commands.includes(command), command);
    }
  });
});
