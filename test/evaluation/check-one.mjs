// Checks one directory in a process of its own, so that its memory is its own, and prints what came of it as JSON.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Project } from '../../server/dist/project/index.js';

/**
 * @typedef {object} Report
 * @property {string} rule
 * @property {'error' | 'warning' | 'hint'} level
 * @property {string} place `file:line`, relative to the directory
 * @property {string} message
 */
/**
 * @typedef {object} Result
 * @property {number} files
 * @property {number} lines of all files that are checked, blank ones and comments among them
 * @property {number} seconds
 * @property {number} megabytes resident, at most
 * @property {readonly Report[]} reports
 * @property {readonly string[]} problems
 */

const directory = path.resolve(process.argv[2] ?? '.');
const began = performance.now();
const project = new Project({ directory });
const { files } = await project.select(['.']);
/** @type {Report[]} */
const reports = [];
/** @type {string[]} */
const problems = [];
for (const file of files) {
  const { diagnostics, problems: inFile } = await project.check(file);
  for (const { rule, level, place, message } of diagnostics)
    reports.push({
      rule,
      level,
      place: `${path.relative(directory, place.file)}:${String(place.line)}`,
      message,
    });
  for (const { file: at, line, message } of inFile)
    problems.push(`${path.relative(directory, at)}:${String(line)} ${message}`);
}
const seconds = (performance.now() - began) / 1000;
let lines = 0;
for (const file of files) lines += readFileSync(file, 'utf8').split('\n').length - 1;
/** @type {Result} */
const result = {
  files: files.length,
  lines,
  seconds,
  // https://nodejs.org/api/process.html#processresourceusage: in kilobytes.
  megabytes: process.resourceUsage().maxRSS / 1024,
  reports,
  problems,
};
process.stdout.write(JSON.stringify(result));
