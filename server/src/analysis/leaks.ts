/** Locks that a path leaves held. */
import type { LeakedLock, LeakingWay, Overlap } from '../model/findings.js';
import type { FunctionFacts, Node, Temporary, VariableIndex } from '../model/facts.js';
import type { TextRange } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { placeIn } from './frame.js';
import { isFlag } from './home-made-locks.js';
import { carriersOf, isHandedOn } from './paths/escapes.js';
import {
  failureBehind,
  hasHold,
  isHeldAsMeant,
  rangeKey,
  walkPaths,
  type Exit,
  type Section,
} from './paths/paths.js';
import { operationKey, releaseKey, type SectionCandidate } from './sections.js';
import { isRelease } from './unseen.js';
import { walk } from './walk.js';

export function settleLeaks(analysis: Analysis): LeakedLock[] {
  // Of a lock that is not waited for, that is said, and enough.
  const { missing } = analysis.awaits;
  const isWaitedFor = ({ acquire }: LeakedLock): boolean =>
    !missing.some(({ call }) => call.file === acquire.file && call.start === acquire.start);
  return [...analysis.sections.candidates.values()]
    .flatMap((candidate) => leakOf(analysis, candidate) ?? [])
    .filter(isWaitedFor);
}

function leakOf(analysis: Analysis, candidate: SectionCandidate): LeakedLock | undefined {
  const { frame, acquire, acquisition, releases } = candidate;
  const { facts } = frame;
  const overlaps = waitingFor(candidate);
  if (overlaps.length === 0 || acquisition.unseen === true || acquisition.closes === true) return undefined;
  // What enters and leaves at one place, as `with` does, leaves in any case.
  if (releases.has(rangeKey(acquire))) return undefined;
  if (acquisition.chain !== undefined && !analysis.chains.has(acquisition.chain)) return undefined;
  const { variables } = frame.module.facts;
  const carriers = carriersOf(facts, acquire);
  const releasesAt = (range: TextRange): boolean => releases.has(rangeKey(range));
  if (isHandedOn(facts, carriers, releasesAt, variables)) return undefined;
  if (isReleasedInside(analysis, candidate)) return undefined;

  const isHandedOver = analysis.sections.handedOver.has(releaseKey(acquisition));
  const isLeak = (exit: Exit): boolean => {
    if (!hasHold(exit, 'held')) return false;
    if (exit.kind === 'return' || exit.kind === 'end') {
      return !isHandedOver && (exit.value === undefined || !carriers.has(exit.value));
    }
    return true;
  };
  // Nobody else can give back what is given back by a grant that stays here.
  const isOwnGrant = !isHandedOver && releasesByGrant(facts, carriers, releasesAt);
  for (const unseen of [false, true]) {
    const { exits } = walkPaths(sectionOf(candidate, unseen));
    const isReturned = exits.some(({ value }) => value !== undefined && carriers.has(value));
    if (!releasesAtEnd(exits) && (!isOwnGrant || isReturned)) return undefined;
    const ways = exits.filter(isLeak).flatMap((exit) => wayOf(candidate, exit) ?? []);
    // A lock that runs out by itself is made for errors.
    if (acquisition.leased === true && ways.every(({ kind }) => kind === 'failure')) return undefined;
    const [first] = ways;
    if (first === undefined) continue;
    // Of an error that may never be, one speaks where others are seen to wait.
    if (candidate.overlaps.length === 0 && ways.every(({ kind }) => kind === 'failure')) return undefined;
    const place = placeIn(frame, acquire);
    const released = [...releases.values()].map((range) => placeIn(frame, range));
    const last = released.reduce((one, other) => (one.start > other.start ? one : other));
    return {
      kind: 'leaked-lock',
      lock: acquisition.name,
      flag: isFlag(acquisition),
      leased: acquisition.leased === true,
      several: acquisition.several === true,
      acquire: place,
      ways,
      released,
      certain: !unseen,
      overlaps,
      region: {
        file: place.file,
        function: facts.range,
        from: { start: place.start, end: place.end },
        to: { start: last.start, end: last.end },
        async: facts.async && !facts.generator,
      },
    };
  }
  return undefined;
}

/** Who waits for the lock: what is seen to, or else whom it is made for; when a process ends, its file locks end with it. */
function waitingFor({ overlaps, expected }: SectionCandidate): readonly Overlap[] {
  return overlaps.length > 0 || expected?.dimension !== 'threads' ? overlaps : [expected];
}

