import type { Diagnostic, FixRequest, Related } from '../../model/diagnostics.js';
import type { Finding, ReadModifyWrite } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { atomicFixes } from '../atomic-fix.js';
import { lockNameFor } from '../lock-name.js';
import { accessesOf, capitalize, evidenceOf, interleaving, levelOf, list, ownLockOf } from '../wording.js';

/** What is written from a copy in memory, which was made when the program started. */
function messageOfCopy({ cell, read, write, overlaps }: ReadModifyWrite): string {
  return (
    `\`${cell.name}\` is read once, on line ${String(read.line)}, and written from that copy on line ${String(write.line)}. ` +
    `${capitalize(interleaving(overlaps))} each have a copy of their own, and write over what the others have written; ` +
    `it takes reading it again, under a lock that excludes them all.`
  );
}

/** What was taken out of the cell was worked with before the cell begins anew. */
function messageOfBeginning(finding: ReadModifyWrite): string {
  const { cell, read, write, point, overlaps } = finding;
  const where = point === undefined ? '' : ` at the interleaving point on line ${String(point.line)}`;
  return (
    `What \`${cell.name}\` holds is used on line ${String(read.line)}, and it begins anew on line ${String(write.line)}. ` +
    `What ${interleaving(overlaps)} add to it${where} is lost; ` +
    `begin anew before anything is awaited, and use what was taken out.`
  );
}

function messageOf(finding: ReadModifyWrite): string {
  if (finding.copied === true) return messageOfCopy(finding);
  if (finding.begins === true) return messageOfBeginning(finding);
  const { cell, read, write, point, lateGuards, overlaps } = finding;
  const lines =
    read.line === write.line
      ? `is read and written back on line ${String(read.line)}`
      : `is read on line ${String(read.line)} and written back on line ${String(write.line)}`;
  const late = list(lateGuards.map((guard) => `\`${guard.name}\``));
  const unguarded =
    late === '' ? 'no lock is held from the read to the write' : `${late} is acquired only after the read`;
  const where = point === undefined ? '' : ` at the interleaving point on line ${String(point.line)}`;
  return (
    `\`${cell.name}\` ${lines}, and ${unguarded}. ` +
    `${capitalize(interleaving(overlaps))} can step in${where}, read the same value and lose one of the updates; ` +
    `${cureOf(finding)} covers them.`
  );
}

function cureOf(finding: ReadModifyWrite): string {
  const { overlaps } = finding;
  const own = ownLockOf(finding);
  if (own !== undefined) return own;
  return overlaps.some(({ dimension }) => dimension === 'hosts')
    ? 'an atomic operation of the store, or a distributed lock,'
    : 'a CombinedLock around both';
}

function relatedOf(finding: ReadModifyWrite): Related[] {
  const { cell, point, lateGuards, elsewhere } = finding;
  const related = accessesOf(finding);
  if (point !== undefined) related.push({ message: 'another task can step in here', place: point });
  for (const guard of lateGuards) {
    related.push({ message: `\`${guard.name}\` is acquired here, after the read`, place: guard.acquired });
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

function fixesOf(finding: ReadModifyWrite): FixRequest[] {
  const { cell, region, overlaps, write, point } = finding;
  // A lock of one machine does not reach executions on others.
  const atomic = atomicFixes(finding);
  if (region === undefined || overlaps.some(({ dimension }) => dimension === 'hosts')) return atomic;
  // Nobody there waits for the write, so a lock would be given back before it is done.
  if (!region.async && point?.start === write.start && point.file === write.file) return atomic;
  const lockName = lockNameFor(cell, write.file);
  return [
    ...atomic,
    { kind: 'guard-with-combined-lock', title: `Guard with CombinedLock '${lockName}'`, lockName, region },
  ];
}

export const unguardedRmw: Rule = {
  metadata: {
    id: 'unguarded-rmw',
    summary:
      'Shared state is read and then written from what was read, and no lock is held from the read to the write.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'read-modify-write' || finding.derivation !== 'data' || finding.guards.length > 0) {
      return undefined;
    }
    return {
      rule: 'unguarded-rmw',
      level: levelOf(finding.overlaps, finding.certain),
      message: messageOf(finding),
      place: finding.write,
      cell: finding.cell.name,
      dimensions: finding.overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(finding.overlaps),
      related: relatedOf(finding),
      fixes: fixesOf(finding),
    };
  },
};
