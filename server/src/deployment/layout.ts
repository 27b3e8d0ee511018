/** Where programs and packages are. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DeploymentSource } from './source.js';

/** Folders and names of code that is not what runs in production. */
const TEST_FOLDER = /(^|\/)(tests?|__tests__|__mocks__|spec|specs|e2e)\//;
const TEST_FILE = /[._-](test|spec)\.[cm]?[jt]sx?$/;

/** The directories of a project: its packages, and the one around them all. */
export class Layout {
  private readonly packages: ReadonlySet<string>;
  private readonly top: string;
  private readonly files: ReadonlySet<string>;

  /** @param files the absolute paths of all files that evidence may come from */
  constructor(sources: readonly DeploymentSource[], files: readonly string[]) {
    this.packages = new Set(
      sources
        .filter(({ file }) => path.basename(file) === 'package.json')
        .map(({ file }) => path.dirname(file)),
    );
    this.files = new Set(files);
    this.top = commonDirectory([...sources.map(({ file }) => file), ...files]);
  }

  /** The nearest directory with a `package.json`, at or above `directory`. */
  packageOf(directory: string): string | undefined {
    for (let at = directory; isAtOrInside(at, this.top); at = path.dirname(at)) {
      if (this.packages.has(at) || existsSync(path.join(at, 'package.json'))) return at;
      if (path.dirname(at) === at) return undefined;
    }
    return undefined;
  }

  /** The directory whose code a file speaks of when it says no more. */
  rootOf(file: string): string {
    const directory = path.dirname(file);
    return this.packageOf(directory) ?? directory;
  }

  exists(file: string): boolean {
    return this.files.has(file) || existsSync(file);
  }

  /** Whether a file belongs to tests, seen from the whole project: a project may itself lie in somebody's test folder. */
  isTest(file: string): boolean {
    return TEST_FILE.test(file) || TEST_FOLDER.test(slashed(path.relative(this.top, file)));
  }
}

/** The path as messages show it. */
export function shown(file: string, root: string): string {
  return slashed(path.relative(root, file));
}

export function isAtOrInside(file: string, directory: string): boolean {
  const relative = path.relative(directory, file);
  return (
    relative === '' ||
    (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}

function commonDirectory(files: readonly string[]): string {
  const [first, ...others] = files.map((file) => path.dirname(file));
  let common = first ?? path.sep;
  for (const directory of others) {
    while (!isAtOrInside(directory, common)) common = path.dirname(common);
  }
  return common;
}

function slashed(file: string): string {
  return file.split(path.sep).join('/');
}
