// @ts-check
// The entry that VS Code calls: runs the tests beside it and reports each result over the console to ../in-editor.mjs.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const Mocha = require('mocha');

/** @returns {Promise<void>} */
exports.run = async () => {
  const mocha = new Mocha({ ui: 'bdd', timeout: 180_000, reporter: Report });
  for (const name of readdirSync(__dirname).filter((entry) => entry.endsWith('.test.cjs'))) {
    mocha.addFile(join(__dirname, name));
  }
  const failures = await new Promise((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
};

class Report extends Mocha.reporters.Base {
  /** @param {import('mocha').Runner} runner */
  constructor(runner) {
    super(runner);
    runner.on('pass', (test) => report({ title: named(test) }));
    runner.on('fail', (test, error) => report({ title: named(test), error: error.stack ?? String(error) }));
  }
}

/** @param {{ title: string, error?: string }} result */
function report(result) {
  console.log('lockkit-test-result', JSON.stringify(result));
}

/** @param {import('mocha').Runnable} test */
function named(test) {
  return test.duration === undefined
    ? test.fullTitle()
    : `${test.fullTitle()} (${test.duration} ms in the editor)`;
}
