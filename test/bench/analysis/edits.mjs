// From an edit to its diagnostics, in projects of growing size: what the language server does between a key and a squiggle.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { frontendFor, prepareFrontends } from '../../../server/dist/frontends/index.js';
import { Project } from '../../../server/dist/project/index.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** Files that keep state, take locks, wait, and import each other. */
const TEMPLATE = path.join(ROOT, 'lockkit/src');
const SIZES = [100, 1000, 10_000];
const EDITS = 60;

/**
 * @typedef {object} Edits
 * @property {number} files of the project
 * @property {number} firstMs from nothing to the first diagnostics of the file
 * @property {number} p50Ms from an edit to its diagnostics
 * @property {number} p95Ms
 * @property {number} parseP50Ms the time that parsing the edited text takes by itself
 * @property {number} parseP95Ms
 * @property {number} heapMb after the edits, in MiB
 * @property {number} sourceMb of the project, in MiB
 */

/**
 * Packages that are copies of one another, each with its own name.
 * @param {string} directory
 * @param {number} files at least so many
 */
function writeProject(directory, files) {
  const templates = readdirSync(TEMPLATE).filter((name) => name.endsWith('.ts'));
  let bytes = 0;
  for (let copy = 0; copy * templates.length < files; copy++) {
    const folder = path.join(directory, 'packages', `copy-${String(copy)}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      path.join(folder, 'package.json'),
      JSON.stringify({ name: `copy-${String(copy)}`, private: true }),
    );
    for (const name of templates) {
      const text = readFileSync(path.join(TEMPLATE, name), 'utf8');
      bytes += text.length;
      writeFileSync(path.join(folder, name), text);
    }
  }
  writeFileSync(
    path.join(directory, 'package.json'),
    JSON.stringify({ name: 'copies', private: true, workspaces: ['packages/*'] }),
  );
  return bytes;
}

/** @param {number[]} values @param {number} share */
function quantile(values, share) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? NaN;
}

/**
 * @param {string} scratch
 * @param {number} files
 * @returns {Promise<Edits>}
 */
async function measure(scratch, files) {
  const directory = path.join(scratch, `edits-${String(files)}`);
  const bytes = writeProject(directory, files);
  const file = path.join(directory, 'packages/copy-0/combined-lock.ts');
  const text = readFileSync(file, 'utf8');
  const project = new Project({ directory });
  const began = performance.now();
  await project.check(file);
  const firstMs = performance.now() - began;
  await prepareFrontends([file]);
  const frontend = frontendFor(file);
  const [edits, parses] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (let edit = 0; edit < EDITS; edit++) {
    const changed = `${text}\nconst edit${String(edit)} = ${String(edit)};\n`;
    const parsing = performance.now();
    frontend?.parse(file, changed);
    const editing = performance.now();
    project.setOverlay(file, changed);
    await project.check(file);
    parses.push(editing - parsing);
    edits.push(performance.now() - editing);
  }
  return {
    files,
    firstMs,
    p50Ms: quantile(edits, 0.5),
    p95Ms: quantile(edits, 0.95),
    parseP50Ms: quantile(parses, 0.5),
    parseP95Ms: quantile(parses, 0.95),
    heapMb: process.memoryUsage().heapUsed / 2 ** 20,
    sourceMb: bytes / 2 ** 20,
  };
}

/** @param {string} scratch a directory that is removed by the caller */
export async function measureEdits(scratch) {
  const measured = [];
  for (const files of SIZES) {
    console.error(`Edits in ${String(files)} files`);
    measured.push(await measure(scratch, files));
  }
  return measured;
}
