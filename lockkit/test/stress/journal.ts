import { readFileSync } from 'node:fs';

/**
 * What the members of the crowd wrote, in the order in which the kernel appended it: the witness that knows nothing of locks.
 * A line is `enter`, `wrote` or `leave`, and who: process, thread, task. `wrote` has the number written to the counter.
 */
export interface Verdict {
  /** How often someone entered. */
  readonly entered: number;
  /** The counter's last value. */
  readonly counted: number;
  /** How many were killed while inside. */
  readonly killedInside: number;
  /** Members, by process, with how often each entered. */
  readonly byProcess: ReadonlyMap<string, number>;
  /** What must not be, in words; empty when all is well. */
  readonly violations: readonly string[];
}

interface Line {
  readonly what: string;
  readonly who: string;
  readonly value: number;
}

/**
 * Judges a journal. Nobody may enter while somebody else is inside, unless that one is dead: it was killed, and its thread
 * writes nothing any more. Each number written is one above the last; one that was killed between its write to the counter
 * and its line in the journal leaves a gap of one.
 *
 * @param killed processes (`pid`) and threads (`pid.thread`) that were ended from outside
 */
export function judge(file: string, killed: ReadonlySet<string>): Verdict {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((text): Line => {
      const [what = '', who = '', value = '0'] = text.split(' ');
      return { what, who, value: Number(value) };
    });
  const lastWords = new Map<string, number>();
  lines.forEach(({ who }, index) => lastWords.set(threadOf(who), index));

  const violations: string[] = [];
  const byProcess = new Map<string, number>();
  let inside: Line | undefined;
  let counted = 0;
  let entered = 0;
  let killedInside = 0;
  /** Numbers that may be missing: writes of the dead that are not in the journal. */
  let gaps = 0;
  lines.forEach((line, index) => {
    const { what, who, value } = line;
    if (what === 'enter') {
      if (inside !== undefined) {
        const thread = threadOf(inside.who);
        const dead =
          (killed.has(thread) || killed.has(processOf(thread))) && (lastWords.get(thread) ?? 0) < index;
        if (!dead) violations.push(`${who} entered while ${inside.who} was inside (line ${index + 1})`);
        killedInside++;
        gaps = inside.what === 'enter' ? 1 : 0;
      }
      entered++;
      byProcess.set(processOf(who), (byProcess.get(processOf(who)) ?? 0) + 1);
      inside = line;
      return;
    }
    if (inside?.who !== who) violations.push(`${who}: ${what} without having entered (line ${index + 1})`);
    if (what === 'leave') {
      inside = undefined;
      return;
    }
    if (value !== counted + 1 && value !== counted + 1 + gaps) {
      violations.push(`${who} wrote ${value} after ${counted}: an update was lost (line ${index + 1})`);
    }
    gaps = 0;
    counted = value;
    inside = line;
  });
  return { entered, counted, killedInside, byProcess, violations };
}

/** `pid.thread` of `pid.thread.task`. */
function threadOf(who: string): string {
  return who.split('.').slice(0, 2).join('.');
}

function processOf(who: string): string {
  return who.split('.')[0] ?? '';
}
