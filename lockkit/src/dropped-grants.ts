import type { Grant } from './grant.js';
import type { Claim } from './reentry.js';
import { warnOnce } from './warnings.js';

/** Where a lock was acquired. */
export type Place = { readonly stack?: string } | undefined;

interface Acquired {
  readonly name: string;
  readonly claim: Claim;
  readonly place: Place;
}

/** A stack costs about as much as a system call: the first acquisitions of a lock object have one, the others do not. */
const TRACED = 64;
const FRAMES = 5;

const FRESH_FOR = 100;
const FRESH_GRANTS = 256;
const fresh: { readonly grant: Grant; readonly claim: Claim; readonly place: Place }[] = [];
let timer: NodeJS.Timeout | undefined;

const registry = new FinalizationRegistry<Acquired>(({ name, claim, place }) => {
  if (!claim.held) return;
  warnOnce(
    'LOCKKIT_DROPPED_GRANT',
    name,
    `A grant of lock "${name}" was garbage-collected without a release: the lock stays held until this thread ends. ` +
      'Release it in finally, use "await using", or use request().' +
      (place?.stack === undefined ? '' : ` It was acquired:\n${callersOf(place.stack)}`),
  );
});

/** The frames above the method of the lock, which is called by whoever acquires. */
function callersOf(stack: string): string {
  return stack.split('\n').slice(2).join('\n');
}

/**
 * The place where a lock is acquired, for {@link keep}; undefined from the 65th time on.
 *
 * @param ordinal how many the lock object has acquired before
 */
export function placeOf(ordinal: number): Place {
  if (ordinal >= TRACED) return undefined;
  const place: { stack?: string } = {};
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAMES;
  Error.captureStackTrace(place, placeOf);
  Error.stackTraceLimit = before;
  return place;
}

/**
 * The claim is held from here on, by whoever has the grant. If nobody refers to the grant any more while it is, that is
 * reported. The lock is not freed: whoever dropped the grant may be in the critical section.
 */
export function keep(grant: Grant, claim: Claim, place: Place): Grant {
  claim.take();
  if (fresh.length === 0) timer = setTimeout(watchFresh, FRESH_FOR).unref();
  fresh.push({ grant, claim, place });
  if (fresh.length >= FRESH_GRANTS) watchFresh();
  return grant;
}

/** Most grants are released before they were worth the price of watching them, which is that of a system call. */
function watchFresh(): void {
  clearTimeout(timer);
  for (const { grant, claim, place } of fresh.splice(0)) {
    if (claim.held) registry.register(grant, { name: grant.name, claim, place });
  }
}
