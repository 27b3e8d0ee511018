// @ts-check
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { LOST_UPDATE, lostUpdates, show, tidyUp, uriOf } = require('./workspace.cjs');

describe('diagnostics', () => {
  afterEach(tidyUp);

  it('report the lost update of a file that nobody has opened', async () => {
    await vscode.extensions.getExtension('lockkit.lockkit-vscode')?.activate();
    const [found] = await lostUpdates(uriOf('counter.ts'), 1);
    assert.equal(found.range.start.line, 6, 'at the write');
  });

  for (const name of ['seen.ts', 'seen.js', 'seen.tsx', 'seen.jsx']) {
    it(`report the lost update of ${name}, with where it was read and a page about the rule`, async () => {
      const { document } = await show(name, LOST_UPDATE);
      const [found] = await lostUpdates(document.uri, 1);
      assert.match(document.getText(found.range), /writeFile/);
      assert.equal(typeof found.code, 'object', 'the code links to its page');
      const related = found.relatedInformation ?? [];
      assert.ok(
        related.some(
          ({ location }) => location.uri.path === document.uri.path && location.range.start.line === 4,
        ),
        'the read is related information',
      );
    });
  }

  it('appear as you type and go as you undo, before anything is saved', async () => {
    const editor = await show('typed.ts', '');
    const { document } = editor;
    await lostUpdates(document.uri, 0);
    const lines = LOST_UPDATE.split('\n');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), lines.slice(0, 6).join('\n') + '\n});\n');
    await vscode.workspace.applyEdit(edit);
    editor.selection = new vscode.Selection(6, 0, 6, 0);
    for (const character of `${lines[6].trim().replace(/\)\);$/, '')}`) {
      await vscode.commands.executeCommand('type', { text: character });
    }
    await lostUpdates(document.uri, 1);
    assert.ok(document.isDirty);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await lostUpdates(document.uri, 0);
  });
});
