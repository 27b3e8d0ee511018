/** What the prover and the process that it drives say to each other. */
import type { Execution } from './trace.js';

/** What a driven process is to do; JSON in the environment variable LOCKKIT_PROVE. */
export interface DriverJob {
  /** Absolute path of the module, in the scratch copy. */
  readonly module: string;
  readonly function: string;
  /** For each call; absent: none. */
  readonly arguments: readonly unknown[];
  /** For a class whose method is called. */
  readonly construct: readonly unknown[];
  /** A Unix socket of the prover's own Redis server, when there is one. */
  readonly redisSocket: string | undefined;
  readonly dimension: 'tasks' | 'processes';
  /** In one process: both, at these points. In a process of its own: which of the two it is. */
  readonly executions: readonly Execution[];
  readonly holds: readonly Hold[];
}

/** An execution is held at its nth interleaving point (among tasks) or after its nth read (in a process), from 1. */
export interface Hold {
  readonly execution: Execution;
  readonly at: number;
}

/** Lines of JSON on descriptor 3. */
export type FromDriver =
  /** Ready to call the function. Answered by a line on descriptor 4. */
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'event';
      readonly execution: Execution;
      /** The index of the access, from 1. */
      readonly access: number;
      readonly value: string;
    }
  /** An interleaving point (or, in a process, a read) was passed. */
  | { readonly kind: 'point'; readonly execution: Execution; readonly number: number }
  /** Held there. In a process, until a line comes on descriptor 4. */
  | { readonly kind: 'held'; readonly execution: Execution }
  | { readonly kind: 'ended'; readonly execution: Execution; readonly error?: string }
  | { readonly kind: 'blocked'; readonly execution: Execution }
  /** The function cannot be called, and why. */
  | { readonly kind: 'cannot'; readonly message: string };

/** Descriptors of the driven process. */
export const TO_PROVER = 3;
export const FROM_PROVER = 4;

/** The index of no access. */
export const NOTHING = 0;

/** The global that the instrumented program calls; see tracer.ts. */
export const TRACER = '__lockkitTracer';
