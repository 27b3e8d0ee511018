import { basename } from 'node:path';
import type { Diagnostic, Related } from '../../model/diagnostics.js';
import type { Finding, LockOrder, NestedAcquire } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import type { Place } from '../../model/source.js';
import { evidenceOf, interleaving, levelOf, list } from '../wording.js';

function lineOf({ file, line }: Place, here: Place): string {
  return `on line ${String(line)}${file === here.file ? '' : ` of ${basename(file)}`}`;
}

function isAt({ acquire }: NestedAcquire, { file, start }: Place): boolean {
  return acquire.file === file && acquire.start === start;
}

function messageOf({ place, cycle, overlaps }: LockOrder): string {
  const [first, ...others] = cycle;
  if (first === undefined) return '';
  const here = isAt(first, place) ? 'here' : `from here (${lineOf(first.acquire, place)})`;
  const elsewhere = others.map(
    ({ lock, held, acquire }) => `\`${lock}\` ${lineOf(acquire, place)} while \`${held}\` is held`,
  );
  return (
    `\`${first.lock}\` is acquired ${here} while \`${first.held}\` is held, and ${list(elsewhere)}. ` +
    `When ${interleaving(overlaps)} do this at once, each holds what the next one waits for, and none ever goes on; ` +
    `acquire them in one order everywhere.`
  );
}

function relatedOf({ place, cycle }: LockOrder): Related[] {
  return cycle.flatMap((nested) => [
    { message: `\`${nested.held}\` is acquired here`, place: nested.heldSince },
    ...(isAt(nested, place)
      ? []
      : [
          {
            message: `\`${nested.lock}\` is acquired here, while \`${nested.held}\` is held`,
            place: nested.acquire,
          },
        ]),
  ]);
}

export const lockOrder: Rule = {
  metadata: {
    id: 'lock-order',
    summary:
      'Locks are acquired one inside the other, and elsewhere in another order, so that each can wait for the other for ever.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'lock-order') return undefined;
    const { place, overlaps, certain } = finding;
    return {
      rule: 'lock-order',
      level: levelOf(overlaps, certain),
      message: messageOf(finding),
      place,
      dimensions: overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(overlaps),
      related: relatedOf(finding),
      fixes: [],
    };
  },
};
