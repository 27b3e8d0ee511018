import { AsyncLocalStorage } from 'node:async_hooks';

import { LONGEST_TIMER } from './milliseconds.js';

/** That an execution asked for a lock. It counts as held from `take` to `drop`, once and without a gap. */
export class Claim {
  /** The callback that had the claim has returned something that is no promise. What it started may go on without it. */
  returnedNoPromise = false;
  #state: 'asked' | 'held' | 'over' = 'asked';

  /**
   * @param file the lock's file
   * @param exact whether only the holder and what it starts have the claim ({@link runWith}); otherwise a caller of the
   *   holder can have it as well ({@link enterWith}), and whoever has it is only suspected to be the holder
   */
  constructor(
    readonly file: string,
    readonly exact: boolean,
  ) {}

  get held(): boolean {
    return this.#state === 'held';
  }

  get over(): boolean {
    return this.#state === 'over';
  }

  take(): void {
    this.#state = 'held';
  }

  drop(): void {
    this.#state = 'over';
  }
}

const TICKS_OF_PATIENCE = 10;

/** The claims of the present execution. */
const claims = new AsyncLocalStorage<readonly Claim[]>();

/** What the present execution has to do with a lock file. */
export interface Relation {
  /** The claim by which it holds, or seems to hold, the lock. */
  readonly held: Claim | undefined;
  /** Whether it was started by a callback that ended, without a promise, a claim of the lock. */
  readonly isLeftBehind: boolean;
}

const UNRELATED: Relation = { held: undefined, isLeftBehind: false };

export function relationTo(file: string): Relation {
  const all = claims.getStore();
  if (all === undefined) return UNRELATED;
  let held: Claim | undefined;
  let isLeftBehind = false;
  for (const claim of all) {
    if (claim.file !== file) continue;
    if (claim.held) held ??= claim;
    else if (claim.returnedNoPromise) isLeftBehind = true;
  }
  return held === undefined && !isLeftBehind ? UNRELATED : { held, isLeftBehind };
}

/** Runs `work` as an execution that has these claims, and what it starts with it. */
export function runWith<A, T>(added: readonly Claim[], work: (argument: A) => T, argument: A): T {
  return claims.run(extended(added), work, argument);
}

/**
 * Gives the claims to the present execution from here on. The caller's callers, as far as they go on synchronously,
 * are the same execution to AsyncLocalStorage, and up to Node 22, which keeps the context on the resource, so are the
 * next runs of the same callback (an interval, a socket). Such a claim is therefore only a suspicion, and
 * {@link Claim.take} is called only once the caller has the grant, so that tasks started in one go do not even get
 * suspected.
 */
export function enterWith(added: readonly Claim[]): void {
  claims.enterWith(extended(added));
}

/**
 * Calls `onLikely` once the claim has stayed held for `patience` milliseconds from now on.
 * It is counted in ticks, of which an interval makes up for none: while the event loop stands still (a long computation,
 * a suspended process) the holder cannot release, so such a time counts as one tick.
 *
 * @returns what ends the watch
 */
export function watchSuspect(claim: Claim, patience: number, onLikely: () => void): () => void {
  if (patience === Infinity) return () => undefined;
  let ticks = 0;
  const stop = () => {
    clearInterval(timer);
  };
  const timer = setInterval(
    () => {
      if (claim.held && ++ticks < TICKS_OF_PATIENCE) return;
      stop();
      if (claim.held) onLikely();
    },
    Math.min(Math.ceil(patience / TICKS_OF_PATIENCE), LONGEST_TIMER),
  );
  return stop;
}

function extended(added: readonly Claim[]): readonly Claim[] {
  const all = claims.getStore();
  if (all === undefined || (all.length === 1 && all[0]?.over === true)) return added;
  const others = all.filter(
    (other) => other.held || (!other.over && !added.some(({ file }) => file === other.file)),
  );
  return [...others, ...added];
}
