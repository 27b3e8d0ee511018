import { AsyncLocalStorage } from 'node:async_hooks';

/** That an execution asked for a lock. It counts as held from `take` to `drop`. */
export class Claim {
  #state: 'asked' | 'held' | 'over' = 'asked';

  constructor(readonly file: string) {}

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

/** The claims of the present execution, one a lock file at most. */
const claims = new AsyncLocalStorage<readonly Claim[]>();

/** Whether the present execution holds the lock of this file. */
export function holds(file: string): boolean {
  return claims.getStore()?.some((claim) => claim.file === file && claim.held) ?? false;
}

/** Runs `work` as an execution that has this claim, and what it starts with it. */
export function runWith<T>(claim: Claim, work: () => T): T {
  return claims.run(extended(claim), work);
}

/**
 * Gives the claim to the present execution from here on. The caller's callers, as far as they go on synchronously,
 * are the same execution to AsyncLocalStorage; {@link Claim.take} is therefore called only once the caller has
 * the grant, so that tasks started in one go do not take each other's claim for their own.
 */
export function enterWith(claim: Claim): void {
  claims.enterWith(extended(claim));
}

function extended(claim: Claim): readonly Claim[] {
  const others =
    claims.getStore()?.filter((other) => other.held || (!other.over && other.file !== claim.file)) ?? [];
  return [...others, claim];
}
