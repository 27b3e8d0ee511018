import type { Diagnostic, FixRequest, Related } from '../../model/diagnostics.js';
import type { Finding, OwnLock } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { lockNameFor } from '../lock-name.js';
import { capitalize, evidenceOf, interleaving, levelOf } from '../wording.js';

function messageOf({ lock, guarded, acquired, overlaps }: OwnLock): string {
  const harm =
    guarded === undefined
      ? `run what it guards from line ${String(acquired.line)} on at once`
      : `can lose an update of \`${guarded.cell.name}\`, which is read on line ${String(guarded.read.line)} and written back on line ${String(guarded.write.line)}`;
  return (
    `\`${lock}\` is made inside of the call that it is to protect, so no other call ever waits for it. ` +
    `${capitalize(interleaving(overlaps))} ${harm}; make it once, outside of the call, or take a CombinedLock by its name.`
  );
}

function relatedOf({ lock, guarded, acquired }: OwnLock): Related[] {
  const related: Related[] = [{ message: `\`${lock}\` is acquired here`, place: acquired }];
  if (guarded !== undefined) {
    related.push(
      { message: `\`${guarded.cell.name}\` is read here`, place: guarded.read },
      { message: `\`${guarded.cell.name}\` is written back here`, place: guarded.write },
    );
  }
  return related;
}

/** Made once, the lock excludes what it spans; what is beyond that takes a lock that is known by its name. */
function fixesOf({ lock, made, guarded, beyond }: OwnLock): FixRequest[] {
  const hoist: FixRequest = { kind: 'hoist-lock', title: `Make \`${lock}\` once, for the module`, made };
  if (beyond.includes('hosts')) return [];
  if (guarded === undefined) return [hoist];
  const lockName = lockNameFor(guarded.cell, guarded.write.file);
  const title = `Make \`${lock}\` a CombinedLock '${lockName}'`;
  const replace: FixRequest = { kind: 'replace-lock', title, lockName, made };
  return beyond.length === 0 ? [hoist, replace] : [replace];
}

export const lockPerCall: Rule = {
  metadata: {
    id: 'lock-per-call',
    summary: 'A lock is made inside of the call that it is to protect, so nobody else ever waits for it.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'own-lock') return undefined;
    return {
      rule: 'lock-per-call',
      level: levelOf(finding.overlaps, finding.certain),
      message: messageOf(finding),
      place: finding.made,
      ...(finding.guarded !== undefined && { cell: finding.guarded.cell.name }),
      dimensions: finding.overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(finding.overlaps),
      related: relatedOf(finding),
      fixes: fixesOf(finding),
    };
  },
};
