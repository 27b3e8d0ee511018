// The medians of one run as text for a terminal, and as a page with charts for docs/benchmarks/.
import os from 'node:os';

import { init } from 'echarts';

import { peers } from './peers.mjs';

/**
 * @typedef {object} Crowd
 * @property {number} total how often anyone had the lock
 * @property {number} lost updates, in all rounds together
 * @property {number} opsPerSecond
 * @property {number} holdMs mean time under the lock
 * @property {number} waitP50 milliseconds
 * @property {number} waitP99
 * @property {number} waitMax
 * @property {number} overIdeal the longest wait, over that in a perfect queue: everyone else once
 * @property {number} share least served task over most served
 * @property {number} cpuPercent of one core
 * @property {number} cpuMsPerOp
 *
 * @typedef {{ id: string, alone?: { opsPerSecond: number }, busy?: Crowd, idle?: Crowd }} Row
 * @typedef {{ rounds: number, durationMs: number, processes: number, threads: number, tasks: number }} Setting
 */

/** @param {number} value */
function figure(value) {
  if (!Number.isFinite(value)) return '–';
  if (value >= 1000) return Math.round(value).toLocaleString('en-GB');
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** @param {string} id */
const titleOf = (id) =>
  ({ 'bare-flock': 'flock(2), lock and unlock', 'lockkit-sync': 'lockkit, `acquireSync`' })[id] ??
  peers.find((peer) => peer.id === id)?.title ??
  id;

/**
 * A Markdown table, which is readable in a terminal too.
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  /** @param {string[]} row */
  const line = (row) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** Locks that exclude all of the crowd, and so may be compared in it; the others only lose. */
const isCorrect = (/** @type {Row} */ row) => row.busy?.lost === 0 && row.idle?.lost === 0;

/** @param {Row[]} rows */
function aloneTable(rows) {
  const flock = rows.find((row) => row.id === 'bare-flock')?.alone?.opsPerSecond ?? NaN;
  const sorted = rows
    .filter((row) => row.alone)
    .sort((a, b) => Number(b.alone?.opsPerSecond) - Number(a.alone?.opsPerSecond));
  return table(
    ['lock', 'spans', 'operations/s', 'of flock(2)'],
    sorted.map(({ id, alone }) => [
      titleOf(id),
      peers.find((peer) => peer.id === id)?.span.join(', ') ?? '',
      figure(alone?.opsPerSecond ?? NaN),
      figure((alone?.opsPerSecond ?? NaN) / flock),
    ]),
  );
}

/** @param {Row[]} rows @param {'busy' | 'idle'} kind */
function crowdTable(rows, kind) {
  const withCrowd = rows.filter((row) => row[kind]);
  withCrowd.sort(
    (a, b) =>
      Number(isCorrect(b)) - Number(isCorrect(a)) ||
      (b[kind]?.opsPerSecond ?? 0) - (a[kind]?.opsPerSecond ?? 0),
  );
  return table(
    [
      'lock',
      'lost',
      'operations/s',
      'wait p50 ms',
      'p99 ms',
      'max ms',
      'least/most served',
      'CPU ms/op',
      ...(kind === 'busy' ? ['max/ideal'] : []),
    ],
    withCrowd.map((row) => {
      const crowd = /** @type {Crowd} */ (row[kind]);
      return [
        titleOf(row.id),
        figure(crowd.lost).replace('.00', ''),
        figure(crowd.opsPerSecond),
        figure(crowd.waitP50),
        figure(crowd.waitP99),
        figure(crowd.waitMax),
        figure(crowd.share),
        figure(crowd.cpuMsPerOp),
        ...(kind === 'busy' ? [figure(crowd.overIdeal)] : []),
      ];
    }),
  );
}

/**
 * A bar chart as SVG.
 * @param {string} title
 * @param {string} unit
 * @param {{ name: string, value: number }[]} bars
 * @param {boolean} [logarithmic]
 */
function chart(title, unit, bars, logarithmic = false) {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 70 + bars.length * 30 });
  drawing.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, subtext: unit, left: 12, top: 6, textStyle: { fontSize: 15 } },
    grid: { left: 200, right: 80, top: 60, bottom: 8 },
    xAxis: { type: logarithmic ? 'log' : 'value', axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => name),
      axisTick: { show: false },
      axisLabel: { color: '#333333' },
    },
    series: [
      {
        type: 'bar',
        barWidth: 18,
        label: {
          show: true,
          position: 'right',
          formatter: (/** @type {{ value: unknown }} */ { value }) => figure(Number(value)),
        },
        data: bars.map(({ name, value }) => ({
          value,
          itemStyle: { color: name.startsWith('lockkit') ? '#1f6feb' : '#9aa4b2' },
        })),
      },
    ],
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return svg;
}

