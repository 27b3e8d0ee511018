import type { Diagnostic, FixRequest } from '../../model/diagnostics.js';
import type { Finding, ProcessLock } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { lockNameFor } from '../lock-name.js';
import { capitalize, evidenceOf, interleaving, levelOf } from '../wording.js';

function messageOf({ lock, guarded, overlaps }: ProcessLock): string {
  const { cell, read, write } = guarded;
  return (
    `Each process makes a \`${lock}\` of its own, since each loads this code after it was forked; only a lock that is made ` +
    `before the fork is shared. ${capitalize(interleaving(overlaps))} can lose an update of \`${cell.name}\`, which is read on line ` +
    `${String(read.line)} and written back on line ${String(write.line)}; a CombinedLock, which is known by its name, covers them.`
  );
}

function fixesOf({ lock, made, guarded, overlaps }: ProcessLock): FixRequest[] {
  // A lock of one machine does not reach executions on others.
  if (overlaps.some(({ dimension }) => dimension === 'hosts')) return [];
  const lockName = lockNameFor(guarded.cell, guarded.write.file);
  return [{ kind: 'replace-lock', title: `Make \`${lock}\` a CombinedLock '${lockName}'`, lockName, made }];
}

export const perProcessMpLock: Rule = {
  metadata: {
    id: 'per-process-mp-lock',
    summary:
      'A lock that processes share only if they inherit it is made in each of them, after the fork, so it excludes none of the others.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'process-lock') return undefined;
    const { lock, made, acquired, guarded, certain, overlaps } = finding;
    return {
      rule: 'per-process-mp-lock',
      level: levelOf(overlaps, certain),
      message: messageOf(finding),
      place: made,
      cell: guarded.cell.name,
      dimensions: overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(overlaps),
      related: [
        { message: `\`${lock}\` is acquired here`, place: acquired },
        { message: `\`${guarded.cell.name}\` is read here`, place: guarded.read },
        { message: `\`${guarded.cell.name}\` is written back here`, place: guarded.write },
      ],
      fixes: fixesOf(finding),
    };
  },
};
