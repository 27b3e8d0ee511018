// The medians of one run as a page for docs/benchmarks/.
import path from 'node:path';

/**
 * @typedef {import('./cost.mjs').Cost} Cost
 * @typedef {object} Measured
 * @property {import('./run.mjs').Kind} kind
 * @property {string} directory
 * @property {number} files
 * @property {number} bytes
 * @property {Cost} cold everything is checked, in one thread
 * @property {Cost} jobs the same in as many threads as Lockkit takes by itself
 * @property {Cost} warm nothing has changed since the last run
 * @property {Cost} peer
 *
 * @typedef {object} Results
 * @property {Cost} node what an empty program of Node costs
 * @property {readonly Measured[]} measured
 * @property {readonly import('./edits.mjs').Edits[]} edits
 * @property {number} rounds
 * @property {string} machine
 * @property {string} root paths are shown from here
 */

/** @param {number} value */
function figure(value) {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? Math.round(value).toLocaleString('en-GB') : value.toPrecision(2);
}

/** @param {number} ms */
const seconds = (ms) => (ms / 1000).toFixed(2);

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

/** @param {readonly Measured[]} measured @param {string} root @param {string} peer */
function costs(measured, root, peer) {
  const head = [
    'code',
    'files',
    'MB',
    'cold s',
    'cold, all cores s',
    'warm s',
    `${peer} s`,
    `${peer} / cold, all cores`,
    'cold / warm',
    'MiB of memory for each MB',
  ];
  const rows = measured.map((one) => [
    path.relative(root, one.directory).startsWith('..') ? one.directory : path.relative(root, one.directory),
    String(one.files),
    (one.bytes / 1e6).toFixed(2),
    seconds(one.cold.wallMs),
    seconds(one.jobs.wallMs),
    seconds(one.warm.wallMs),
    seconds(one.peer.wallMs),
    figure(one.peer.wallMs / one.jobs.wallMs),
    figure(one.cold.wallMs / one.warm.wallMs),
    figure(one.cold.peakMb / (one.bytes / 1e6)),
  ]);
  return table(head, rows);
}

/** @param {readonly import('./edits.mjs').Edits[]} edits */
function editCosts(edits) {
  const head = [
    'files',
    'first diagnostics ms',
    'edit p50 ms',
    'p95 ms',
    'parse p50 ms',
    'p95 ms',
    'heap MiB',
    'source MiB',
  ];
  const rows = edits.map((one) => [
    one.files.toLocaleString('en-GB'),
    figure(one.firstMs),
    figure(one.p50Ms),
    figure(one.p95Ms),
    figure(one.parseP50Ms),
    figure(one.parseP95Ms),
    figure(one.heapMb),
    figure(one.sourceMb),
  ]);
  return table(head, rows);
}

/** @param {Results} results */
export function reportOf({ node, measured, edits, rounds, machine, root }) {
  const kinds = (/** @type {readonly import('./run.mjs').Kind[]} */ ...wanted) =>
    measured.filter(({ kind }) => wanted.includes(kind));
  const parts = [
    '# The analysis and its peers',
    '<!-- Written by `npm run bench:analysis -- --write`. -->',
    `Measured on ${machine}; medians of ${String(rounds)} rounds of whole processes, from start to end. An empty program of Node takes ` +
      `${seconds(node.wallMs)} s of each. A figure says little by itself: compare those of one row.`,
  ];
  const javascript = kinds('typescript', 'javascript', 'named');
  if (javascript.length > 0)
    parts.push(
      '## TypeScript and JavaScript',
      'The peer is ESLint with `require-atomic-updates` alone, which looks at one function at a time.',
      costs(javascript, root, 'ESLint'),
    );
  const idle = kinds('javascript without shared state');
  if (idle.length > 0)
    parts.push(
      '## Without shared state',
      'Code in which nothing can be found, which a look at the text tells: it is not parsed.',
      costs(idle, root, 'ESLint'),
    );
  const python = kinds('python');
  if (python.length > 0)
    parts.push(
      '## Python',
      "The yardstick is CPython's own parser, `ast.parse`, which does no more than parse.",
      costs(python, root, 'ast.parse'),
    );
  if (edits.length > 0)
    parts.push(
      '## From an edit to its diagnostics',
      'Packages that are copies of `lockkit/src`; a line is added to `combined-lock.ts`, again and again. Beside it, what parsing that text ' +
        'takes by itself.',
      editCosts(edits),
    );
  return `${parts.join('\n\n')}\n`;
}
