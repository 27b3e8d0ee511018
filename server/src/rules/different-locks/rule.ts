import { basename } from 'node:path';
import type { Diagnostic, Related } from '../../model/diagnostics.js';
import type { DifferentLocks, Finding, Guard } from '../../model/findings.js';
import type { Place } from '../../model/source.js';
import type { Rule } from '../../model/rule.js';
import { evidenceOf, interleaving, levelOf, list } from '../wording.js';

interface Access {
  readonly read?: Place;
  readonly write: Place;
  readonly guards: readonly Guard[];
}

function namesOf(guards: readonly Guard[]): string {
  return list([...new Set(guards.map(({ name }) => `\`${name}\``))]);
}

/** What is done, where, under which lock. @param file the file that the report is in */
function told({ read, write, guards }: Access, file: string): string {
  const under = guards.length === 0 ? 'without a lock' : `under ${namesOf(guards)}`;
  const elsewhere = write.file === file ? '' : ` of ${basename(write.file)}`;
  const done =
    read?.file !== write.file || read.line === write.line
      ? `${read === undefined ? '' : 'read and '}written on line ${String(write.line)}`
      : `read on line ${String(read.line)} and written back on line ${String(write.line)}`;
  return `${done}${elsewhere} ${under}`;
}

function messageOf({ cell, read, write, guards, other, overlaps }: DifferentLocks): string {
  const here: Access = { write, guards, ...(read !== undefined && { read }) };
  const bare = guards.length === 0 || other.guards.length === 0;
  const lock = namesOf(other.guards.length === 0 ? guards : other.guards);
  return (
    `\`${cell.name}\` is ${told(here, write.file)}, and is ${told(other, write.file)}. ` +
    `${bare ? 'Whoever does not take the lock is not kept out' : 'The locks do not exclude each other'}: ` +
    `${interleaving(overlaps)} can write between the read and the write, and one of the two writes is lost; ` +
    `${lock} around both places covers them.`
  );
}

function relatedOf({ cell, read, guards, other }: DifferentLocks): Related[] {
  const related: Related[] = [{ message: `\`${cell.name}\` is written here, too`, place: other.write }];
  for (const place of [read, other.read])
    if (place !== undefined) related.push({ message: `\`${cell.name}\` is read here`, place });
  for (const { name, acquired } of [...guards, ...other.guards])
    related.push({ message: `\`${name}\` is acquired here`, place: acquired });
  if (cell.declaration !== undefined)
    related.push({ message: `\`${cell.name}\` is declared here`, place: cell.declaration });
  return related;
}

export const differentLocks: Rule = {
  metadata: {
    id: 'different-locks',
    summary:
      'The same state is guarded by different locks in different places, or guarded here and bare there.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'different-locks') return undefined;
    return {
      rule: 'different-locks',
      level: levelOf(finding.overlaps, finding.certain),
      message: messageOf(finding),
      place: finding.write,
      cell: finding.cell.name,
      dimensions: finding.overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(finding.overlaps),
      related: relatedOf(finding),
      fixes: [],
    };
  },
};
