/** What the prover and the process that it drives say to each other. */
import type { ProveConfiguration } from './configuration.js';
import type { ProveDimension } from './target.js';
import type { Execution } from './trace.js';

/** What a driven process is to do; JSON in the environment variable LOCKKIT_PROVE. */
export interface DriverJob extends Omit<ProveConfiguration, 'redis'> {
  /** Absolute path of the module, in the scratch copy. */
  readonly module: string;
  /** A dotted path from the module's names. */
  readonly function: string;
  /** The function is the one that the instrumented module hands over where it makes it. */
  readonly caught: boolean;
  /** The prover's own Redis server, when there is one: its Unix socket, and its port on the loopback interface. */
  readonly redis: { readonly socket: string; readonly port: number } | undefined;
  readonly dimension: ProveDimension;
  /** In one process: both, at these points. In a process of its own: which of the two it is. */
  readonly executions: readonly Execution[];
  readonly holds: readonly Hold[];
}

/** An execution is held at its nth interleaving point (among tasks) or after its nth read or write (else), from 1. */
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
  /** An interleaving point (or, in threads and processes, a read or write) was passed. */
  | { readonly kind: 'point'; readonly execution: Execution; readonly number: number }
  /** Held there. In a process, until a line comes on descriptor 4. */
  | { readonly kind: 'held'; readonly execution: Execution }
  | { readonly kind: 'ended'; readonly execution: Execution; readonly error?: string }
  | { readonly kind: 'blocked'; readonly execution: Execution }
  /** The function cannot be called, and why. */
  | {
      readonly kind: 'cannot';
      readonly message: string;
      /** A module that this interpreter does not have; another one may. */
      readonly missing?: string;
    };

/** Descriptors of the driven process. */
export const TO_PROVER = 3;
export const FROM_PROVER = 4;

/** The index of no access. */
export const NOTHING = 0;

/** The global that the instrumented program calls; see tracer.ts. */
export const TRACER = '__lockkitTracer';
