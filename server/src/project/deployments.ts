/** How the code of a file is run: finds the files that say so, and keeps what they said. */
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import picomatch from 'picomatch';
import { glob } from 'tinyglobby';
import {
  DEPLOYMENT_FILES,
  readDeployment,
  type DeploymentReading,
  type DeploymentSource,
} from '../deployment/index.js';
import { frontendFor, prepareFrontends } from '../frontends/index.js';
import type { Deployment } from '../model/deployment.js';
import type { Problem } from '../model/diagnostics.js';
import type { FileFacts } from '../model/facts.js';
import type { LibraryModel } from '../model/library-model.js';
import { CONFIGURATION_FILE, DEFAULT_CONFIGURATION } from './configuration.js';
import { filesIn, isSelected } from './selection.js';
import type { Sources } from './sources.js';
import { readTextFile } from './text-file.js';

const isDeploymentFile = picomatch([...DEPLOYMENT_FILES], { dot: true, basename: true });

/** Globs of the files whose changes matter: sources, configurations, and what says how code is run. */
export const WATCHED_FILES: readonly string[] = [
  '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,py}',
  `**/${CONFIGURATION_FILE}`,
  ...DEPLOYMENT_FILES.map((glob) => `**/${glob}`),
];

/** Whether a file may say how code is run, by its name. */
export function mayBeDeploymentFile(file: string): boolean {
  return isDeploymentFile(path.basename(file));
}

/** The directory whose files say how a file is run. */
interface RootDirectory {
  readonly path: string;
  /** False when nothing says that the files below belong together; only the directory's own are then looked at. */
  readonly whole: boolean;
}

interface Root {
  readonly files: readonly DeploymentSource[];
  /** Facts of the code that starts processes and threads. */
  readonly code: Map<string, FileFacts>;
  deployment: DeploymentReading;
}

export class Deployments {
  readonly #roots = new Map<string, Promise<Root>>();
  readonly #rootDirectories = new Map<string, RootDirectory>();
  readonly #changed = new Set<string>();
  readonly #asked = new Set<string>();
  /** By root; what could not be read of its deployment files. */
  readonly #problems = new Map<string, readonly Problem[]>();

  /** @param directory the workspace folder or the working directory; files are looked for up to it */
  constructor(
    private readonly directory: string,
    private readonly sources: Sources,
  ) {}

  /** Forgets all; to be called when deployment files change. */
  clear(): void {
    this.#roots.clear();
    this.#rootDirectories.clear();
    this.#problems.clear();
    this.#changed.clear();
  }

