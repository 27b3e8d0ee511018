import type { Diagnostic, Related } from '../../model/diagnostics.js';
import type { BlockingLock, Finding } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { evidenceOf, interleaving, levelOf } from '../wording.js';

function messageOf({ lock, point, overlaps }: BlockingLock): string {
  if (point === undefined) {
    return (
      `\`${lock}\` blocks the event loop until it is free: while another process holds it, ` +
      `all ${interleaving(overlaps)} stand still. Wait for it without blocking: with a CombinedLock that is awaited, or in another thread.`
    );
  }
  return (
    `\`${lock}\` blocks the event loop until it is free, and is still held at the interleaving point on line ${String(point.line)}. ` +
    `When ${interleaving(overlaps)} come to it there, the event loop stops, and the holder can never go on to release it; ` +
    `take a lock that is awaited.`
  );
}

function relatedOf({ lock, point }: BlockingLock): Related[] {
  return point === undefined
    ? []
    : [{ message: `other tasks can run here while \`${lock}\` is held`, place: point }];
}

export const blockingLockInAsync: Rule = {
  metadata: {
    id: 'blocking-lock-in-async',
    summary:
      'A lock that blocks its thread is waited for on an event loop, which stops all of its tasks, the holder among them.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'blocking-lock') return undefined;
    const { acquire, overlaps, certain } = finding;
    return {
      rule: 'blocking-lock-in-async',
      level: levelOf(overlaps, certain),
      message: messageOf(finding),
      place: acquire,
      dimensions: overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(overlaps),
      related: relatedOf(finding),
      fixes: [],
    };
  },
};
