import type { Dimension } from '../../model/dimensions.js';

/** One way of guarding the counter, in the order in which the post tries them; counter.py has its code. */
export interface SeedLock {
  readonly id: string;
  readonly title: string;
  /** The dimensions along which it excludes in this deployment. */
  readonly span: readonly Dimension[];
  /** What the post says of it; absent where the post does not try it. */
  readonly post?: string;
  /** What is the matter with it, as this experiment and the kernel show. */
  readonly cause: string;
  /** Whether it is to end in a deadlock. */
  readonly deadlocks?: true;
}

export const SEED_LOCKS: readonly SeedLock[] = [
  {
    id: 'none',
    title: 'no lock',
    span: [],
    cause: 'all 16 threads read and write as they like',
  },
  {
    id: 'threading',
    title: 'threading.Lock',
    span: ['threads'],
    post: 'the usual lock for threads',
    cause: 'it excludes the threads of one worker; each of the 4 processes has a lock of its own',
  },
  {
    id: 'multiprocessing',
    title: 'multiprocessing.Lock',
    span: ['threads'],
    post: '"the process lock does not work" under uWSGI',
    cause:
      'it would span processes that inherit it by fork; with --lazy-apps each worker loads the program after the fork and makes a lock of its own',
  },
  {
    id: 'flock-posted',
    title: 'FLock, the file in self.fn',
    span: ['processes'],
    post: '"our file lock can lock processes, but not different threads of one process"',
    cause:
      "flock does exclude threads; but the next thread's open() overwrites self.fn, which drops the holder's file object, closes its file, and so frees the lock in the middle of the work",
  },
  {
    id: 'flock-kept',
    title: 'FLock, overwritten files kept open',
    span: ['processes'],
    cause:
      'the same lock where nothing is closed by reference counting (PyPy, or a number in a field of Node): release() closes the file that came last, the one that holds the lock is never closed, and all wait for ever',
    deadlocks: true,
  },
  {
    id: 'flock-own',
    title: 'flock, a file of its own per acquire',
    span: ['threads', 'processes'],
    cause:
      'the file is opened anew for each acquire and kept where no other thread sees it; no thread lock is needed',
  },
  {
    id: 'combined-posted',
    title: 'threading.Lock, then FLock',
    span: ['threads', 'processes'],
    post: '"the total is always right, so our lock is right"',
    cause: 'the thread lock keeps other threads from overwriting self.fn while the file lock is held',
  },
  {
    id: 'lockkit',
    title: 'lockkit.CombinedLock',
    span: ['threads', 'processes'],
    cause: 'one name is one lock, in every task, thread and process, first come, first served',
  },
];
