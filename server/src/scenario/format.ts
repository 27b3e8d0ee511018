import { counted, sizeOf } from './explanation.js';
import type { LockResult, ScenarioReport } from './report.js';
import { alignedTable } from './table.js';

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
  const sentences = report.results.map((result) => `${result.lock}: ${result.explanation}`);
  return [
    title,
    '',
    ...alignedTable(HEADINGS, report.results.map(rowOf), RIGHT_ALIGNED),
    '',
    ...sentences,
    '',
  ].join('\n');
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
