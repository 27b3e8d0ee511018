import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from 'vitest';

const native = fileURLToPath(new URL('../native', import.meta.url));
const compiler = process.env.CC ?? 'cc';

/** native/test/storm.c: processes and threads that ask, give up and leave at random, and check what they hold. */
describe('the addon’s queue in a storm', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'lockkit-storm-'));
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  it.each(['address,undefined', 'thread'])(
    'is clean to the sanitizers %s',
    (sanitizers) => {
      const folder = mkdtempSync(path.join(scratch, 'run-'));
      const program = path.join(folder, 'storm');
      const sources = readdirSync(native).filter((name) => name.endsWith('.c') && !name.startsWith('addon'));
      execFileSync(compiler, [
        ...['-std=c11', '-D_GNU_SOURCE', '-g', '-O1', '-pthread', `-fsanitize=${sanitizers}`],
        ...[...sources, 'test/storm.c'].map((name) => path.join(native, name)),
        ...['-o', program],
      ]);
      for (const [processes, threads] of [
        [1, 6],
        [3, 3],
      ]) {
        const grants = execFileSync(program, [folder, String(processes), String(threads), '3000'], {
          encoding: 'utf8',
          timeout: 120_000,
          env: { ...process.env, UBSAN_OPTIONS: 'halt_on_error=1', TSAN_OPTIONS: 'halt_on_error=1' },
        });
        expect(
          grants
            .trim()
            .split(' ')
            .map(Number)
            .every((count) => count > 100),
        ).toBe(true);
      }
    },
    300_000,
  );
});
