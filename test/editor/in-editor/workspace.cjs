// @ts-check
const { join } = require('node:path');
const vscode = require('vscode');
const { until } = require('../lib/until.mjs');

/** A counter that loses updates. */
const LOST_UPDATE = `import { createServer } from 'node:http';
import { readFile, writeFile } from 'node:fs/promises';

createServer(async (request, response) => {
  const total = Number(await readFile('total.txt', 'utf8'));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await writeFile('total.txt', String(total + 1));
  response.end(String(total + 1));
}).listen(8080);
`;

/** @type {vscode.Uri[]} */
const shown = [];

/**
 * Writes a new file into the open folder and shows it.
 *
 * @param {string} name
 * @param {string} text
 * @returns {Promise<vscode.TextEditor>}
 */
async function show(name, text) {
  const uri = uriOf(name);
  shown.push(uri);
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  // Not openTextDocument and showTextDocument: they keep the document open for minutes after its editor was closed.
  await vscode.commands.executeCommand('vscode.open', uri);
  return until(`${name} is shown`, () => {
    const editor = vscode.window.activeTextEditor;
    return editor?.document.uri.path === uri.path && editor;
  });
}

/** Closes every editor without saving, deletes the files that were shown, and waits until nothing is reported in them. */
async function tidyUp() {
  await vscode.commands.executeCommand('workbench.action.files.revert');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  for (const uri of shown.splice(0)) {
    await vscode.workspace.fs.delete(uri);
    await until(`nothing is reported in the deleted ${uri.path}`, () => findings(uri).length === 0);
  }
}

/** @param {string} name */
function uriOf(name) {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('no folder is open');
  return vscode.Uri.file(join(folder.uri.fsPath, name));
}

/** @param {vscode.Uri} uri */
function findings(uri) {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'lockkit');
}

/** @param {vscode.Diagnostic} diagnostic */
function ruleOf({ code }) {
  return typeof code === 'object' ? code.value : code;
}

/**
 * Waits until exactly so many `unguarded-rmw` are reported in the file.
 *
 * @param {vscode.Uri} uri
 * @param {number} count
 */
function lostUpdates(uri, count) {
  return until(`${count} unguarded-rmw in ${uri.path}`, () => {
    const found = findings(uri).filter((diagnostic) => ruleOf(diagnostic) === 'unguarded-rmw');
    return found.length === count && found;
  });
}

module.exports = { LOST_UPDATE, findings, lostUpdates, show, tidyUp, uriOf };
