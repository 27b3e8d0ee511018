import type { Diagnostic, FixRequest, Related } from '../../model/diagnostics.js';
import type { Finding, Guard, Overlap, ReadModifyWrite } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { atomicFixes } from '../atomic-fix.js';
import { lockNameFor } from '../lock-name.js';
import { accessesOf, capitalize, evidenceOf, excluded, interleaving, levelOf, list } from '../wording.js';

/** The overlaps that some lock would have to span, and does not. */
function missingOf({ guards, overlaps }: ReadModifyWrite): Overlap[] {
  return overlaps.filter(({ dimension }) => !guards.some(({ span }) => span.includes(dimension)));
}

/** What is written from a copy in memory: a lock around the writing alone does not bring in what others have written. */
function messageOfCopy({ cell, read, write, guards }: ReadModifyWrite, missing: readonly Overlap[]): string {
  const locks = list(guards.map(({ name, span }) => `\`${name}\`, which excludes ${excluded(span)}`));
  return (
    `\`${cell.name}\` is read once, on line ${String(read.line)}, and written from that copy on line ${String(write.line)} under ${locks}. ` +
    `${capitalize(interleaving(missing))} each have a copy of their own, and write over what the others have written; ` +
    `it takes reading it again, under a lock that excludes them all.`
  );
}

function messageOf(
  { cell, read, write, guards, derivation, begins }: ReadModifyWrite,
  missing: readonly Overlap[],
): string {
  const [seen, done] =
    begins === true
      ? ['used', 'begun anew']
      : derivation === 'data'
        ? ['read', 'written back']
        : ['tested', 'changed'];
  const lines =
    read.line === write.line
      ? `is ${seen} and ${done} on line ${String(read.line)}`
      : `is ${seen} on line ${String(read.line)} and ${done} on line ${String(write.line)}`;
  const locks = list(guards.map(({ name, span }) => `\`${name}\`, which excludes ${excluded(span)}`));
  const harm =
    begins === true
      ? ', and what they add is lost'
      : derivation === 'data'
        ? ', read the same value and lose one of the updates'
        : ' and pass the same test';
  return (
    `\`${cell.name}\` ${lines} under ${locks}. ` +
    `${capitalize(interleaving(missing))} can step in${harm}; ` +
    `${cureOf(guards, missing)}.`
  );
}

function cureOf(guards: readonly Guard[], missing: readonly Overlap[]): string {
  if (missing.some(({ dimension }) => dimension === 'hosts')) {
    return 'it takes an atomic operation of the store, or a lock with a distributed backend';
  }
  return `a CombinedLock in place of ${list(guards.map(({ name }) => `\`${name}\``))} covers them`;
}

function relatedOf(finding: ReadModifyWrite): Related[] {
  const related = accessesOf(finding);
  for (const { name, span, acquired, made } of finding.guards) {
    related.push({ message: `\`${name}\` is acquired here; it excludes ${excluded(span)}`, place: acquired });
    if (made !== undefined) related.push({ message: `\`${name}\` is made here`, place: made });
  }
  return related;
}

function fixesOf(finding: ReadModifyWrite, missing: readonly Overlap[]): FixRequest[] {
  const { cell, region, write, guards, copied } = finding;
  if (copied === true) return [];
  const atomic = atomicFixes(finding);
  // A lock of one machine does not reach executions on others.
  if (missing.some(({ dimension }) => dimension === 'hosts')) return atomic;
  const lockName = lockNameFor(cell, write.file);
  const replacements = guards.flatMap(({ name, made }): FixRequest[] =>
    made === undefined
      ? []
      : [{ kind: 'replace-lock', title: `Make \`${name}\` a CombinedLock '${lockName}'`, lockName, made }],
  );
  if (region === undefined) return [...atomic, ...replacements];
  const title = `Guard with CombinedLock '${lockName}'`;
  return [...atomic, ...replacements, { kind: 'guard-with-combined-lock', title, lockName, region }];
}

export const inProcessLock: Rule = {
  metadata: {
    id: 'in-process-lock',
    summary: 'Shared state is guarded by a lock that does not exclude all executions which share it here.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'read-modify-write' || finding.guards.length === 0) return undefined;
    const missing = missingOf(finding);
    if (missing.length === 0) return undefined;
    return {
      rule: 'in-process-lock',
      level: levelOf(missing, finding.certain),
      message: finding.copied === true ? messageOfCopy(finding, missing) : messageOf(finding, missing),
      place: finding.write,
      cell: finding.cell.name,
      dimensions: missing.map(({ dimension }) => dimension),
      evidence: evidenceOf(missing),
      related: relatedOf(finding),
      fixes: fixesOf(finding, missing),
    };
  },
};
