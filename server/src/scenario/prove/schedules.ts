/** Which schedules are tried: those that hit the window between a read and its write. */
import type { FromDriver, Hold } from './messages.js';
import type { TracedAccess } from './target.js';

/** Rounds of a loop in which an execution is held at the same access: what a third round would show, the second has. */
const ROUNDS = 2;

/**
 * The places at which an execution that runs alone can be held between a read of a cell and a later write of it.
 *
 * @param messages of one execution that ran alone
 */
export function windowsOf(messages: readonly FromDriver[], accesses: readonly TracedAccess[]): number[] {
  const cellOf = (message: FromDriver, kind: 'read' | 'write'): string | undefined => {
    const access = message.kind === 'event' ? accesses[message.access - 1] : undefined;
    return access?.kind === kind ? access.cell : undefined;
  };
  const lastWrite = new Map<string, number>();
  for (const [index, message] of messages.entries()) {
    const cell = cellOf(message, 'write');
    if (cell !== undefined) lastWrite.set(cell, index);
  }
  const places: number[] = [];
  const read = new Set<string>();
  /** How often an execution came to a place, by the access before it and the number of points since. */
  const rounds = new Map<string, number>();
  let since = '';
  for (const [index, message] of messages.entries()) {
    const cell = cellOf(message, 'read');
    if (cell !== undefined) read.add(cell);
    if (message.kind === 'event') since = `${message.access} `;
    if (message.kind !== 'point') continue;
    since += '.';
    const isWindow = [...read].some((each) => (lastWrite.get(each) ?? -1) > index);
    const round = (rounds.get(since) ?? 0) + 1;
    rounds.set(since, round);
    if (isWindow && round <= ROUNDS) places.push(message.number);
  }
  return places;
}

/** One execution is held: nearly always enough. */
export function singleHolds(windows: readonly number[]): (readonly Hold[])[] {
  return windows.map((at): readonly Hold[] => [{ execution: 'A', at }]);
}

/** Both executions are held, one after the other. */
export function doubleHolds(first: readonly number[], second: readonly number[]): (readonly Hold[])[] {
  return first.flatMap((a) =>
    second.map((b): readonly Hold[] => [
      { execution: 'A', at: a },
      { execution: 'B', at: b },
    ]),
  );
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
