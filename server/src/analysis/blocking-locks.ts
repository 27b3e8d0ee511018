/** Locks that block their thread, taken where an event loop runs in it. */
import type { BlockingLock, Overlap } from '../model/findings.js';
import type { Place } from '../model/source.js';
import type { Analysis } from './analysis.js';
import { levelsAbove, strongestPerDimension } from './candidates.js';
import { placeIn, type Frame } from './frame.js';
import { MODULE_DEPTH } from './modules.js';
import { meetingOf, seenFrom, type Spot } from './spots.js';
import type { Acquisition, State } from './state.js';

export interface BlockingCandidate {
  readonly acquisition: Acquisition;
  readonly frame: Frame;
  /** Other tasks that take the lock, too. */
  readonly sharing: readonly Overlap[];
  /** All tasks of the event loop. */
  readonly all: readonly Overlap[];
  /** True where the function that acquires it could wait for another lock instead. */
  readonly inAsync: boolean;
}

/** To be called when a lock is taken. */
export function noteBlocking(analysis: Analysis, state: State, frame: Frame, acquisition: Acquisition): void {
  if (acquisition.blocking !== true || acquisition.fails !== undefined || acquisition.unseen === true) return;
  if (analysis.isImporting || !runsInTask(frame)) return;
  const key = `${acquisition.place.file}:${String(acquisition.place.start)}`;
  const known = analysis.blocking.get(key);
  if (known !== undefined && known.sharing.length > 0) return;
  const isAlone = [...state.held.values()].some(keepsTasksOut);
  analysis.blocking.set(key, {
    acquisition,
    frame,
    sharing: isAlone ? [] : tasksAbove(analysis, acquisition.lockDepth),
    all: tasksAbove(analysis, MODULE_DEPTH - 1),
    inAsync: isAsync(frame),
  });
}

/** Whether other tasks wait for a lock without blocking, before they come to this one. */
function keepsTasksOut({ span, blocking, several, lockDepth, unseen }: Acquisition): boolean {
  if (unseen === true) return true;
  return span.includes('tasks') && blocking !== true && several !== true && lockDepth <= MODULE_DEPTH;
}

function isAsync({ facts }: Frame): boolean {
  return facts.async;
}

/** Whether an async function is being run, which runs on an event loop. */
function runsInTask(innermost: Frame): boolean {
  for (let frame: Frame | undefined = innermost; frame !== undefined; frame = frame.caller?.frame)
    if (isAsync(frame)) return true;
  return false;
}

function tasksAbove(analysis: Analysis, depth: number): Overlap[] {
  const levels = levelsAbove(analysis, depth, analysis.depth);
  return strongestPerDimension(
    levels.flatMap(({ overlaps }) => overlaps.filter(({ dimension }) => dimension === 'tasks')),
  );
}

export function settleBlockingLocks(analysis: Analysis): BlockingLock[] {
  return [...analysis.blocking.values()].flatMap((candidate) => settleOne(candidate) ?? []);
}

function settleOne({
  acquisition,
  frame,
  sharing,
  all,
  inAsync,
}: BlockingCandidate): BlockingLock | undefined {
  const { name, span, place, content, handle } = acquisition;
  // Of a handle that tasks share, that is said.
  if (handle !== undefined) return undefined;
  const found = { kind: 'blocking-lock', lock: name, span, acquire: place } as const;
  // A lock that its own thread may take again blocks none of its tasks.
  const point = span.includes('tasks') ? content?.point : undefined;
  if (point !== undefined && sharing.length > 0)
    return { ...found, point: nearest(frame, acquisition, point), certain: true, overlaps: sharing };
  // Within a process others hold it for moments only; what other processes do with it takes its time.
  if (!inAsync || !span.includes('processes') || all.length === 0) return undefined;
  return { ...found, certain: false, overlaps: all };
}

/** The point, as the function sees it in which the lock is held. */
function nearest(frame: Frame, { place }: Acquisition, point: Spot): Place {
  const meeting = meetingOf({ frame, range: place }, point);
  return meeting === undefined ? placeIn(point.frame, point.range) : seenFrom(meeting.frame, point);
}
