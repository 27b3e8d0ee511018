import { readFileSync, statSync } from 'node:fs';

import type { EngineEntry } from './engine.js';
import type { LockMode } from './mode.js';

/** A grant or a request of this process. */
export interface LockInfo {
  /** The lock's name. */
  readonly name: string;
  /** How it is held or asked for. */
  readonly mode: LockMode;
  /** `threadId` (`node:worker_threads`) of the thread; 0 is the main thread. */
  readonly thread: number;
}

/** What this process knows of locks at one moment. */
export interface LockSnapshot {
  /** The grants. */
  readonly held: readonly LockInfo[];
  /** The requests that wait, those of one lock in the order in which they will be served. */
  readonly pending: readonly LockInfo[];
}

/** Another process that holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly mode: LockMode;
}

/** The snapshot of one lock, with what the system says of other processes. */
export interface SingleLockSnapshot extends LockSnapshot {
  /**
   * The other processes that hold the lock, by /proc/locks; undefined on a system without it. Processes of another PID
   * namespace (another container) are not among them.
   */
  readonly elsewhere: readonly LockHolder[] | undefined;
}

export function snapshotOf(entries: readonly EngineEntry[]): LockSnapshot {
  const info = ({ name, mode, thread }: EngineEntry): LockInfo => ({ name, mode, thread });
  return {
    held: entries.filter(({ held }) => held).map(info),
    pending: entries.filter(({ held }) => !held).map(info),
  };
}

/** A line of /proc/locks for a flock that is held: `1: FLOCK  ADVISORY  WRITE 4711 fe:00:1234 0 EOF`. */
const HELD_FLOCK = /^\d+: FLOCK +\w+ +(READ|WRITE) +(\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /gm;

/** The other processes that have a flock on a file. Reads what the kernel tells, and takes nothing. */
export function holdersElsewhere(file: string): readonly LockHolder[] | undefined {
  let locks: string;
  try {
    locks = readFileSync('/proc/locks', 'latin1');
  } catch {
    return undefined;
  }
  const status = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (status === undefined) return [];
  const holders: LockHolder[] = [];
  for (const [, type, pid, major, minor, inode] of locks.matchAll(HELD_FLOCK)) {
    if (inode !== String(status.ino) || !isDevice(status.dev, Number(`0x${major}`), Number(`0x${minor}`)))
      continue;
    if (Number(pid) === process.pid) continue;
    holders.push({ pid: Number(pid), mode: type === 'WRITE' ? 'exclusive' : 'shared' });
  }
  return holders;
}

/**
 * Whether stat's device (as glibc's makedev and the kernel pack it) is the one of major and minor. Major 0 is no device but
 * a number per mount, of which btrfs and overlayfs show another one in /proc/locks than in stat.
 */
function isDevice(device: bigint, major: number, minor: number): boolean {
  const ofStat = Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n));
  return (
    ofStat === major && (major === 0 || Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)) === minor)
  );
}
