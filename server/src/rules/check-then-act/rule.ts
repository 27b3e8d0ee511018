import type { Diagnostic, FixRequest, Related } from '../../model/diagnostics.js';
import type { Act, Finding, ReadModifyWrite } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { lockNameFor } from '../lock-name.js';
import { capitalize, evidenceOf, interleaving, levelOf, list, ownLockOf } from '../wording.js';

/** What is found out about the cell, what is done because of it, and what comes of it when two do it. */
const WORDS: Readonly<Record<Act, { test: string; act: string; harm: string }>> = {
  spend: { test: 'is tested', act: 'is changed', harm: 'pass the same test and go beyond it' },
  claim: { test: 'is found missing', act: 'is set', harm: 'find it missing too and overwrite the first' },
  create: {
    test: 'is found missing',
    act: 'is created',
    harm: 'find it missing too and overwrite the first',
  },
  initialise: { test: 'is found missing', act: 'is made', harm: 'find it missing too and make a second one' },
  'take-turn': {
    test: 'is waited for',
    act: 'is set',
    harm: 'have waited for it too, and all go on at once',
  },
};

function messageOf(finding: ReadModifyWrite, act: Act): string {
  const { cell, read, write, point, lateGuards, overlaps } = finding;
  const { test, act: done, harm } = WORDS[act];
  const late = list(lateGuards.map((guard) => `\`${guard.name}\``));
  const unguarded =
    late === '' ? 'without a lock from the test to the act' : `but ${late} is acquired only after the test`;
  const where = point === undefined ? '' : ` at the interleaving point on line ${String(point.line)}`;
  return (
    `\`${cell.name}\` ${test} on line ${String(read.line)} and ${done} on line ${String(write.line)}, ${unguarded}. ` +
    `${capitalize(interleaving(overlaps))} can step in${where}, ${harm}; ${cureOf(finding, act)}.`
  );
}

function cureOf(finding: ReadModifyWrite, act: Act): string {
  const { overlaps } = finding;
  const { kind } = finding.cell;
  const own = ownLockOf(finding, 'from the test to the act');
  if (own !== undefined) return `${own} covers them`;
  if (act === 'take-turn') return 'test again after each wait, in a loop';
  if (kind === 'redis' && act !== 'spend') return '`SET` with `NX` is one step';
  if (kind === 'file' && act === 'create') return 'the flag `wx` is one step, or a CombinedLock around both';
  return overlaps.some(({ dimension }) => dimension === 'hosts')
    ? 'it takes an atomic operation of the store, or a distributed lock'
    : 'a CombinedLock around both covers them';
}

function relatedOf({ cell, read, point, lateGuards, elsewhere }: ReadModifyWrite, act: Act): Related[] {
  const related: Related[] = [{ message: `\`${cell.name}\` ${WORDS[act].test} here`, place: read }];
  if (point !== undefined) related.push({ message: 'another task can step in here', place: point });
  for (const guard of lateGuards) {
    related.push({ message: `\`${guard.name}\` is acquired here, after the test`, place: guard.acquired });
  }
  if (elsewhere !== undefined)
    related.push({
      message: `elsewhere, it is written under \`${elsewhere.name}\``,
      place: elsewhere.acquired,
    });
  if (cell.declaration !== undefined) {
    related.push({ message: `\`${cell.name}\` is declared here`, place: cell.declaration });
  }
  return related;
}

function fixesOf({ cell, region, overlaps, write }: ReadModifyWrite): FixRequest[] {
  // A lock of one machine does not reach executions on others.
  if (region === undefined || overlaps.some(({ dimension }) => dimension === 'hosts')) return [];
  const lockName = lockNameFor(cell, write.file);
  return [
    { kind: 'guard-with-combined-lock', title: `Guard with CombinedLock '${lockName}'`, lockName, region },
  ];
}

export const checkThenAct: Rule = {
  metadata: {
    id: 'check-then-act',
    summary: 'A test of shared state decides what is done, and may not hold any more when it is done.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'read-modify-write' || finding.act === undefined || finding.guards.length > 0) {
      return undefined;
    }
    return {
      rule: 'check-then-act',
      level: levelOf(finding.overlaps, finding.certain),
      message: messageOf(finding, finding.act),
      place: finding.write,
      cell: finding.cell.name,
      dimensions: finding.overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(finding.overlaps),
      related: relatedOf(finding, finding.act),
      fixes: fixesOf(finding),
    };
  },
};
