// Compiles the addon with the system's C compiler into native/build/lockkit.node. Skips when it is up to date.
// Without a compiler it says so and succeeds: the portable engine needs no addon.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = import.meta.dirname ?? path.dirname(fileURLToPath(import.meta.url));
const all = readdirSync(here).map((name) => path.join(here, name));
const sources = all.filter((name) => name.endsWith('.c'));
const headers = all.filter((name) => name.endsWith('.h'));
const target = path.join(here, 'build', 'lockkit.node');
const compiler = process.env.CC ?? 'cc';

/** @param {string} file */
function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * @param {string} reason
 * @returns {never}
 */
function skip(reason) {
  console.log(
    `lockkit: the native engine is not built (${reason}); the portable engine over fs-ext is used instead.`,
  );
  process.exit(0);
}

if (process.platform === 'win32') skip('it needs a POSIX system');
const newest = Math.max(...[...sources, ...headers, fileURLToPath(import.meta.url)].map(modified));
if (modified(target) > newest) process.exit(0);
if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0) {
  skip(`no C compiler "${compiler}" was found`);
}

const { include_dir: include } = createRequire(import.meta.url)('node-api-headers');
mkdirSync(path.dirname(target), { recursive: true });
// Linked under another name and moved into place: a process that has the old one loaded keeps it.
const unfinished = `${target}.${process.pid}`;
const linkFlags =
  process.platform === 'darwin'
    ? ['-bundle', '-undefined', 'dynamic_lookup']
    : ['-shared', '-Wl,-z,nodelete', '-Wl,-z,now'];
const { status } = spawnSync(
  compiler,
  [
    '-std=c11',
    '-D_GNU_SOURCE',
    '-DNAPI_VERSION=8',
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-fPIC',
    '-fvisibility=hidden',
    '-pthread',
  ].concat(`-I${include}`, linkFlags, sources, '-o', unfinished),
  { stdio: 'inherit' },
);
if (status !== 0) {
  rmSync(unfinished, { force: true });
  process.exit(status ?? 1);
}
renameSync(unfinished, target);
