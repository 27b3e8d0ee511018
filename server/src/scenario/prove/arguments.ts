/** What the function is called with. */
import type { DriverJob } from './messages.js';
import { requestAndResponse } from './request-stub.js';
import type { Callable } from './subject.js';

const SHARED_ARRAYS: Readonly<Record<string, (length: number) => ArrayBufferView<SharedArrayBuffer>>> = {
  Uint8Array: (length) => new Uint8Array(new SharedArrayBuffer(length)),
  Int32Array: (length) => new Int32Array(new SharedArrayBuffer(4 * length)),
  Uint32Array: (length) => new Uint32Array(new SharedArrayBuffer(4 * length)),
  Float64Array: (length) => new Float64Array(new SharedArrayBuffer(8 * length)),
  BigInt64Array: (length) => new BigInt64Array(new SharedArrayBuffer(8 * length)),
};

/**
 * Makes what JSON cannot say: `{ "$shared": "Int32Array", "length": 4 }` is an array of zeros in shared memory, the same one for
 * both executions. To be called once for both.
 */
export function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  const { $shared: shared, length = 1 } = value as { $shared?: unknown; length?: number };
  const make = typeof shared === 'string' ? SHARED_ARRAYS[shared] : undefined;
  if (make !== undefined) return make(length);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revived(part)]));
}

/** One call's arguments, and when what they stand for is over. */
export interface CallArguments {
  readonly values: readonly unknown[];
  /** Of a route handler that does not return a promise: when it has answered. */
  readonly answered?: Promise<void>;
}

/** Those of lockkit.prove.json; else, for a route handler, a request and a response of its own. */
export function argumentsFor(
  call: Callable,
  job: Pick<DriverJob, 'arguments' | 'request' | 'caught'>,
): CallArguments {
  if (job.arguments !== undefined) return { values: job.arguments };
  if (job.request === undefined && !(job.caught && call.length > 0)) return { values: [] };
  return requestAndResponse(job.request ?? {});
}
