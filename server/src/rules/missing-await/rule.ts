import type { Diagnostic, FixRequest, Related } from '../../model/diagnostics.js';
import type { Finding, MissingAwait } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { capitalize, evidenceOf, interleaving, levelOf } from '../wording.js';

function nameOf({ lock }: MissingAwait): string {
  return lock === undefined ? 'the lock' : `\`${lock}\``;
}

/** Who comes in meanwhile; others are not in sight where a program runs once. */
function othersOf({ overlaps }: MissingAwait): string {
  return overlaps.length === 0 ? 'Others' : capitalize(interleaving(overlaps));
}

function messageOf(finding: MissingAwait): string {
  const { what, text, cell, access } = finding;
  const lock = nameOf(finding);
  switch (what) {
    case 'acquire':
      return (
        `\`${text}()\` is not awaited, so what follows runs before ${lock} is held. ` +
        `${othersOf(finding)} are not kept out of it; await the lock.`
      );
    case 'section':
      return (
        `\`${text}()\` is not awaited, and \`${cell?.name ?? ''}\`, which its section writes, is read on line ` +
        `${String(access?.line ?? 0)} before that has run. Await it, so that the read sees what was written under ${lock}.`
      );
    case 'work': {
      const harm =
        cell === undefined
          ? `${lock} is given back before it has ended`
          : `\`${cell.name}\` is written on line ${String(access?.line ?? 0)} when ${lock} may have been given back`;
      return (
        `\`${text}()\` is started in the section and not awaited, so ${harm}. ` +
        `${othersOf(finding)} can step in between; await it, or return its promise.`
      );
    }
    case 'return':
      return (
        `\`${text}()\` is returned without being awaited, so \`finally\` gives back ${lock} before its work has ended. ` +
        `${othersOf(finding)} come in while it is under way; return \`await ${text}()\`.`
      );
  }
}

function relatedOf(finding: MissingAwait): Related[] {
  const { cell, access, what, acquired } = finding;
  const related: Related[] = [];
  if (acquired !== undefined)
    related.push({ message: `${nameOf(finding)} is acquired here`, place: acquired });
  if (cell === undefined || access === undefined) return related;
  const done = what === 'section' ? 'read' : 'written';
  return [...related, { message: `\`${cell.name}\` is ${done} here`, place: access }];
}

function fixesOf({ text, region, acquired }: MissingAwait): FixRequest[] {
  const section = acquired === undefined ? {} : { section: { start: acquired.start, end: acquired.end } };
  return [{ kind: 'await-call', title: `Await \`${text}()\``, region, ...section }];
}

export const missingAwait: Rule = {
  metadata: {
    id: 'missing-await',
    summary:
      'A lock, a critical section, or the work inside it is not awaited, so the lock is not held when it matters.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'missing-await') return undefined;
    return {
      rule: 'missing-await',
      level: levelOf(finding.overlaps, finding.certain),
      message: messageOf(finding),
      place: finding.call,
      ...(finding.cell !== undefined && { cell: finding.cell.name }),
      dimensions: finding.overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(finding.overlaps),
      related: relatedOf(finding),
      fixes: fixesOf(finding),
    };
  },
};