export function sectionOf(candidate: SectionCandidate, unseen: boolean): Section {
  const { frame, acquire, acquisition, releases, final, failures } = candidate;
  const { facts, module } = frame;
  const scope = module.facts.functions.indexOf(facts);
  return {
    facts,
    variables: module.facts.variables.flatMap((variable, index) =>
      variable.scope === scope && variable.kind === 'variable' ? [index] : [],
    ),
    acquire,
    fails: acquisition.fails ?? 'never',
    taken: acquisition.taken ?? [],
    releases: new Set(releases.keys()),
    throwing: failures.keys(facts, unseen),
    final,
  };
}

/** Whether the function releases what it acquires where it ends as it is meant to: else it hands the lock to its caller. */
function releasesAtEnd(exits: readonly Exit[]): boolean {
  const ends = exits.filter(({ kind }) => kind === 'end' || kind === 'return');
  const last =
    ends.find(({ kind }) => kind === 'end') ??
    ends.reduce<Exit | undefined>(
      (one, other) => (one === undefined || startOf(other) > startOf(one) ? other : one),
      undefined,
    );
  return last !== undefined && hasHold(last, 'released') && !isHeldAsMeant(last);
}

function startOf({ range }: Exit): number {
  return range?.start ?? 0;
}

function wayOf({ frame }: SectionCandidate, exit: Exit): LeakingWay | undefined {
  const { kind } = exit;
  if (kind === 'break' || kind === 'continue') return undefined;
  // What a handler throws, or throws on, it does so because of an error.
  const failure = kind === 'end' || kind === 'throw' ? failureBehind(exit) : undefined;
  if (failure !== undefined) return { kind: 'failure', place: placeIn(frame, failure) };
  if (kind === 'end') {
    const { end } = frame.facts.range;
    return { kind, place: placeIn(frame, { start: end - 1, end }) };
  }
  if (exit.range === undefined) return undefined;
  return { kind: kind === 'raise' ? 'failure' : kind, place: placeIn(frame, exit.range) };
}

/** Whether each release is a call of what the acquire gave: `release()`, `grant.release()`. */
function releasesByGrant(
  facts: FunctionFacts,
  carriers: ReadonlySet<Temporary>,
  isRelease: (call: TextRange) => boolean,
): boolean {
  let [byGrant, others] = [0, 0];
  walk(facts.body, (node) => {
    if (node.kind !== 'call' || !isRelease(node.range)) return;
    const { target } = node;
    const called =
      target.kind === 'value' ? target.callee : target.kind === 'method' ? target.object : undefined;
    if (called !== undefined && carriers.has(called)) byGrant++;
    else others++;
  });
  return byGrant > 0 && others === 0;
}

/**
 * Whether functions within this one release something, and no call of them was seen to: code that keeps a function may call it
 * whenever it likes.
 */
function isReleasedInside(analysis: Analysis, { frame, acquire }: SectionCandidate): boolean {
  const { facts, module } = frame;
  const flag = flagAt(facts, acquire);
  const { file, functions } = module.facts;
  let found = false as boolean;
  const visit = (node: Node): void => {
    if (!('range' in node) || analysis.sections.releasing.has(operationKey(file, node.range))) return;
    if (node.kind === 'call' && node.target.kind === 'method') {
      if (typeof node.target.key === 'string' && isRelease(node.target.key)) found = true;
    } else if (node.kind === 'store-property' && node.key === flag) found = true;
    else if (node.kind === 'store-variable' && node.variable === flag) found = true;
  };
  for (const inner of functions) {
    let outer: FunctionFacts | undefined = inner;
    while (outer !== undefined && outer !== facts) {
      outer = outer.parent === undefined ? undefined : functions[outer.parent];
    }
    if (outer === facts && inner !== facts) walk(inner.body, visit);
  }
  return found;
}

/** The variable or the property that is raised, where the acquire is an assignment. */
function flagAt(facts: FunctionFacts, acquire: TextRange): VariableIndex | string | undefined {
  let flag: VariableIndex | string | undefined;
  walk(facts.body, (node) => {
    if (node.kind !== 'store-variable' && node.kind !== 'store-property') return;
    if (rangeKey(node.range) !== rangeKey(acquire)) return;
    if (node.kind === 'store-variable') flag = node.variable;
    else if (typeof node.key === 'string') flag = node.key;
  });
  return flag;
}
