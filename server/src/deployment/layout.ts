/** Where packages and programs are. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { DeploymentSource } from './source.js';

/** Folders and names of code that is not what runs in production. */
const TEST_FOLDER = /(^|\/)(tests?|__tests__|__mocks__|spec|specs|e2e)\//;
const TEST_FILE =
  /[._-](test|spec)\.[cm]?[jt]sx?$|(^|\/)test_[^/]*\.py$|_test\.py$|(^|\/)[^/]*[._-](tests?|e2e|ci)\.ya?ml$|(^|\/)Dockerfile[._-](tests?|e2e|ci)$/;

/** Build output, whose sources lie elsewhere. */
const OUTPUT_FOLDER = /(^|\/)(dist|build|out|\.next|\.output|\.nuxt|node_modules)\//;

const CODE = /\.([cm]?[jt]sx?|py)$/;

/** A directory with one of these is a package: its code is installed and run together. */
export const PACKAGE_FILES: readonly string[] = [
  'package.json',
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'requirements.txt',
  'Pipfile',
  'manage.py',
];

/** The directories of a project: its packages, and the one around them all. */
export class Layout {
  /** The directories with a package, as far as they are among the files. */
  readonly packages: ReadonlySet<string>;
  /** The directory around all files. */
  readonly top: string;
  private readonly files: ReadonlySet<string>;
  private readonly byStem = new Map<string, string[]>();
  private readonly sources: ReadonlyMap<string, DeploymentSource>;

  /** @param files the absolute paths of the project's files, as far as they are known */
  constructor(sources: readonly DeploymentSource[], files: readonly string[]) {
    this.sources = new Map(sources.map((source) => [source.file, source]));
    this.files = new Set([...files, ...this.sources.keys()]);
    this.packages = new Set(
      [...this.files]
        .filter((file) => PACKAGE_FILES.includes(path.basename(file)))
        .map((file) => path.dirname(file)),
    );
    this.top = commonDirectory([...this.files]);
    for (const file of this.files) {
      const stem = stemOf(file);
      this.byStem.set(stem, [...(this.byStem.get(stem) ?? []), file]);
    }
  }

  /** The nearest directory with a package, at or above `directory`. */
  packageOf(directory: string): string | undefined {
    for (let at = directory; isAtOrInside(at, this.top); at = path.dirname(at)) {
      if (this.packages.has(at) || PACKAGE_FILES.some((name) => existsSync(path.join(at, name)))) return at;
      if (path.dirname(at) === at) return undefined;
    }
    return undefined;
  }

  /** The directory whose code a file speaks of when it says no more. */
  rootOf(file: string): string {
    return this.packageOf(path.dirname(file)) ?? this.top;
  }

  /** The directory whose code a program's evidence speaks of: its package, if that is in what the evidence speaks of. */
  rootOfProgram(program: string, root: string): string {
    const own = this.packageOf(path.dirname(program));
    return own !== undefined && isAtOrInside(own, root) ? own : root;
  }

  /** A file's name in messages, which tells it from others of its name in the project. */
  nameOf(file: string): string {
    return slashed(path.relative(this.top, file));
  }

  /** The text of a file that may say how code is run. */
  textOf(file: string): string | undefined {
    return this.sources.get(file)?.text;
  }

  exists(file: string): boolean {
    if (this.files.has(file)) return true;
    try {
      return statSync(file).isFile();
    } catch {
      return false;
    }
  }

  /** Whether a directory of the project has code in it. */
  hasCodeIn(directory: string): boolean {
    return [...this.files].some((file) => isAtOrInside(file, directory) && CODE.test(file));
  }

  /** The project's files of this name, whatever their extension; without those in a build's output. */
  withStem(stem: string, directory: string): string[] {
    return (this.byStem.get(stem) ?? []).filter(
      (file) => isAtOrInside(file, directory) && !isOutput(path.relative(directory, file)),
    );
  }

  /** Whether a file belongs to tests, seen from the whole project: a project may itself lie in somebody's test folder. */
  isTest(file: string): boolean {
    const relative = slashed(path.relative(this.top, file));
    return TEST_FILE.test(relative) || TEST_FOLDER.test(relative);
  }
}

/** Whether a path, relative to its package, is in the folder of a build's output. */
export function isOutput(relative: string): boolean {
  return OUTPUT_FOLDER.test(slashed(relative));
}

export function isAtOrInside(file: string, directory: string): boolean {
  const relative = path.relative(directory, file);
  return (
    relative === '' ||
    (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}

/** The name of a file up to its first dot: `server` of `server.ts`, `app` of `app.config.js`. */
export function stemOf(file: string): string {
  return path.basename(file).replace(/(?!^)\..*$/, '');
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
