import type { Dimension } from './dimensions.js';
import type { Place, TextRange } from './source.js';
import type { AtomicForm, FixRegion } from './findings.js';

/** Rule ids are a contract with users, CI systems and suppressions. */
export const RULE_IDS = [
  'unguarded-rmw',
  'check-then-act',
  'in-process-lock',
  'different-locks',
  'lock-order',
  'unreleased-lock',
  'missing-await',
  'file-lock-across-threads',
  'lock-per-call',
  'unsafe-unlock',
  'blocking-lock-in-async',
  'per-process-mp-lock',
] as const;

export type RuleId = (typeof RULE_IDS)[number];

export type Level = 'error' | 'warning' | 'hint';

/** The levels, from the most to the least severe. */
export const LEVELS: readonly Level[] = ['error', 'warning', 'hint'];

/** A place that explains a diagnostic: the read, the lock, the evidence for a dimension. */
export interface Related {
  readonly message: string;
  readonly place: Place;
}

export interface Diagnostic {
  readonly rule: RuleId;
  readonly level: Level;
  readonly message: string;
  readonly place: Place;
  /** The cell's name, where the rule speaks of one. */
  readonly cell?: string;
  /** The dimensions along which others interleave. */
  readonly dimensions: readonly Dimension[];
  /** Why those dimensions exist here. */
  readonly evidence: readonly Related[];
  readonly related: readonly Related[];
  readonly fixes: readonly FixRequest[];
}

/** What a fix must achieve, in no particular language. */
export type FixRequest =
  AtomicRequest | GuardRequest | AwaitRequest | FinallyRequest | ReplaceLockRequest | HoistLockRequest;

/** Holds a CombinedLock from the one end of the region to the other. */
export interface GuardRequest {
  readonly kind: 'guard-with-combined-lock';
  readonly title: string;
  /** The name that every execution must agree on. */
  readonly lockName: string;
  readonly region: FixRegion;
}

/** Has the store do in one step what reads, adds and writes. */
export interface AtomicRequest {
  readonly kind: 'update-atomically';
  readonly title: string;
  readonly form: AtomicForm;
  /** From the call that reads to the call that writes. */
  readonly region: FixRegion;
}

/** Waits for the call that the region is. */
export interface AwaitRequest {
  readonly kind: 'await-call';
  readonly title: string;
  /** The call that runs the critical section which the region is in, where one does. */
  readonly section?: TextRange;
  readonly region: FixRegion;
}

/** Releases the lock that the region begins with on every way out of the section. */
export interface FinallyRequest {
  readonly kind: 'release-in-finally';
  readonly title: string;
  /** From the acquire to the last release. */
  readonly region: FixRegion;
  readonly releases: readonly TextRange[];
}

/** Makes a CombinedLock in place of a lock, and keeps the lock's name and the shape of its calls. */
export interface ReplaceLockRequest {
  readonly kind: 'replace-lock';
  readonly title: string;
  /** The name that every execution must agree on. */
  readonly lockName: string;
  /** The expression that makes the lock. */
  readonly made: Place;
}

/** Makes a lock once for the module, and not in each call. */
export interface HoistLockRequest {
  readonly kind: 'hoist-lock';
  readonly title: string;
  /** The expression that makes the lock. */
  readonly made: Place;
}

/** The file that a request is to change. */
export function fileOf(request: FixRequest): string {
  return 'made' in request ? request.made.file : request.region.file;
}

export interface TextEdit {
  readonly file: string;
  readonly range: TextRange;
  readonly newText: string;
}

/** A fix, written out in the language of its file. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** Something that kept a file from being checked, or from being checked whole. */
export interface Problem {
  readonly file: string;
  /** 1-based; 1 when the file as a whole is meant. */
  readonly line: number;
  readonly message: string;
}
