/** Words that every rule's message is made of, so that they are the same in all of them. */
import type { Level } from '../model/diagnostics.js';
import type { Dimension } from '../model/dimensions.js';
import type { Overlap, ReadModifyWrite } from '../model/findings.js';
import type { Related } from '../model/diagnostics.js';

const NAMES: Readonly<Record<Dimension, string>> = {
  tasks: 'async tasks',
  threads: 'threads',
  processes: 'processes',
  hosts: 'hosts',
};

/** What a lock excludes: `async tasks only`. */
export function excluded(span: readonly Dimension[]): string {
  if (span.length === 0) return 'nothing';
  return `${list(span.map((dimension) => NAMES[dimension]))}${span.length === 1 ? ' only' : ''}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

/** What interleaves, along which dimension, and why it exists here: `processes (ecosystem.config.cjs runs 4 instances)`. */
export function interleaving(overlaps: readonly Overlap[]): string {
  return list(overlaps.map(({ dimension, text }) => `${NAMES[dimension]} (${text})`));
}

/** The lock that is there for the cell, as what is to be held: the one that is taken too late here, or that others take. */
export function ownLockOf(
  { lateGuards, elsewhere, overlaps }: ReadModifyWrite,
  section = 'from the read to the write',
): string | undefined {
  const late = lateGuards.filter(({ made }) => made !== undefined);
  const guard = [...late, ...(elsewhere === undefined ? [] : [elsewhere])].find(({ span }) =>
    overlaps.every(({ dimension }) => span.includes(dimension)),
  );
  return guard && `\`${guard.name}\`, if it is held ${section},`;
}

/** Where the two ends of a read-modify-write are, besides the place of the report. */
export function accessesOf({ cell, read, readsAt, writesAt }: ReadModifyWrite): Related[] {
  const related: Related[] = [{ message: `\`${cell.name}\` is read here`, place: read }];
  if (readsAt !== undefined) related.push({ message: 'this is the read itself', place: readsAt });
  if (writesAt !== undefined) related.push({ message: 'this is the write itself', place: writesAt });
  return related;
}

/** The evidence for each dimension, as places to look at. */
export function evidenceOf(overlaps: readonly Overlap[]): Related[] {
  return overlaps.flatMap(({ dimension, text, place }) =>
    place === undefined ? [] : [{ message: `${NAMES[dimension]}: ${text}`, place }],
  );
}

/**
 * `error` when the project itself shows that executions overlap and the data flow is certain; one step less for each thing
 * that is only usual, and a hint when sharing is no more than likely.
 */
export function levelOf(overlaps: readonly Overlap[], certain: boolean): Level {
  const shown = overlaps.some(({ strength }) => strength === 'shown');
  const usual = shown || overlaps.some(({ strength }) => strength === 'usual');
  if (shown) return certain ? 'error' : 'warning';
  return usual && certain ? 'warning' : 'hint';
}

export function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
