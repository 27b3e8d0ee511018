import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Runs a program to its end, and gives what it printed; it must succeed. */
function run(directory: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: directory, encoding: 'utf8' });
  if (error !== undefined) {
    throw new Error(
      `${command} does not run (${error.message}). Install it: scripts/system-packages spin cc`,
    );
  }
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}:\n${stderr}${stdout}`);
  return stdout;
}

/** Seconds of work on a machine with nothing else to do. */
const PATIENCE_MS = 300_000;

describe('the protocol between processes, in every interleaving', { timeout: PATIENCE_MS }, () => {
  let scratch = '';

  beforeAll(() => {
    scratch = mkdtempSync(path.join(tmpdir(), 'lockkit-protocol-'));
    copyFileSync(
      path.join(import.meta.dirname, '..', 'protocol', 'order.pml'),
      path.join(scratch, 'order.pml'),
    );
  });

  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  /** Spin's report over all states of the model with the given constants. */
  function explore(...definitions: string[]): string {
    const defined = definitions.map((definition) => `-D${definition}`);
    run(scratch, 'spin', '-a', ...defined, 'order.pml');
    // Spin's generated code is not ours to mend: -w.
    run(scratch, 'cc', '-w', '-O2', '-DSAFETY', '-DCOLLAPSE', '-o', 'pan', 'pan.c');
    return run(scratch, path.join(scratch, 'pan'), '-m100000');
  }

  it('excludes, keeps the order, bounds overtaking and strands nobody, whoever dies or gives up', () => {
    const report = explore('ROUNDS=2', 'DEATHS=1');
    expect(report).toMatch(/errors: 0\n/);
    // The whole of it was seen, and every step of the protocol was taken somewhere.
    expect(report).not.toMatch(/max search depth too small/);
    expect(report).toMatch(/unreached in proctype Process\n\s+\(0 of \d+ states\)/);
  });

  it.each([
    ['taking the lock without a look at the chain', 'BARGING', /assertion violated.*passed_by/],
    ['waiting for the predecessor only', 'PREDECESSOR_ONLY', /assertion violated.*waits/],
  ])('finds the mistake of %s', (_, definition, violation) => {
    expect(explore('ROUNDS=2', definition)).toMatch(violation);
  });
});
