// @ts-check
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { LOST_UPDATE, findings, lostUpdates, show, tidyUp } = require('./workspace.cjs');

/**
 * @param {vscode.Uri} uri
 * @param {vscode.Range} range
 * @returns {Promise<vscode.CodeAction[]>}
 */
async function quickFixes(uri, range) {
  const resolveAll = 100;
  /** @type {vscode.CodeAction[]} */
  const actions = await vscode.commands.executeCommand(
    'vscode.executeCodeActionProvider',
    uri,
    range,
    vscode.CodeActionKind.QuickFix.value,
    resolveAll,
  );
  return actions;
}

/** @param {vscode.CodeAction} action */
const guards = ({ title }) => title.startsWith('Guard with CombinedLock');

describe('the quick fix', () => {
  afterEach(tidyUp);

  it('guards the lost update, and nothing is left to report or to fix', async () => {
    const { document } = await show('guarded.ts', LOST_UPDATE);
    const [found] = await lostUpdates(document.uri, 1);

    const action = (await quickFixes(document.uri, found.range)).find(guards);
    assert.ok(action, 'offered at the diagnostic');
    assert.ok(action.edit, 'has its edit after it was resolved');
    assert.ok(await vscode.workspace.applyEdit(action.edit));

    await lostUpdates(document.uri, 0);
    assert.deepEqual(findings(document.uri), []);
    assert.match(document.getText(), /import \{ CombinedLock \} from 'lockkit';/);
    assert.match(document.getText(), /new CombinedLock\(/);
    const everything = new vscode.Range(0, 0, document.lineCount, 0);
    assert.deepEqual((await quickFixes(document.uri, everything)).filter(guards), []);
  });
});
