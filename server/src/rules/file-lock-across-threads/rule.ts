import { basename } from 'node:path';
import type { Diagnostic, FixRequest, Related } from '../../model/diagnostics.js';
import type { Finding, SharedLockHandle } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { capitalize, evidenceOf, interleaving, levelOf } from '../wording.js';

function messageOf({ handle, overlaps, overwritten }: SharedLockHandle): string {
  const harm =
    overwritten === undefined
      ? 'a second lock on it is granted at once'
      : `the next opener overwrites it on line ${String(overwritten.line)}, which frees the holder's lock too early (where the file is then closed, as in CPython) or never`;
  return (
    `The file lock is taken on \`${handle}\`, which others share, so it excludes other processes only: ${harm}. ` +
    `${capitalize(interleaving(overlaps))} come in together; open the file anew for each acquire and keep the handle ` +
    'local, or use a CombinedLock.'
  );
}

function relatedOf({ handle, declaration, overwritten }: SharedLockHandle): Related[] {
  const related: Related[] = [];
  if (declaration !== undefined) related.push({ message: `\`${handle}\` is kept here`, place: declaration });
  if (overwritten !== undefined) {
    related.push({ message: `\`${handle}\` is overwritten here by the next opener`, place: overwritten });
  }
  return related;
}

function fixesOf({ region, acquire }: SharedLockHandle): FixRequest[] {
  if (region === undefined) return [];
  const lockName = basename(acquire.file).replace(/\.[^.]+$/, '');
  return [
    { kind: 'guard-with-combined-lock', title: `Guard with CombinedLock '${lockName}'`, lockName, region },
  ];
}

export const fileLockAcrossThreads: Rule = {
  metadata: {
    id: 'file-lock-across-threads',
    summary:
      'A file lock is taken on an open file that several tasks or threads share, so it does not exclude them.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'shared-lock-handle') return undefined;
    return {
      rule: 'file-lock-across-threads',
      level: levelOf(finding.overlaps, finding.certain),
      message: messageOf(finding),
      place: finding.acquire,
      cell: finding.handle,
      dimensions: finding.overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(finding.overlaps),
      related: relatedOf(finding),
      fixes: fixesOf(finding),
    };
  },
};
