import path from 'node:path';

import type { ProveReport } from './report.js';
import type { ProveDimension } from './target.js';
import type { TraceEvent } from './trace.js';

const COLUMN = 44;

/**
 * The report as people read it: the two executions side by side.
 * @param from the directory that paths are shown from
 */
export function formatProof(report: ProveReport, from: string): string {
  const file = path.relative(from, report.file);
  const where = `${report.function} in ${file}`;
  const kind = KINDS[report.dimension];
  if (report.lost === undefined) {
    const excluded =
      report.excluded === 0
        ? ''
        : ` In ${report.excluded} of them the second one was kept out until the first had finished.`;
    const tried =
      report.tried === 0
        ? 'nothing can step in between a read and its write'
        : `${report.tried} ${report.tried === 1 ? 'schedule' : 'schedules'} tried, and none loses an update`;
    return `${where}, ${kind}: ${tried}.${excluded}\n`;
  }
  const { lost } = report;
  const lines = shownOf(report).map((event) =>
    typeof event === 'number'
      ? `      … ${event} more reads and writes`
      : lineOf(event, event === lost.write),
  );
  return [
    `${where}, ${kind}: an update is lost, in schedule ${report.tried} (${lost.schedule}).`,
    '',
    `${' '.repeat(6)}${'A'.padEnd(COLUMN)}B`,
    ...lines,
    '',
    `${lost.write.execution} writes ${lost.cell} from what it read before ${lost.between.execution} wrote: ` +
      `${lost.between.execution}'s write${lost.between.value === '' ? '' : ` of ${lost.between.value}`} is gone.`,
    `Again: ${commandOf(report, from)}`,
    '',
  ].join('\n');
}

/** Events that are shown at most before the write that loses, and right before it. */
const FIRST = 10;
const LAST = 4;

/** The events up to the write that loses, or, in place of many, how many they are. */
export function shownOf({ lost }: ProveReport): (TraceEvent | number)[] {
  if (lost === undefined) return [];
  const events = lost.trace.slice(0, lost.trace.indexOf(lost.write) + 1);
  const left = events.length - FIRST - LAST;
  return left <= 1 ? events : [...events.slice(0, FIRST), left, ...events.slice(-LAST)];
}

const KINDS: Readonly<Record<ProveDimension, string>> = {
  tasks: 'two async tasks',
  threads: 'two threads',
  processes: 'two processes',
};

/**
 * The command line that repeats what a report says.
 * @param from the directory that it is to be run in
 */
export function commandOf(report: ProveReport, from: string): string {
  const { file, subject, dimension, lost } = report;
  const name = `${path.relative(from, file)}:${subject}`;
  const quoted = /^[\w./:@+-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
  const schedule = lost === undefined ? '' : ` --schedule ${lost.schedule}`;
  return `lockkit prove ${quoted} --dimension ${dimension}${schedule}`;
}

function lineOf(event: TraceEvent, isLoser: boolean): string {
  const what = `${event.kind}s ${event.cell}${event.value === '' ? '' : `: ${event.value}`}${isLoser ? '  <-' : ''}`;
  const column = event.execution === 'A' ? '' : ' '.repeat(COLUMN);
  return `${String(event.line).padStart(4)}  ${column}${what}`;
}
