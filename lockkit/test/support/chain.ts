import { readFileSync, statSync } from 'node:fs';

import { expect } from 'vitest';

/** `3: OFDLCK ADVISORY  WRITE -1 fe:00:1234 17 17`, and not `3: -> OFDLCK …`, which is blocked. */
const HELD_BYTES = /^\d+: OFDLCK +\w+ +\w+ +-?\d+ [0-9a-f]+:[0-9a-f]+:(\d+) (\d+) /gm;

/** How many processes have a place in the chain of a lock file, from what the kernel tells of byte locks. */
function processesQueued(file: string): number {
  const inode = String(statSync(file).ino);
  const places = Array.from(readFileSync('/proc/locks', 'latin1').matchAll(HELD_BYTES)).filter(
    (match) => match[1] === inode && Number(match[2]) >= 16,
  );
  return places.length;
}

/** Waits until that many processes queue for a lock file. */
export async function untilQueued(file: string, processes: number): Promise<void> {
  await expect.poll(() => processesQueued(file), { timeout: 30_000, interval: 5 }).toBe(processes);
}
