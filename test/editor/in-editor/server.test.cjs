// @ts-check
const assert = require('node:assert/strict');
const { readFileSync, readdirSync } = require('node:fs');
const vscode = require('vscode');
const { until } = require('../lib/until.mjs');
const { LOST_UPDATE, lostUpdates, show, tidyUp } = require('./workspace.cjs');

/**
 * The language servers that this extension host has started.
 *
 * @returns {number[]} process ids
 */
function servers() {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, 'latin1'))?.[1];
        return (
          Number(parent) === process.pid &&
          readFileSync(`/proc/${entry}/cmdline`, 'latin1').includes('dist/server.cjs')
        );
      } catch {
        return false; // ended meanwhile
      }
    })
    .map(Number);
}

/** @param {number} old */
function otherServerThan(old) {
  return until(`one server, other than ${old}`, () => {
    const running = servers();
    return running.length === 1 && running[0] !== old && running[0];
  });
}

describe('the server', () => {
  afterEach(tidyUp);

  it('is another process after "Lockkit: Restart Server", and reports as before', async () => {
    const { document } = await show('restarted.ts', LOST_UPDATE);
    await lostUpdates(document.uri, 1);
    const [before] = servers();
    assert.ok(before, 'runs in a process of its own');
    await vscode.commands.executeCommand('lockkit.restartServer');
    await otherServerThan(before);
    await reportsAnEdit(document);
  });

  it('comes back by itself after it was killed, and reports as before', async () => {
    const { document } = await show('killed.ts', LOST_UPDATE);
    await lostUpdates(document.uri, 1);
    const [before] = servers();
    process.kill(before, 'SIGKILL');
    await otherServerThan(before);
    await reportsAnEdit(document);
  });
});

/**
 * What the old server reported may still be shown, so only an answer to a new text tells that the new one works.
 *
 * @param {vscode.TextDocument} document
 */
async function reportsAnEdit(document) {
  const faulty = document.getText();
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), 'export {};\n');
  await vscode.workspace.applyEdit(edit);
  await lostUpdates(document.uri, 0);
  const undo = new vscode.WorkspaceEdit();
  undo.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), faulty);
  await vscode.workspace.applyEdit(undo);
  await lostUpdates(document.uri, 1);
}
