/** Executions of their own that a library starts: threads, processes, tasks. */
import type { Overlap } from '../model/findings.js';
import type { Dimension } from '../model/dimensions.js';
import type { CallSite } from './calls.js';
import { placeIn, type Frame } from './frame.js';
import { canonical, type Value } from './values.js';

/** What starts an execution, and along which dimension that is beside others. */
export interface Start {
  readonly site: CallSite;
  readonly work: Value;
  readonly dimension: Dimension;
  /** True when the call itself starts several. */
  readonly several: boolean;
}

/**
 * Why runs of a piece of work that is started here overlap with each other: because it is started in a loop, or again, or by
 * executions that overlap themselves. Work that is started once has no like.
 */
export function overlapsOfStart({ site, work, dimension, several }: Start): Overlap[] {
  const { analysis, frame, operation } = site;
  const place = placeIn(frame, operation.range);
  const isLooped = analysis.starts.of(frame.facts).isLooped(operation);
  const key = `${dimension} ${frame.id} ${canonical(work.shape)}`;
  const isAgain = analysis.started.has(key) && analysis.started.get(key) !== operation;
  analysis.started.set(key, operation);
  if (several || isLooped || isAgain) {
    const text = `${NAMES[dimension]} that ${operation.text} starts`;
    return [{ dimension, strength: 'shown', text, place }];
  }
  return isOfTasks(frame) ? outerTasks(site, dimension) : [];
}

const NAMES: Readonly<Record<Dimension, string>> = {
  tasks: 'tasks',
  threads: 'threads',
  processes: 'processes',
  hosts: 'executions',
};

function isOfTasks(frame: Frame): boolean {
  return frame.facts.async || (frame.caller !== undefined && isOfTasks(frame.caller.frame));
}

/** Tasks that overlap, each of which starts the work in a thread: those threads overlap, too. */
function outerTasks({ analysis }: CallSite, dimension: Dimension): Overlap[] {
  const tasks = analysis.contexts
    .flatMap(({ overlaps }) => overlaps)
    .filter((overlap) => overlap.dimension === 'tasks');
  return tasks.map((overlap) => ({ ...overlap, dimension }));
}