  /** Says that a directory is checked as a whole, so that its files belong together where no `package.json` says so. */
  ask(directory: string): void {
    if (this.#asked.has(directory)) return;
    this.#asked.add(directory);
    this.clear();
  }

  /** What could not be read of the deployment files looked at so far. */
  get problems(): Problem[] {
    // Files above several roots are read for each.
    const byText = new Map(
      [...this.#problems.values()].flat().map((problem) => [JSON.stringify(problem), problem]),
    );
    return [...byText.values()];
  }

  /** Says that the text of a source file may have changed. */
  touch(file: string): void {
    this.#changed.add(file);
  }

  /** The same object as before when nothing changed. */
  async of(file: string, libraries: readonly LibraryModel[]): Promise<Deployment> {
    const directory = this.#rootOf(path.dirname(file));
    let pending = this.#roots.get(directory.path);
    if (pending === undefined) {
      pending = this.#read(directory, libraries);
      this.#roots.set(directory.path, pending);
      // A rejection is passed on to who asked, and is not kept.
      pending.catch(() => this.#roots.delete(directory.path));
    }
    const root = await pending;
    await prepareFrontends(this.#changed);
    this.#update(directory.path, root, libraries);
    return root.deployment;
  }

  #rootOf(directory: string): RootDirectory {
    let root = this.#rootDirectories.get(directory);
    if (root === undefined) {
      root = findRoot(directory, this.#asked);
      this.#rootDirectories.set(directory, root);
    }
    return root;
  }

  async #read(root: RootDirectory, libraries: readonly LibraryModel[]): Promise<Root> {
    const directory = root.path;
    const found = await filesIn(directory, root.whole ? undefined : 1);
    const above = await Promise.all(
      ancestorsOf(directory, this.directory).map((ancestor) =>
        glob([...DEPLOYMENT_FILES], { cwd: ancestor, absolute: true, dot: true, deep: 1, onlyFiles: true }),
      ),
    );
    const files = [...found.filter(mayBeDeploymentFile), ...above.flat().map((file) => path.normalize(file))]
      .sort()
      .flatMap((file): DeploymentSource[] => {
        const read = readTextFile(file);
        return read.kind === 'text' ? [{ file, text: read.text }] : [];
      });
    const code = new Map<string, FileFacts>();
    const selected = found.filter((file) => isSelected(file, DEFAULT_CONFIGURATION, directory)).sort();
    await prepareFrontends(selected);
    for (const file of selected) {
      const facts = this.#evidenceIn(file, libraries);
      if (facts !== undefined) code.set(file, facts);
    }
    const deployment = readDeployment(files, [...code.values()], libraries);
    this.#problems.set(directory, deployment.problems);
    return { files, code, deployment };
  }

  #update(directory: string, root: Root, libraries: readonly LibraryModel[]): void {
    let changed = false;
    for (const file of this.#changed) {
      if (this.#rootOf(path.dirname(file)).path !== directory) continue;
      this.#changed.delete(file);
      const before = root.code.get(file);
      const now = this.#evidenceIn(file, libraries);
      if (before === now) continue;
      changed = true;
      if (now === undefined) root.code.delete(file);
      else root.code.set(file, now);
    }
    if (!changed) return;
    const deployment = readDeployment(root.files, [...root.code.values()], libraries);
    // Most edits move evidence at most; what did not change must not have every file analysed again.
    if (JSON.stringify(deployment) !== JSON.stringify(root.deployment)) root.deployment = deployment;
  }

  /** The facts of a file that names a module by which more executions are started; others need no parsing. */
  #evidenceIn(file: string, libraries: readonly LibraryModel[]): FileFacts | undefined {
    if (frontendFor(file) === undefined) return undefined;
    const source = this.sources.get(file);
    if (source.kind !== 'text' || !spawnWords(libraries).test(source.text)) return undefined;
    try {
      return source.facts();
    } catch {
      // The check of this file reports it.
      return undefined;
    }
  }
}

/** Directories that hold many things that do not belong together, whatever stray file lies in them. */
const NO_ROOTS: readonly string[] = [os.homedir(), os.tmpdir(), path.parse(process.cwd()).root];

/** That of the nearest `package.json`; else the nearest that was asked for; else the directory alone. */
function findRoot(directory: string, asked: ReadonlySet<string>): RootDirectory {
  let nearestAsked: string | undefined;
  for (let at = directory; ; at = path.dirname(at)) {
    if (asked.has(at)) nearestAsked ??= at;
    else if (NO_ROOTS.includes(at)) break;
    if (existsSync(path.join(at, 'package.json'))) return { path: at, whole: true };
    if (existsSync(path.join(at, '.git')) || path.dirname(at) === at) break;
  }
  return nearestAsked === undefined ? { path: directory, whole: false } : { path: nearestAsked, whole: true };
}

/** The directories above a root, up to the repository's or else to the directory that was asked for. */
function ancestorsOf(root: string, directory: string): string[] {
  const above: string[] = [];
  for (let at = root; path.dirname(at) !== at;) {
    if (existsSync(path.join(at, '.git'))) return above;
    at = path.dirname(at);
    above.push(at);
  }
  return above.filter((ancestor) => ancestor === directory || isInside(ancestor, directory));
}

function isInside(file: string, directory: string): boolean {
  const relative = path.relative(directory, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

const wordsOf = new WeakMap<readonly LibraryModel[], RegExp>();

/** Matches a text that imports, or for globals names, what spawns by some library model. */
function spawnWords(libraries: readonly LibraryModel[]): RegExp {
  let words = wordsOf.get(libraries);
  if (words === undefined) {
    const names = libraries
      .filter(spawns)
      .flatMap((library) => [
        ...library.modules
          .filter((module) => module !== '#global')
          .map((module) => module.replace(/^node:/, '')),
        ...(library.modules.includes('#global') ? Object.keys(library.exports) : []),
      ]);
    const escaped = [...new Set(names)].map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    words = new RegExp(escaped.length === 0 ? '(?!)' : escaped.join('|'));
    wordsOf.set(libraries, words);
  }
  return words;
}

function spawns(library: LibraryModel): boolean {
  const calls = [
    ...Object.values(library.exports).flatMap((value) => ('call' in value ? [value.call] : [])),
    ...Object.values(library.classes ?? {}).flatMap((value) => [
      ...Object.values(value.methods),
      ...(value.construct === undefined ? [] : [value.construct]),
    ]),
  ];
  return calls.some((call) => call.spawns !== undefined);
}