function machine() {
  const [cpu] = os.cpus();
  return `${cpu?.model.trim() ?? 'an unknown processor'}, ${String(os.availableParallelism())} cores, ${os.type()} ${os.release()}, Node ${process.versions.node}`;
}

/**
 * @param {Row[]} rows
 * @param {Setting} setting
 */
export function reportOf(rows, setting) {
  const crowdName = `${String(setting.processes)} processes × ${String(setting.threads)} threads × ${String(setting.tasks)} tasks`;
  const parts = [
    `Measured ${new Date().toISOString().slice(0, 10)} on ${machine()}.\nMedians of ${String(setting.rounds)} rounds; each crowd ran for ${String(setting.durationMs / 1000)} s. A figure says little by itself: the cores are shared. Compare rows.`,
    `## Nobody else wants it\n\nOne task, nothing under the lock.\n\n![Operations a second without contention](lock-alone.svg)\n\n${aloneTable(rows)}`,
    `## ${crowdName}, 1 ms of work\n\nEach task reads a number from a file, waits 1 ms, and writes it back plus one, under the lock. \`lost\` is what is missing from the\nnumber at the end of all rounds. \`max/ideal\` is the longest wait over that in a perfect queue, in which everyone else goes once.\n\n![Longest wait](lock-wait.svg)\n\n${crowdTable(rows, 'busy')}`,
    `## ${crowdName}, no work\n\nThe same without the millisecond: what is left is the passing on of the lock.\n\n![Operations a second](lock-throughput.svg)\n\n${crowdTable(rows, 'idle')}`,
    `## How each is used\n\n${peers.map(({ title, how }) => `- **${title}**: ${how}.`).join('\n')}`,
  ];
  const correct = rows.filter(isCorrect);
  return {
    text: parts.map((part) => part.replaceAll(/!\[.*\n\n/g, '')).join('\n\n'),
    files: {
      'lock.md': `# The runtime and its peers\n\n<!-- Written by \`npm run bench:lock -- --write\`. -->\n\n${parts.join('\n\n')}\n`,
      'lock-alone.svg': chart(
        'Nobody else wants the lock',
        'operations a second, logarithmic: more is better',
        rows
          .flatMap(({ id, alone }) =>
            alone ? [{ name: titleOf(id).replaceAll('`', ''), value: alone.opsPerSecond }] : [],
          )
          .sort((a, b) => b.value - a.value),
        true,
      ),
      'lock-wait.svg': chart(
        `The longest wait: ${crowdName}, 1 ms of work`,
        'milliseconds, locks that lose nothing: less is better',
        correct
          .map(({ id, busy }) => ({ name: titleOf(id), value: busy?.waitMax ?? NaN }))
          .sort((a, b) => a.value - b.value),
      ),
      'lock-throughput.svg': chart(
        `Passing it on: ${crowdName}, no work`,
        'operations a second, locks that lose nothing: more is better',
        correct
          .map(({ id, idle }) => ({ name: titleOf(id), value: idle?.opsPerSecond ?? NaN }))
          .sort((a, b) => b.value - a.value),
      ),
    },
  };
}
