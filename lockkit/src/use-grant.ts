import { type Claim, runWith } from './reentry.js';

/** A grant, or several as one. */
interface AnyGrant extends Disposable {
  readonly name: string;
}

/** Calls `callback` as the holder, and frees the lock when what it returns is settled. */
export function useGrant<G extends AnyGrant, T>(
  grant: G,
  claims: readonly Claim[],
  callback: (grant: G) => T | PromiseLike<T>,
): Promise<T> {
  const result = callAsHolder(grant, claims, callback);
  if (isThenable(result)) return untilSettled(result, grant);
  for (const claim of claims) claim.returnedNoPromise = true;
  grant[Symbol.dispose]();
  return Promise.resolve(result);
}

/** The same for a callback that is not asynchronous. */
export function useGrantSync<G extends AnyGrant, T>(
  grant: G,
  claims: readonly Claim[],
  callback: (grant: G) => T,
): T {
  const result = callAsHolder(grant, claims, callback);
  grant[Symbol.dispose]();
  if (isThenable(result)) {
    // It is reported here; whoever made it may still handle it.
    result.then(undefined, () => undefined);
    throw new TypeError(
      `The callback of requestSync() on lock "${grant.name}" returned a promise, and the lock is released before it is settled. ` +
        'Use request(), which waits for it.',
    );
  }
  return result;
}

function callAsHolder<G extends AnyGrant, T>(
  grant: G,
  claims: readonly Claim[],
  callback: (grant: G) => T,
): T {
  for (const claim of claims) claim.take();
  try {
    return runWith(claims, callback, grant);
  } catch (error) {
    freeAfter(grant);
    throw error;
  }
}

async function untilSettled<T>(work: PromiseLike<T>, grant: Disposable): Promise<T> {
  let result: T;
  try {
    result = await work;
  } catch (error) {
    freeAfter(grant);
    throw error;
  }
  grant[Symbol.dispose]();
  return result;
}

/** The callback's error goes before one of the release, which is then a warning. */
function freeAfter(grant: Disposable): void {
  try {
    grant[Symbol.dispose]();
  } catch (error) {
    process.emitWarning(error as Error);
  }
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
