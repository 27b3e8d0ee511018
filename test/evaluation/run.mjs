// `node test/evaluation/run.mjs [--places] [--hints] [--json FILE] DIRECTORY…`: checks directories one after another, and prints a
// row for each: files, lines, reports of each rule at the default level, reports in 10,000 lines, hints, seconds, memory.
// `--places` prints each report below, `--hints` the hints, too. docs/evaluation.md says what it came to on real projects.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** @typedef {import('./check-one.mjs').Result} Result */
/** @typedef {import('./check-one.mjs').Report} Report */

const { values: options, positionals: directories } = parseArgs({
  allowPositionals: true,
  options: {
    places: { type: 'boolean', default: false },
    hints: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
if (directories.length === 0) {
  process.stderr.write('Name the directories to check: node test/evaluation/run.mjs DIRECTORY…\n');
  process.exit(2);
}

const CHECK = path.join(import.meta.dirname, 'check-one.mjs');
const MOST_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * @param {string} directory
 * @returns {Result}
 */
function checkedDirectory(directory) {
  const output = execFileSync(process.execPath, [CHECK, directory], {
    encoding: 'utf8',
    maxBuffer: MOST_OUTPUT_BYTES,
  });
  return /** @type {Result} */ (JSON.parse(output));
}

/** @param {readonly Report[]} reports */
function byRule(reports) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { rule } of reports) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, count]) => `${rule} ${String(count)}`).join(', ') || '–';
}

/** @param {readonly string[]} cells */
function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

process.stdout.write(
  `${row(['project', 'files', 'lines', 'reports', 'in 10,000 lines', 'hints', 'seconds', 'memory (MiB)'])}\n`,
);
process.stdout.write(`${row(['---', '---:', '---:', '---', '---:', '---:', '---:', '---:'])}\n`);
/** @type {Record<string, Result>} */
const results = {};
for (const directory of directories) {
  const result = checkedDirectory(directory);
  const name = path.basename(path.resolve(directory));
  results[name] = result;
  const shown = result.reports.filter(({ level }) => level !== 'hint');
  const cells = [
    name,
    String(result.files),
    String(result.lines),
    byRule(shown),
    ((shown.length * 10_000) / Math.max(result.lines, 1)).toFixed(2),
    String(result.reports.length - shown.length),
    result.seconds.toFixed(1),
    result.megabytes.toFixed(0),
  ];
  process.stdout.write(`${row(cells)}\n`);
}

if (options.places) {
  for (const [name, { reports }] of Object.entries(results)) {
    const wanted = options.hints ? reports : reports.filter(({ level }) => level !== 'hint');
    for (const { level, rule, place, message } of wanted)
      process.stdout.write(`\n${name}/${place}  ${level}  ${rule}\n  ${message}\n`);
  }
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
