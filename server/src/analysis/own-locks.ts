/** Locks that an execution makes for itself and that nobody else ever has: they exclude nobody. */
import type { Finding } from '../model/findings.js';
import { isAwaited, type CallSite } from './calls.js';
import { levelsAbove, strongestPerDimension, type Level } from './candidates.js';
import type { Frame } from './frame.js';
import type { Acquisition, State } from './state.js';
import { classFacts } from './values.js';

export interface OwnLockCandidate {
  readonly kind: 'own-lock';
  readonly lock: Acquisition;
  /** The contexts that the lock was made in, each of whose executions makes one of its own. */
  readonly levels: readonly Level[];
  /** False when tasks of the execution itself may meet at the lock. */
  readonly alone: boolean;
}

/** A lock that was made in the course of an execution is acquired. */
export function noteOwnLock(site: CallSite, state: State, lock: Acquisition): void {
  const { analysis } = site;
  if (analysis.isImporting || lock.holder?.made === undefined) return;
  const levels = levelsAbove(analysis, 0, lock.lockDepth);
  if (levels.length === 0) return;
  const alone =
    analysis.depth === lock.lockDepth &&
    isAwaited(site) &&
    runsInTurn(site.frame) &&
    ![...state.held.values()].some((held) => held.unseen === true);
  analysis.candidates.push({ kind: 'own-lock', lock, levels, alone });
}

/** Whether all calls that led here from the start of the execution are waited for. */
function runsInTurn(frame: Frame): boolean {
  for (let inner = frame; inner.caller?.frame.depth === frame.depth; inner = inner.caller.frame) {
    if (inner.facts.async && !inner.awaited) return false;
  }
  return true;
}

/** The locks among the candidates that one execution alone ever has. */
export function settleOwnLocks(candidates: readonly OwnLockCandidate[]): Finding[] {
  const meeting = new Set(candidates.filter(({ alone }) => !alone).map(({ lock }) => lock.lock));
  return candidates.flatMap(({ lock, levels }): Finding[] => {
    const made = lock.holder?.made;
    if (made === undefined || lock.holder?.published === true || meeting.has(lock.lock)) return [];
    const open = levels
      .flatMap(({ overlaps }) => overlaps)
      .filter(({ dimension }) => lock.span.includes(dimension));
    if (open.length === 0) return [];
    return [
      {
        kind: 'own-lock',
        lock: nameOf(lock),
        span: lock.span,
        made,
        acquired: lock.place,
        certain: true,
        overlaps: strongestPerDimension(open),
        beyond: [],
      },
    ];
  });
}

/** A lock made by hand goes by the name of its class: its flag is called `this.locked`, whoever made it. */
export function nameOf({ name, holder }: Acquisition): string {
  if (holder === undefined || !('fields' in holder)) return name;
  return (holder.class && classFacts(holder.class)?.name) ?? name;
}
