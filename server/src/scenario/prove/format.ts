import path from 'node:path';

import type { ProveReport } from './report.js';
import type { TraceEvent } from './trace.js';

const COLUMN = 44;

/**
 * The report as people read it: the two executions side by side.
 * @param from the directory that paths are shown from
 */
export function formatProof(report: ProveReport, from: string): string {
  const file = path.relative(from, report.file);
  const where = `${report.function} in ${file}`;
  const kind = report.dimension === 'tasks' ? 'two async tasks' : 'two processes';
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
  const lines = lost.trace.map((event) => lineOf(event, event === lost.write));
  return [
    `${where}, ${kind}: an update is lost, in schedule ${report.tried} (${lost.schedule}).`,
    '',
    `${' '.repeat(6)}${'A'.padEnd(COLUMN)}B`,
    ...lines,
    '',
    `${lost.write.execution} writes ${lost.cell} from what it read before ${lost.between.execution} wrote: ` +
      `${lost.between.execution}'s write${lost.between.value === '' ? '' : ` of ${lost.between.value}`} is gone.`,
    `Again: lockkit prove ${file}:${report.function} --dimension ${report.dimension} --schedule ${lost.schedule}`,
    '',
  ].join('\n');
}

function lineOf(event: TraceEvent, isLoser: boolean): string {
  const what = `${event.kind}s ${event.cell}${event.value === '' ? '' : `: ${event.value}`}${isLoser ? '  <-' : ''}`;
  const column = event.execution === 'A' ? '' : ' '.repeat(COLUMN);
  return `${String(event.line).padStart(4)}  ${column}${what}`;
}
