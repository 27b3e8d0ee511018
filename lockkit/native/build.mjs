// Compiles the addon with the system's C compiler. Skips when it is up to date.
//   node native/build.mjs              → native/build/lockkit.node; without a compiler it says so and succeeds
//   node native/build.mjs --strict     the same, and a warning of the compiler is an error
//   node native/build.mjs --prebuild   → prebuilds/<platform>-<arch>[-musl]/lockkit.node, and the headers into native/include/,
//                                        for the npm package; fails without a compiler
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const ours = path.join(here, 'include');
const compiler = process.env.CC ?? 'cc';

/** Node-API's headers: in the npm package beside this file, in the repository those of node-api-headers. */
function headers() {
  if (existsSync(path.join(ours, 'node_api.h'))) return ours;
  return createRequire(import.meta.url)('node-api-headers').include_dir;
}

/** @param {string} file */
function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The name of this platform's folder in prebuilds/; src/addon.ts looks for it. */
export function platformFolder() {
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  const isMusl = process.platform === 'linux' && report.header?.glibcVersionRuntime === undefined;
  return `${process.platform}-${process.arch}${isMusl ? '-musl' : ''}`;
}

/**
 * @param {string} target file to make
 * @param {{ strict?: boolean }} [options]
 * @returns {string | undefined} why it could not be made
 */
export function build(target, { strict = false } = {}) {
  if (process.platform === 'win32') return 'it needs a POSIX system';
  const files = readdirSync(here).map((name) => path.join(here, name));
  const sources = files.filter((name) => name.endsWith('.c'));
  const inputs = files.filter((name) => /\.(c|h|mjs)$/.test(name));
  if (modified(target) > Math.max(...inputs.map(modified))) return undefined;
  if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0) {
    return `there is no C compiler "${compiler}" here`;
  }
  mkdirSync(path.dirname(target), { recursive: true });
  // Linked under another name and moved into place: a process that has the old one loaded keeps it.
  const unfinished = `${target}.${process.pid}`;
  const { status } = spawnSync(
    compiler,
    [
      ...['-std=c11', '-D_GNU_SOURCE', '-DNAPI_VERSION=8', '-O2', '-Wall', '-Wextra'],
      ...(strict ? ['-Werror'] : []),
      ...['-fPIC', '-fvisibility=hidden', '-pthread', `-I${headers()}`],
      ...(process.platform === 'darwin'
        ? ['-bundle', '-undefined', 'dynamic_lookup']
        : ['-shared', '-Wl,-z,nodelete', '-Wl,-z,now']),
      ...sources,
      ...['-o', unfinished],
    ],
    { stdio: 'inherit' },
  );
  if (status === 0) renameSync(unfinished, target);
  else rmSync(unfinished, { force: true });
  return status === 0 ? undefined : `the C compiler "${compiler}" failed`;
}

function copyHeaders() {
  const from = headers();
  if (from === ours) return;
  mkdirSync(ours, { recursive: true });
  for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(ours, name));
  copyFileSync(path.join(from, '../LICENSE'), path.join(ours, 'LICENSE'));
}

function main() {
  const isPrebuild = process.argv.includes('--prebuild');
  const target = isPrebuild
    ? path.join(here, '../prebuilds', platformFolder(), 'lockkit.node')
    : path.join(here, 'build', 'lockkit.node');
  const reason = build(target, { strict: process.argv.includes('--strict') });
  if (isPrebuild) copyHeaders();
  if (reason === undefined) return;
  if (isPrebuild || reason.endsWith('failed')) throw new Error(`lockkit: the addon is not built: ${reason}.`);
  console.log(
    `lockkit: the addon is not built (${reason}); the portable engine over fs-ext is used instead.`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
