import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { CombinedLock } from 'lockkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { judge } from './stress/journal.js';
import { useLockDirectory } from './support/scratch.js';

/** How long the storm lasts; `LOCKKIT_STRESS_SECONDS=600 npx vitest run lockkit/test/stress` for a long one. */
const SECONDS = Number(process.env.LOCKKIT_STRESS_SECONDS ?? 8);
const PROCESSES = 3;
const THREADS = 2;
const TASKS = 2;

/** A process of the crowd, whatever it is written in. */
class Member {
  readonly child: ChildProcess;
  /** What it said at its end; undefined for one that was killed. */
  report: Record<string, number> | undefined;
  readonly gone: Promise<unknown>;

  constructor(command: string, args: readonly string[], terminated: (thread: string) => void) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.gone = once(this.child, 'exit');
    if (this.child.stdout === null) throw new Error('A member has no standard output.');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      if (line.startsWith('terminated ')) terminated(line.slice('terminated '.length));
      else this.report = JSON.parse(line) as Record<string, number>;
    });
  }

  tell(command: 'terminate' | 'stop'): void {
    this.child.stdin?.write(`${command}\n`);
  }
}

describe('a crowd that is killed, stopped, terminated and impatient', () => {
  const locks = useLockDirectory('native');
  let scratch = '';
  let members: Member[] = [];

  beforeEach(() => {
    scratch = mkdtempSync(path.join(tmpdir(), 'lockkit-stress-'));
  });
  afterEach(() => {
    for (const { child } of members) child.kill('SIGKILL');
    members = [];
    rmSync(scratch, { recursive: true, force: true });
  });

  it(
    'is never two inside, loses nothing, and leaves no lock behind',
    async () => {
      const journal = path.join(scratch, 'journal');
      const counter = path.join(scratch, 'counter');
      writeFileSync(journal, '');
      writeFileSync(counter, new Int32Array(1));
      const killed = new Set<string>();
      const program = path.join(import.meta.dirname, 'stress', 'member.mjs');
      const start = () =>
        new Member(
          process.execPath,
          [program, 'storm', journal, counter, String(THREADS), String(TASKS)],
          (thread) => killed.add(thread),
        );
      members = Array.from({ length: PROCESSES }, start);
      await sleep(1000);

      const kills = { kill: 0, terminate: 0, stop: 0 };
      const end = Date.now() + SECONDS * 1000;
      while (Date.now() < end) {
        await sleep(20 + Math.random() * 180);
        const index = Math.floor(Math.random() * members.length);
        const member = members[index];
        if (member === undefined) continue;
        const { child } = member;
        const what = Math.random();
        if (what < 0.2) {
          killed.add(String(child.pid));
          child.kill('SIGKILL');
          await member.gone;
          members[index] = start();
          kills.kill++;
        } else if (what < 0.6) {
          member.tell('terminate');
          kills.terminate++;
        } else {
          child.kill('SIGSTOP');
          await sleep(Math.random() * 60);
          child.kill('SIGCONT');
          kills.stop++;
        }
      }
      for (const member of members) member.tell('stop');
      await Promise.all(members.map(({ gone }) => gone));

      const verdict = judge(journal, killed);
      expect(verdict.violations).toEqual([]);
      // The storm was one: work went on through it, in more than one process, and some were caught inside.
      expect(kills.kill).toBeGreaterThan(0);
      expect(kills.terminate).toBeGreaterThan(0);
      expect(verdict.byProcess.size).toBeGreaterThan(PROCESSES);
      expect(verdict.killedInside).toBeGreaterThan(0);
      // Whoever was alive at the end came to its end: nothing hangs on what the dead held.
      const outcomes = members.map(({ report }) => Object.keys(report ?? {}));
      for (const some of outcomes) expect(some).toContain('done');
      const last = new Int32Array(new Uint8Array(readFileSync(counter)).buffer)[0] ?? 0;
      expect(last - verdict.counted).toBeLessThanOrEqual(1);
      await new CombinedLock('storm').request({ timeout: 5_000 }, () => undefined);
      expect(locks.path).not.toBe('');
    },
    (SECONDS + 60) * 1000,
  );
});
