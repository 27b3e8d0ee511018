/** Which files of a directory are checked. */
import path from 'node:path';
import picomatch from 'picomatch';
import { glob } from 'tinyglobby';
import type { Configuration } from './configuration.js';
import { CONFIGURATION_FILE } from './configuration.js';

/** Directories whose files others wrote. Not even `include` reaches into them. */
const FOREIGN = ['**/node_modules/**', '**/bower_components/**', '**/jspm_packages/**', '**/.git/**'];

/** Build output, caches and vendored code: what a `.gitignore` usually names. */
const OUTPUT = [
  'dist',
  'build',
  'out',
  'coverage',
  'vendor',
  'third_party',
  '__pycache__',
  'site-packages',
  'venv',
].map((directory) => `**/${directory}/**`);

/** Files without code of their own: type declarations and minified bundles. */
const NO_SOURCE = ['**/*.d.{ts,mts,cts}', '**/*.d.*.ts', '**/*.min.{js,mjs,cjs}', '**/*.bundle.{js,mjs,cjs}'];

/** Tests run alone; nothing interleaves with them. */
const TESTS = ['**/*.{test,spec}.*', '**/{test_*,*_test}.py', '**/{__tests__,__mocks__,test,tests}/**'];

const globOptions = { absolute: true, followSymbolicLinks: false, onlyFiles: true } as const;
const isOutput = picomatch([...OUTPUT, ...NO_SOURCE]);
const isTest = picomatch(TESTS);
const isForeign = picomatch(FOREIGN);

/**
 * The files of a directory that may be checked, before configurations have a say.
 * @param directory absolute path
 * @param depth levels of directories to go down; 1 is the directory's own files. Default: all
 */
export async function filesIn(directory: string, depth = Infinity): Promise<string[]> {
  const ignore = [...FOREIGN, ...OUTPUT];
  const found = await glob('**/*', { ...globOptions, cwd: directory, deep: depth, ignore });
  return found.map((file) => path.normalize(file));
}

/** The files that a configuration's `include` names, wherever under its directory. */
export async function filesIncludedBy(configuration: Configuration): Promise<string[]> {
  if (configuration.include === undefined || configuration.directory === undefined) return [];
  const found = await glob([...configuration.include], {
    ...globOptions,
    cwd: configuration.directory,
    ignore: FOREIGN,
    expandDirectories: true,
  });
  return found.map((file) => path.normalize(file));
}

/** The files that a pattern of the command line stands for (shells that know no globs leave them to the program). */
export async function filesMatching(pattern: string, directory: string): Promise<string[]> {
  const found = await glob(pattern, {
    ...globOptions,
    cwd: directory,
    ignore: FOREIGN,
    expandDirectories: false,
  });
  return found.map((file) => path.normalize(file));
}

/**
 * Whether a file is checked when nobody names it.
 * @param file absolute path
 * @param root the directory that was asked for: directories above it do not count (a project may live in `/build/app`)
 */
export function isSelected(file: string, configuration: Configuration, root: string): boolean {
  const base = configuration.directory;
  if (base !== undefined) {
    const inConfiguration = slashed(path.relative(base, file));
    if (matches(configuration.exclude, inConfiguration)) return false;
    if (configuration.include !== undefined) {
      return matches(configuration.include, inConfiguration) && !isForeign(inConfiguration);
    }
  }
  const inRoot = slashed(path.relative(root, file));
  return !isForeign(inRoot) && !isOutput(inRoot) && !isTest(inRoot);
}

/** `dir` and `dir/` stand for all that is in it, as in a `.gitignore`. */
function matches(patterns: readonly string[], relative: string): boolean {
  if (patterns.length === 0) return false;
  let matcher = matchers.get(patterns);
  if (matcher === undefined) {
    const both = patterns.flatMap((pattern) => {
      const bare = pattern.replace(/^\.\//, '').replace(/\/+$/, '');
      return [bare, `${bare}/**`];
    });
    matcher = picomatch(both, { dot: true });
    matchers.set(patterns, matcher);
  }
  return matcher(relative);
}

const matchers = new WeakMap<readonly string[], (text: string) => boolean>();

export function isConfigurationFile(file: string): boolean {
  return path.basename(file) === CONFIGURATION_FILE;
}

/** A path as globs have it. */
export function slashed(file: string): string {
  return path.sep === '/' ? file : file.replaceAll(path.sep, '/');
}
