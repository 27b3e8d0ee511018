import type { Dimension } from '../model/dimensions.js';
import { findLock } from './locks.js';
import { dimensionsOf } from './options.js';
import type { LockResult, ScenarioReport } from './report.js';

export type ScenarioFormat = 'text' | 'json';

const BAR_WIDTH = 24;

/** A report as people read it, or as JSON; both end with a line break. */
export function formatScenario(report: ScenarioReport, format: ScenarioFormat): string {
  return format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : formatText(report);
}

function formatText(report: ScenarioReport): string {
  const store = report.store === 'file' ? 'a counter in a local file' : 'a counter in Redis';
  const title =
    `${sizeOf(report)}, ${counted(report.iterations, 'update')} each on ${store}, ` +
    `${report.windowMs} ms between read and write`;
  const table = [HEADINGS, ...report.results.map(rowOf)];
  const sentences = report.results.map((result) => `${result.lock}: ${result.explanation}`);
  return [title, '', ...aligned(table), '', ...sentences, ''].join('\n');
}

const HEADINGS = ['lock', 'span', 'expected', 'counted', 'lost', 'seconds', 'ops/s', 'counted # / lost .'];
/** The columns that hold numbers. */
const RIGHT_ALIGNED = new Set([2, 3, 4, 5, 6]);

function rowOf(result: LockResult): string[] {
  return [
    result.lock,
    result.span.length === 0 ? 'nothing' : result.span.join(', '),
    String(result.expected),
    String(result.counted),
    String(result.lost),
    result.seconds.toFixed(2),
    String(Math.round(result.opsPerSecond)),
    barOf(result),
  ];
}

/** A part that is there shows as one character at least; so does a loss. */
function barOf(result: LockResult): string {
  if (result.stuck) return 'stuck';
  const share = (result.counted / result.expected) * BAR_WIDTH;
  const filled = result.lost > 0 ? Math.min(BAR_WIDTH - 1, Math.max(1, Math.round(share))) : BAR_WIDTH;
  return '#'.repeat(filled) + '.'.repeat(BAR_WIDTH - filled);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        RIGHT_ALIGNED.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

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

function sizeOf(size: Size): string {
  return [
    counted(size.processes, 'process', 'processes'),
    counted(size.threads, 'thread'),
    counted(size.tasks, 'async task'),
  ].join(' × ');
}

function counted(count: number, one: string, many = `${one}s`): string {
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
