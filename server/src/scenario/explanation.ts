import type { Dimension } from '../model/dimensions.js';
import { findLock } from './locks.js';
import { dimensionsOf } from './options.js';
import type { LockResult, ScenarioReport } from './report.js';

/** One sentence or two: what the lock spans, what this run has beyond it, and why it matters. */
export function explanationOf(report: Size, result: Omit<LockResult, 'explanation'>): string {
  const { nature } = findLock(result.lock);
  const missing = listOf(result.missing.map((dimension) => dimensionNames[dimension]));
  if (result.stuck) {
    return `it got stuck after ${sumOf(result)} of ${result.expected} updates: ${nature}.`;
  }
  if (result.missing.length > 0) {
    const others = result.missing.every((dimension) => dimension === 'tasks') ? 'async tasks' : 'workers';
    const effect =
      result.lost > 0
        ? `Two ${others} can read 41 and both write 42: ${result.lost} of ${result.expected} updates are lost.`
        : 'Nothing was lost this time, and nothing prevents it.';
    return `its span lacks ${missing}, and this run has ${sizeOf(report)}; ${nature}. ${effect}`;
  }
  const dimensions = dimensionsOf(report);
  const covered =
    dimensions.length === 0
      ? 'nothing can interleave in this run'
      : `its span covers ${listOf(dimensions.map((dimension) => dimensionNames[dimension]))}, all that can interleave in this run`;
  if (result.lost === 0) return `${covered}; ${nature}. Nothing is lost.`;
  return `${covered}, and still ${result.lost} of ${result.expected} updates are lost. This is a defect of the lock or of the store.`;
}

const dimensionNames: Record<Dimension, string> = {
  tasks: 'async tasks',
  threads: 'threads',
  processes: 'processes',
  hosts: 'hosts',
};

type Size = Pick<ScenarioReport, 'processes' | 'threads' | 'tasks'>;

/** "4 processes × 4 threads × 2 async tasks" */
export function sizeOf(size: Size): string {
  return [
    counted(size.processes, 'process', 'processes'),
    counted(size.threads, 'thread'),
    counted(size.tasks, 'async task'),
  ].join(' × ');
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c" */
function listOf(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length > 1 ? `${items.slice(0, -1).join(', ')} and ${last}` : last;
}

function sumOf(result: Pick<LockResult, 'workers'>): number {
  return result.workers.reduce((total, worker) => total + worker.done, 0);
}
