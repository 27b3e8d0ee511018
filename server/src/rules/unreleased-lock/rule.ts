import type { Diagnostic, FixRequest, Level, Related } from '../../model/diagnostics.js';
import type { Finding, LeakedLock, LeakingWay } from '../../model/findings.js';
import type { Rule } from '../../model/rule.js';
import { evidenceOf, levelOf } from '../wording.js';

function lineOf({ place }: LeakingWay): string {
  return `line ${String(place.line)}`;
}

function wayText(way: LeakingWay): string {
  switch (way.kind) {
    case 'return':
      return `the \`return\` on ${lineOf(way)} leaves without that`;
    case 'throw':
      return `the \`throw\` on ${lineOf(way)} leaves without that`;
    case 'failure':
      return `an error on ${lineOf(way)} leaves without that`;
    case 'end':
      return `the function can come to its end on ${lineOf(way)} without that`;
    case 'again':
      return 'the loop can come back to it without that';
  }
}

function messageOf(finding: LeakedLock): string {
  const { lock, flag, released, ways } = finding;
  const [way] = ways;
  const release = `line ${String(released[0]?.line ?? 0)}`;
  const [verb, undo] = flag ? ['raised', 'taken down'] : ['acquired', 'released'];
  const cure = flag ? 'take it down in `finally`' : 'release it in `finally`';
  const leak = way === undefined ? 'a path leaves without that' : wayText(way);
  return `\`${lock}\` is ${verb} here and ${undo} on ${release}, but ${leak}. ${harmOf(finding)}; ${cure}.`;
}

function harmOf({ flag, leased, several }: LeakedLock): string {
  if (flag) return 'It then stays up, and whoever finds it so turns away for good';
  if (leased) return 'All others then wait until it runs out by itself';
  return several
    ? 'One permit less is then left to all others, until none is'
    : 'All others then wait for it for ever';
}

const WAY: Readonly<Record<LeakingWay['kind'], string>> = {
  return: 'leaves here without releasing it',
  throw: 'leaves here without releasing it',
  failure: 'an error here leaves it held',
  end: 'can come to its end here without releasing it',
  again: 'it is still held when the loop comes back here',
};

/** More ways than this are told by the first ones. */
const MAXIMUM_WAYS = 5;

function relatedOf({ lock, ways, released }: LeakedLock): Related[] {
  return [
    ...ways
      .slice(0, MAXIMUM_WAYS)
      .map(({ kind, place }) => ({ message: `\`${lock}\`: ${WAY[kind]}`, place })),
    ...released.map((place) => ({ message: `\`${lock}\` is released here`, place })),
  ];
}

/** A way that is written down is certain to be taken; an error is not. */
function leaked({ ways, certain, overlaps, leased }: LeakedLock): Level {
  if (leased) return 'hint';
  const isWritten = ways.some(({ kind }) => kind !== 'failure');
  const level = levelOf(overlaps, certain);
  return level === 'error' && !isWritten ? 'warning' : level;
}

function fixesOf({ lock, region, released }: LeakedLock): FixRequest[] {
  const releases = released.map(({ start, end }) => ({ start, end }));
  return [{ kind: 'release-in-finally', title: `Release \`${lock}\` in \`finally\``, region, releases }];
}

export const unreleasedLock: Rule = {
  metadata: {
    id: 'unreleased-lock',
    summary:
      'A path leaves a critical section by an error, an early return or a jump without releasing the lock.',
    defaultLevel: 'error',
  },
  check(finding: Finding): Diagnostic | undefined {
    if (finding.kind !== 'leaked-lock') return undefined;
    return {
      rule: 'unreleased-lock',
      level: leaked(finding),
      message: messageOf(finding),
      place: finding.acquire,
      dimensions: finding.overlaps.map(({ dimension }) => dimension),
      evidence: evidenceOf(finding.overlaps),
      related: relatedOf(finding),
      fixes: fixesOf(finding),
    };
  },
};
