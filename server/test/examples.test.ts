import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { CLI, run } from './cli-support.js';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

interface Report {
  readonly findings: readonly { readonly file: string; readonly rule: string; readonly level: string }[];
}

/** What the command line reports of an example, by its file. */
async function reported(example: string): Promise<Record<string, string>> {
  const { stdout } = await run([CLI, 'check', example, '--format', 'json'], '', { cwd: EXAMPLES });
  const { findings } = JSON.parse(stdout) as Report;
  return Object.fromEntries(
    findings.map(({ file, rule, level }) => [file.slice(example.length + 1), `${level} ${rule}`]),
  );
}

test('of the counters in Node, all that lose updates are reported, and the one that does not is not', async () => {
  expect(await reported('counter')).toEqual({
    'counter-none.js': 'error unguarded-rmw',
    'counter-mutex.js': 'error in-process-lock',
    'counter-shared-handle.js': 'error file-lock-across-threads',
    'counter-file-lock.js': 'error file-lock-across-threads',
  });
});

test('of the counters under uWSGI, the failing ones are reported for what is wrong with each, and the right ones are not', async () => {
  expect(await reported('flask-counter')).toEqual({
    'no_lock.py': 'error unguarded-rmw',
    'thread_lock.py': 'error in-process-lock',
    'process_lock.py': 'error per-process-mp-lock',
    'file_lock.py': 'error file-lock-across-threads',
  });
});
