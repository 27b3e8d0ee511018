/** Locks in code that the analysis does not see: all it has is how the call is named. */
import { DIMENSIONS } from '../model/dimensions.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { inputsOf, type CallSite } from './calls.js';
import { placeIn } from './frame.js';
import { noteRelease } from './awaits.js';
import { noteReleased } from './sections.js';
import type { Acquisition, State } from './state.js';
import { originsOf, valueOf, type Value } from './values.js';

/** A word of a call's name that says that a lock is taken. Only where the code itself is out of sight. */
const ACQUIRES = /(^|[^a-z])(lock|acquire|mutex|semaphore|exclusive|synchroni[sz]ed|enter|obtain)([^a-z]|$)/i;
const LOCK = /(^|[^a-z])(lock|mutex|semaphore)s?([^a-z]|$)/i;
const RELEASES = /^(release|unlock|free|dispose|leave|exit|close|@@asyncDispose|@@dispose)$/;

/** `acquireLock` → `acquire Lock`: names are compared word by word. */
function words(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/_/g, ' ');
}

/** Whether something is named like what takes a lock. */
export function isLockName(text: string): boolean {
  const name = text.split(/[.[\]?]+/).findLast((part) => part !== '') ?? '';
  return ACQUIRES.test(words(name));
}

export function isRelease(method: string): boolean {
  return RELEASES.test(method);
}

/**
 * Whether a call is named like one that gives back a lock: by its callee (`unlockDocument`), or by it and what it is given
 * (`this.release(lock)`).
 */
export function givesBackLock(callee: string, given: readonly string[]): boolean {
  const name = words(callee.split(/[.[\]?]+/).findLast((part) => part !== '') ?? '');
  if (/(^| )unlock( |$)/i.test(name)) return true;
  return /(^| )release( |$)/i.test(name) && [callee, ...given].some((text) => LOCK.test(words(text)));
}

/** A lock that code out of sight may hold from here on, and of which nothing is known. */
export function unseenLock(analysis: Analysis, name: string, place: Place): Acquisition {
  const id = `unseen ${name}`;
  const { depth } = analysis;
  const content = { busy: false, works: [] };
  return { id, lock: id, name, span: DIMENSIONS, place, depth, lockDepth: 0, unseen: true, content };
}

/** @returns the receipt, when the call is named like one that takes a lock */
export function noteUnseenCall(site: CallSite, state: State, receiver: Value | undefined): Value | undefined {
  const { analysis, operation } = site;
  const name = operation.text.split(/[.[\]?]+/).findLast((part) => part !== '') ?? '';
  const readable = words(name);
  if (/(^| )(unlock|release)( |$)/i.test(readable)) {
    for (const released of state.release((held) => held.unseen === true)) {
      noteReleased(analysis, site.frame, operation.range, released.lock);
      noteRelease(analysis, released);
    }
    return undefined;
  }
  const locks =
    ACQUIRES.test(readable) || (/^(wait|run|take|get)$/.test(name) && ACQUIRES.test(words(operation.text)));
  if (!locks || operation.construct) return undefined;
  const inputs = inputsOf(site);
  if (inputs.some((argument) => argument.shape.kind === 'function')) return undefined;
  const lock = unseenLock(analysis, operation.text, placeIn(site.frame, operation.range));
  state.acquire(lock);
  const from = receiver === undefined ? inputs : [receiver, ...inputs];
  return valueOf({ kind: 'grant', lock: lock.lock }, originsOf(from, false));
}
