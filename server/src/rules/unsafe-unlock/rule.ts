import type { Diagnostic, Related } from '../../model/diagnostics.js';
import type { Finding, UnsafeUnlock } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { evidenceOf, interleaving, levelOf } from '../wording.js';

function messageOf({ lock, acquire, compared, overlaps }: UnsafeUnlock): string {
  const line = `acquired on line ${String(acquire.line)} and runs out by itself`;
  const how =
    compared === undefined
      ? 'is freed here whoever holds it by then'
      : `is freed here in a step of its own, after line ${String(compared.line)} has looked whose it is`;
  return (
    `\`${lock}\` is ${line}, and ${how}. ` +
    `When it has run out, ${interleaving(overlaps)} can hold it, lose it to this, and let the next one in beside them; ` +
    `have the store compare the owner's token and delete the key in one script.`
  );
}

function relatedOf({ lock, acquire, compared }: UnsafeUnlock): Related[] {
  return [
    { message: `\`${lock}\` is acquired here, with a lease`, place: acquire },
    ...(compared === undefined ? [] : [{ message: 'its owner is looked up here', place: compared }]),
  ];
}

export const unsafeUnlock: Rule = {
  metadata: {
    id: 'unsafe-unlock',
    summary:
      "A lock that runs out by itself is freed without a check, in the same step, that it still is the holder's own.",
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'unsafe-unlock') return undefined;
    const { release, overlaps, certain } = finding;
    return {
      rule: 'unsafe-unlock',
      level: levelOf(overlaps, certain),
      message: messageOf(finding),
      place: release,
      dimensions: overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(overlaps),
      related: relatedOf(finding),
      fixes: [],
    };
  },
};
