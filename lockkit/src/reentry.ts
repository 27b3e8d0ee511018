import { AsyncLocalStorage, AsyncResource, executionAsyncResource } from 'node:async_hooks';

/** That an execution asked for a lock. It counts as held from `take` to `drop`. */
export class Claim {
  #state: 'asked' | 'held' | 'over' = 'asked';
  /** The callback's run that {@link enterWith} left the claim in. */
  enteredIn: object | undefined;

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
    this.enteredIn = undefined;
  }
}

/**
 * Whether what enterWith() leaves in a callback is found by its next run: so it is where Node keeps async contexts on the
 * resource (a timer, a socket), the default up to Node 22. From 24 on each run starts with the context of its registration.
 */
const contextsStayOnResources = (() => {
  const storage = new AsyncLocalStorage<true>();
  const resource = new AsyncResource('lockkit');
  resource.runInAsyncScope(() => {
    storage.enterWith(true);
  });
  const left = resource.runInAsyncScope(() => storage.getStore());
  storage.disable();
  return left === true;
})();

/** The claims of the present execution, one a lock file at most. */
const claims = new AsyncLocalStorage<readonly Claim[]>();

/** Whether the present execution holds the lock of this file. */
export function holds(file: string): boolean {
  return (
    claims.getStore()?.some((claim) => claim.file === file && claim.held && !isOfEarlierRun(claim)) ?? false
  );
}

/**
 * Whether the claim was left by an earlier run of the callback that runs now, such as the last tick of an interval.
 * Whoever got the grant by awaiting it runs in the resource of that await instead.
 */
function isOfEarlierRun(claim: Claim): boolean {
  return contextsStayOnResources && claim.enteredIn === executionAsyncResource();
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
  if (contextsStayOnResources && !claim.over) claim.enteredIn = executionAsyncResource();
  claims.enterWith(extended(claim));
}

function extended(claim: Claim): readonly Claim[] {
  const others =
    claims.getStore()?.filter((other) => other.held || (!other.over && other.file !== claim.file)) ?? [];
  return [...others, claim];
}
