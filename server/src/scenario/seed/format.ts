import { alignedTable } from '../table.js';
import type { SeedReport, SeedResult } from './report.js';

/** The report as people read it, or as JSON; both end with a line break. */
export function formatSeed(report: SeedReport, format: 'text' | 'json'): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  const { processes, threads, requests, iterations, windowMs } = report;
  const title =
    `uwsgi --processes ${processes} --threads ${threads} --lazy-apps with Flask and Redis: ` +
    `${requests} requests, ${iterations} updates each, ${windowMs} ms between read and write`;
  return [
    title,
    '',
    ...alignedTable(HEADINGS, report.results.map(rowOf), RIGHT_ALIGNED),
    '',
    ...report.results.map(sentenceOf),
    '',
  ].join('\n');
}

const HEADINGS = ['lock', 'expected', 'counted', 'lost', 'broken', 'seconds', 'by process'];
const RIGHT_ALIGNED = new Set([1, 2, 3, 4, 5]);

function rowOf(result: SeedResult): string[] {
  return [
    result.title,
    String(result.expected),
    String(result.counted),
    String(result.lost),
    String(result.broken),
    result.stuck ? 'stuck' : result.seconds.toFixed(2),
    result.byProcess.join(' '),
  ];
}

function sentenceOf(result: SeedResult): string {
  const said = result.post === undefined ? '' : ` The post: ${result.post}.`;
  const broken = result.exception === undefined ? '' : ` Some updates end in ${result.exception}.`;
  return `${result.title}:${said} Why: ${result.cause}.${broken}`;
}
