import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './run.js';
import { npmTarball } from './shipped.js';

interface Manager {
  readonly name: string;
  /** The files by which it is known. */
  readonly lockFiles: readonly string[];
  /** The arguments that make a tarball in the project a dependency. */
  readonly add: (tarball: string) => readonly string[];
}

const NPM: Manager = {
  name: 'npm',
  lockFiles: ['package-lock.json', 'npm-shrinkwrap.json'],
  add: (tarball) => ['install', '--no-audit', '--no-fund', `file:${tarball}`],
};

const MANAGERS: readonly Manager[] = [
  { name: 'pnpm', lockFiles: ['pnpm-lock.yaml'], add: (tarball) => ['add', `file:${tarball}`] },
  { name: 'yarn', lockFiles: ['yarn.lock'], add: (tarball) => ['add', `lockkit@file:./${tarball}`] },
  { name: 'bun', lockFiles: ['bun.lock', 'bun.lockb'], add: (tarball) => ['add', `./${tarball}`] },
  NPM,
];

/** The package manager of a project: what its manifest names, else by the nearest lockfile, else npm. */
export function packageManager(directory: string): Pick<Manager, 'name' | 'add'> {
  for (let at = directory; ; at = path.dirname(at)) {
    const named = manifestOf(at)?.packageManager?.split('@')[0];
    const found = MANAGERS.find(
      ({ name, lockFiles }) => name === named || lockFiles.some((file) => existsSync(path.join(at, file))),
    );
    if (found !== undefined) return found;
    if (path.dirname(at) === at) return NPM;
  }
}

interface Manifest {
  readonly packageManager?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function manifestOf(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** The nearest directory at or above one that is a package of npm's. */
export function nodeProject(directory: string): string | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'package.json'))) return at;
    if (path.dirname(at) === at) return undefined;
  }
}

/**
 * Puts the npm package into the project and makes it a dependency. No registry is asked for it.
 * @returns what was done, a line each
 */
export function addToNode(project: string): string[] {
  const known = manifestOf(project)?.dependencies?.lockkit;
  if (known !== undefined) return [`package.json names lockkit already (${known}): nothing to do`];
  const source = npmTarball();
  const tarball = path.posix.join('vendor', path.basename(source));
  mkdirSync(path.join(project, 'vendor'), { recursive: true });
  copyFileSync(source, path.join(project, tarball));
  const manager = packageManager(project);
  run(manager.name, manager.add(tarball), project);
  return [
    `${tarball}: the runtime; commit it with the rest`,
    `package.json: lockkit is a dependency now, made so by ${manager.name}`,
  ];
}
