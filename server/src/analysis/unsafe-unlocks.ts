/** Locks with a lease that are given back without the store looking whether they still are the holder's own. */
import type { CallSite } from './calls.js';
import { overlapsOf } from './candidates.js';
import { placeIn } from './frame.js';
import type { Acquisition, State } from './state.js';

/** To be called before a lock is released by a call that frees it whoever holds it. */
export function noteUncheckedRelease(site: CallSite, state: State, lock: string): void {
  const { analysis, frame, operation } = site;
  if (analysis.isImporting) return;
  for (const acquisition of state.held.values()) {
    // Without a lease the lock is the holder's own until the holder frees it.
    if (acquisition.lock !== lock || acquisition.leased !== true) continue;
    const overlaps = overlapsOf(analysis, acquisition.lockDepth, acquisition.span);
    if (overlaps.length === 0) continue;
    const release = placeIn(frame, operation.range);
    const key = `${release.file}:${String(release.start)}`;
    if (analysis.unsafeUnlocks.has(key)) continue;
    const compared = readOf(state, acquisition);
    analysis.unsafeUnlocks.set(key, {
      kind: 'unsafe-unlock',
      lock: acquisition.name,
      acquire: acquisition.place,
      release,
      ...(compared !== undefined && { compared: compared.place }),
      // Where nothing is done under the lock that takes its time, its lease hardly runs out.
      certain: acquisition.content?.busy === true,
      overlaps,
    });
  }
}

/** A read of the key that the lock is, under the lock. */
function readOf(
  state: State,
  { id, name }: Acquisition,
): { readonly place: Acquisition['place'] } | undefined {
  return [...state.reads.values()].find(({ cell, guards }) => cell.name === name && guards.has(id));
}
