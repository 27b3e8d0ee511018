const given = new Set<string>();
/** Names can be made without end; so many are remembered. */
const REMEMBERED = 10_000;

export type WarningCode = 'LOCKKIT_UNAWAITED_WORK' | 'LOCKKIT_DROPPED_GRANT';

/** Emits a process warning (`process.on('warning')`), once per code and lock in a thread. */
export function warnOnce(code: WarningCode, lock: string, message: string): void {
  const key = `${code} ${lock}`;
  if (given.has(key) || given.size >= REMEMBERED) return;
  given.add(key);
  process.emitWarning(message, { type: 'LockkitWarning', code });
}
