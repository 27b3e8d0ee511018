/** How a lock is held: by one alone, or by readers together, whom only a writer excludes. */
export type LockMode = 'exclusive' | 'shared';
