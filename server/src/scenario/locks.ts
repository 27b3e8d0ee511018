import type { Dimension } from '../model/dimensions.js';
import { ScenarioError } from './errors.js';

/** The locks that the experiment can run with. */
export type LockId = 'none' | 'async-mutex' | 'flock-shared' | 'flock-field' | 'flock-own' | 'combined';

export interface LockDescription {
  readonly id: LockId;
  readonly title: string;
  /** The dimensions along which it excludes. */
  readonly span: readonly Dimension[];
  /** What it is and does, as a sentence's end: "async-mutex's Mutex, one in each thread, …". */
  readonly nature: string;
  /** Whether it runs when no lock is named. */
  readonly byDefault: boolean;
}

/**
 * In the order in which they run. The spans are measured facts, those of flock(2) the kernel's: it belongs to the open
 * file description, so an acquire on one that is locked already converts the lock and returns at once.
 */
export const LOCKS: readonly LockDescription[] = [
  {
    id: 'none',
    title: 'no lock',
    span: [],
    nature: 'without a lock nothing is excluded',
    byDefault: true,
  },
  {
    id: 'async-mutex',
    title: "async-mutex's Mutex",
    span: ['tasks'],
    nature: 'a Mutex lives in the memory of one thread, so each thread has its own',
    byDefault: true,
  },
  {
    id: 'flock-shared',
    title: 'flock on a shared handle',
    span: ['processes'],
    nature:
      'flock belongs to the open file description, and all of a process share one: locking it again converts the lock and never blocks',
    byDefault: true,
  },
  {
    id: 'flock-field',
    title: 'flock with the handle in a field',
    span: ['threads', 'processes'],
    nature:
      'the second task overwrites the field that holds the descriptor, and its flock blocks the event loop on which the first task would release',
    byDefault: false,
  },
  {
    id: 'flock-own',
    title: 'flock on a handle of its own',
    span: ['tasks', 'threads', 'processes'],
    nature: 'each acquire opens the file for itself, so flock excludes every other one',
    byDefault: false,
  },
  {
    id: 'combined',
    title: 'CombinedLock',
    span: ['tasks', 'threads', 'processes'],
    nature: 'one name is one lock, in every task, thread and process',
    byDefault: true,
  },
];

export const DEFAULT_LOCKS: readonly LockId[] = LOCKS.filter((lock) => lock.byDefault).map((lock) => lock.id);

/** @throws ScenarioError for an unknown id, naming the known ones */
export function findLock(id: string): LockDescription {
  const found = LOCKS.find((lock) => lock.id === id);
  if (found === undefined) {
    const known = LOCKS.map((lock) => lock.id).join(', ');
    throw new ScenarioError(`There is no lock "${id}" in the scenario. It has: ${known}.`);
  }
  return found;
}
