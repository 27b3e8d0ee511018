// @ts-check
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { uriOf } = require('./workspace.cjs');

/**
 * @param {vscode.Task} task
 * @returns {Promise<number | undefined>} the exit code
 */
async function execute(task) {
  const ended = new Promise((resolve) => {
    const listener = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name) return;
      listener.dispose();
      resolve(exitCode);
    });
  });
  await vscode.tasks.executeTask(task);
  return ended;
}

describe('the check task', () => {
  it('ends with 1 while there are findings and with 0 when there are none', async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'lockkit' });
    const check = tasks.find(({ name }) => /check/i.test(name));
    assert.ok(check, `among the tasks: ${tasks.map(({ name }) => name).join(', ')}`);

    const counter = uriOf('counter.ts');
    const faulty = await vscode.workspace.fs.readFile(counter);
    try {
      assert.equal(await execute(check), 1);
      await vscode.workspace.fs.writeFile(counter, Buffer.from('export {};\n'));
      assert.equal(await execute(check), 0);
    } finally {
      await vscode.workspace.fs.writeFile(counter, faulty);
    }
  });
});
