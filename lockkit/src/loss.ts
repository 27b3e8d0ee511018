import type { EngineLock } from './engine.js';
import { LockLostError } from './errors.js';
import type { Claim } from './reentry.js';

const LOOK_EVERY = 1_000;

interface Watched {
  readonly name: string;
  readonly lock: EngineLock;
  readonly request: number;
  readonly claim: Claim;
  readonly controller: AbortController;
}

const watched = new Set<Watched>();
let timer: NodeJS.Timeout | undefined;

/** A signal that aborts when the lock file of a held request is gone from its path. */
export function watchForLoss(name: string, lock: EngineLock, request: number, claim: Claim): AbortSignal {
  const controller = new AbortController();
  if (!claim.over) {
    watched.add({ name, lock, request, claim, controller });
    timer ??= setInterval(look, LOOK_EVERY).unref();
  }
  return controller.signal;
}

function look(): void {
  for (const entry of watched) {
    const { name, lock, request, claim, controller } = entry;
    if (!claim.over && !lock.isLost(request)) continue;
    watched.delete(entry);
    if (!claim.over) {
      controller.abort(
        new LockLostError(name, 'its file was removed or replaced, and others lock the new one.'),
      );
    }
  }
  if (watched.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}
