/** Which schedules are tried: those that hit the window between a read and its write. */
import type { FromDriver, Hold } from './messages.js';
import type { TracedAccess } from './target.js';

/**
 * The places at which an execution that runs alone can be held between a read of a cell and a later write of it.
 *
 * @param messages of one execution that ran alone
 */
export function windowsOf(messages: readonly FromDriver[], accesses: readonly TracedAccess[]): number[] {
  const places = new Set<number>();
  for (const [index, message] of messages.entries()) {
    if (message.kind !== 'point') continue;
    const cellsRead = cellsOf(messages.slice(0, index), 'read', accesses);
    const cellsWritten = cellsOf(messages.slice(index + 1), 'write', accesses);
    if ([...cellsRead].some((cell) => cellsWritten.has(cell))) places.add(message.number);
  }
  return [...places];
}

function cellsOf(
  messages: readonly FromDriver[],
  kind: 'read' | 'write',
  accesses: readonly TracedAccess[],
): Set<string> {
  const cells = new Set<string>();
  for (const message of messages) {
    if (message.kind !== 'event') continue;
    const access = accesses[message.access - 1];
    if (access?.kind === kind) cells.add(access.cell);
  }
  return cells;
}

/** One hold first, which is nearly always enough, then one of each execution. */
export function schedulesOf(windows: readonly number[], most: number): (readonly Hold[])[] {
  const single = windows.map((at): readonly Hold[] => [{ execution: 'A', at }]);
  const double = windows.flatMap((a) =>
    windows.map((b): readonly Hold[] => [
      { execution: 'A', at: a },
      { execution: 'B', at: b },
    ]),
  );
  return [...single, ...double].slice(0, most);
}

/** `A2` or `A2,B1`: A is held at its second place, B at its first. */
export function scheduleName(holds: readonly Hold[]): string {
  return holds.map(({ execution, at }) => `${execution}${at}`).join(',');
}

/** @returns undefined for a text that names no schedule */
export function parseSchedule(text: string): readonly Hold[] | undefined {
  const holds: Hold[] = [];
  for (const part of text.split(',')) {
    const match = /^([AB])([1-9]\d*)$/.exec(part.trim());
    if (match === null) return undefined;
    holds.push({ execution: match[1] === 'A' ? 'A' : 'B', at: Number(match[2]) });
  }
  return holds;
}
