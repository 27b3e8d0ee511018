// @ts-check
// `npm run demo`: builds Lockkit, measures what locks lose, and checks the example. Succeeds exactly when the experiment ran
// and the check found something: in examples there is something to find.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOCKKIT = 'server/dist/cli.js';

/** @param {string} text */
function say(text) {
  console.log(`\n=== ${text}\n`);
}

/**
 * Runs a command in the repository's root, for everybody to see.
 *
 * @param {string} command
 * @param {string[]} words
 * @param {number} expected the exit code of success
 */
function run(command, words, expected = 0) {
  const { status, signal, error } = spawnSync(command, words, { cwd: ROOT, stdio: 'inherit' });
  if (status === expected) return;
  const end = error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`);
  console.error(
    `\nThe demo failed at: ${[command, ...words].join(' ')} (${end}; expected was exit code ${expected})`,
  );
  process.exit(1);
}

if (process.platform === 'linux') {
  say('1 of 4: a C compiler, for the lock that also excludes threads and processes');
  run('bash', ['scripts/system-packages', 'cc']);
} else {
  say('1 of 4: nothing to do; the C compiler is needed on Linux only');
}

say('2 of 4: build');
run('npm', ['run', '--silent', 'build:native']);
run(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'server']);
console.log('Built.');

say('3 of 4: one counter, no lock and three locks; 4 processes of 4 threads of 2 tasks (up to a minute)');
run(process.execPath, [LOCKKIT, 'scenario']);

say('4 of 4: find such mistakes by reading code, of Node and of Python: lockkit check examples');
run(process.execPath, [LOCKKIT, 'check', 'examples'], 1);

console.log(`
The check ended with exit code 1, "findings", and that is right: the counters reported above lose updates or get stuck. Nothing is
reported in counter-combined.js, combined_lock.py and own_handle.py, which are right.

Next: node ${LOCKKIT} check <your project>, node ${LOCKKIT} prove <file>:<function>, or the extension (see README.md).`);
