/** How the code of a file is run: finds the files that say so, and keeps what they said. */
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import picomatch from 'picomatch';
import { glob } from 'tinyglobby';
import {
  DEPLOYMENT_FILES,
  mayHaveStartCommand,
  PACKAGE_FILES,
  readDeployment,
  type DeploymentReading,
  type DeploymentSource,
} from '../deployment/index.js';
import { frontendFor, prepareFrontends } from '../frontends/index.js';
import type { Deployment } from '../model/deployment.js';
import type { FileFacts } from '../model/facts.js';
import type { Problem } from '../model/diagnostics.js';
import type { LibraryModel } from '../model/library-model.js';
import { CONFIGURATION_FILE, DEFAULT_CONFIGURATION } from './configuration.js';
import type { ImportGraph } from './imports.js';
import { digestOf, digestOfConstant } from './digest.js';
import { Programs } from './programs.js';
import { filesIn, isSelected } from './selection.js';
import type { ReportCache } from './report-cache.js';
import type { Source, Sources } from './sources.js';
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

/** The directory around all that may say how a file is run. */
interface TopDirectory {
  readonly path: string;
  /** False when nothing says that the files below belong together; only the directory's own are then looked at. */
  readonly whole: boolean;
}

interface Top {
  readonly files: readonly DeploymentSource[];
  /** All files, among which programs are looked for. */
  readonly found: readonly string[];
  /** Those that are checked when nobody names them. */
  readonly selected: readonly string[];
  /** The code that starts processes and threads. */
  readonly code: Map<string, Source>;
  /** Programs with a start command in their head. */
  readonly heads: Map<string, DeploymentSource>;
  reading: DeploymentReading;
  programs: Programs;
}

export class Deployments {
  readonly #tops = new Map<string, Promise<Top>>();
  readonly #topDirectories = new Map<string, TopDirectory>();
  readonly #changed = new Set<string>();
  readonly #asked = new Set<string>();
  /** By top; what could not be read of its deployment files. */
  readonly #problems = new Map<string, readonly Problem[]>();
  /** By top; also what was read before all was forgotten, to be kept if nothing of it changed. */
  readonly #last = new Map<string, Top>();
  #turn: Promise<void> = Promise.resolve();

  /** @param directory the workspace folder or the working directory; files are looked for up to it */
  constructor(
    private readonly directory: string,
    private readonly sources: Sources,
    private readonly imports: ImportGraph,
    private readonly cache?: ReportCache,
  ) {}

  /** Forgets all; to be called when deployment files change. */
  clear(): void {
    this.#tops.clear();
    this.#topDirectories.clear();
    this.#problems.clear();
    this.#changed.clear();
  }

  /** To be called when imports may lead to other files now. */
  forgetPrograms(): void {
    for (const { programs } of this.#last.values()) programs.renew();
  }

  /** Says that a directory is checked as a whole, so that its files belong together where nothing else says so. */
  ask(directory: string): void {
    if (this.#asked.has(directory)) return;
    this.#asked.add(directory);
    this.clear();
  }

  /** What could not be read of the deployment files looked at so far. */
  get problems(): Problem[] {
    // Files above several tops are read for each.
    const byText = new Map(
      [...this.#problems.values()].flat().map((problem) => [JSON.stringify(problem), problem]),
    );
    return [...byText.values()];
  }

  /** Says that the text of a source file may have changed. */
  touch(file: string): void {
    this.#changed.add(file);
  }

  /** What is said of a file's code. The same object as before when nothing changed, and for all files of one program. */
  async of(file: string, libraries: readonly LibraryModel[]): Promise<Deployment> {
    const directory = this.#topOf(path.dirname(file));
    let pending = this.#tops.get(directory.path);
    if (pending === undefined) {
      pending = this.#read(directory, libraries);
      this.#tops.set(directory.path, pending);
      // A rejection is passed on to who asked, and is not kept.
      pending.catch(() => this.#tops.delete(directory.path));
    }
    const top = await pending;
    await this.#inTurn(() => this.#update(directory.path, top, libraries));
    return top.programs.deploymentOf(file);
  }

  /** One after another, so that nobody is given what an edit has made untrue while that is still being read. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    await done;
  }

  /** The sources that belong together with a file of which a deployment was asked for. */
  async sourcesAround(file: string): Promise<readonly string[]> {
    return (await this.#tops.get(this.#topOf(path.dirname(file)).path))?.selected ?? [];
  }

  #topOf(directory: string): TopDirectory {
    let top = this.#topDirectories.get(directory);
    if (top === undefined) {
      top = findTop(directory, this.directory, this.#asked);
      this.#topDirectories.set(directory, top);
    }
    return top;
  }

  async #read(directory: TopDirectory, libraries: readonly LibraryModel[]): Promise<Top> {
    const found = (await filesIn(directory.path, directory.whole ? undefined : 1)).sort();
    const above = await Promise.all(ancestorsOf(directory.path, this.directory).map(deploymentFilesAbove));
    const files = [...found.filter(mayBeDeploymentFile), ...above.flat()]
      .sort()
      .flatMap((file): DeploymentSource[] => {
        const read = readTextFile(file);
        return read.kind === 'text' ? [{ file, text: read.text }] : [];
      });
    const code = new Map<string, Source>();
    const heads = new Map<string, DeploymentSource>();
    const selected = found.filter((file) => isSelected(file, DEFAULT_CONFIGURATION, directory.path));
    for (const file of selected) {
      const { source, head } = this.#evidenceIn(file, libraries);
      if (source !== undefined) code.set(file, source);
      if (head !== undefined) heads.set(file, head);
    }
    const reading = await this.#readingOf({ files, found, code, heads }, libraries);
    this.#problems.set(directory.path, reading.problems);
    const last = this.#last.get(directory.path);
    // The deployments that were given out stay what they were.
    const programs = last !== undefined && isSame(last.reading, reading) ? last.programs : undefined;
    programs?.renew(found);
    const top = {
      files,
      found,
      selected: selected.filter((file) => frontendFor(file) !== undefined),
      code,
      heads,
      reading,
      programs: programs ?? this.#programsOf(reading, found),
    };
    this.#last.set(directory.path, top);
    return top;
  }

  async #readingOf(
    { files, found, code, heads }: Pick<Top, 'files' | 'found' | 'code' | 'heads'>,
    libraries: readonly LibraryModel[],
  ): Promise<DeploymentReading> {
    const sources = [...files, ...heads.values()];
    const texts = [...sources, ...[...code].map(([file, { text }]) => ({ file, text }))];
    const key = this.cache && digestOf(digestOfConstant(libraries), found, texts);
    const known = key === undefined ? undefined : this.cache?.reading(key);
    if (known !== undefined) return known;
    await prepareFrontends(code.keys());
    const reading = readDeployment(sources, [...code.values()].flatMap(factsOf), libraries, found);
    if (key !== undefined) this.cache?.setReading(key, reading);
    return reading;
  }

  #programsOf({ evidence }: DeploymentReading, files: readonly string[]): Programs {
    return new Programs({ evidence, files, importsOf: (file) => this.imports.of(file) });
  }

  async #update(directory: string, top: Top, libraries: readonly LibraryModel[]): Promise<void> {
    let changed = false;
    for (const file of this.#changed) {
      if (this.#topOf(path.dirname(file)).path !== directory) continue;
      this.#changed.delete(file);
      if (this.imports.hasChanged(file)) top.programs.renew();
      const { source, head } = this.#evidenceIn(file, libraries);
      if (source === top.code.get(file) && head?.text === top.heads.get(file)?.text) continue;
      changed = true;
      if (source === undefined) top.code.delete(file);
      else top.code.set(file, source);
      if (head === undefined) top.heads.delete(file);
      else top.heads.set(file, head);
    }
    if (!changed) return;
    const reading = await this.#readingOf(top, libraries);
    // Most edits move evidence at most; what did not change must not have every file analysed again.
    if (isSame(reading, top.reading)) return;
    top.reading = reading;
    top.programs = this.#programsOf(reading, top.found);
  }

  /**
   * The source of a file that names a module by which more executions are started, and its text if it may begin with a start
   * command; others need no parsing.
   */
  #evidenceIn(
    file: string,
    libraries: readonly LibraryModel[],
  ): { readonly source?: Source; readonly head?: DeploymentSource | undefined } {
    if (frontendFor(file) === undefined) return {};
    const source = this.sources.get(file);
    if (source.kind !== 'text') return {};
    const { text } = source;
    const head = mayHaveStartCommand({ file, text }) ? { file, text } : undefined;
    return spawnWords(libraries).test(text) ? { source, head } : { head };
  }
}

function factsOf(source: Source): FileFacts[] {
  try {
    return [source.facts()].filter((facts) => facts !== undefined);
  } catch {
    // The check of this file reports it.
    return [];
  }
}

function isSame(left: DeploymentReading, right: DeploymentReading): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Directories that hold many things that do not belong together, whatever stray file lies in them. */
const NO_TOPS: readonly string[] = [os.homedir(), os.tmpdir(), path.parse(process.cwd()).root];

/**
 * The outermost package, repository, or directory that was asked for, within the directory that is worked in; so that a package
 * of a monorepo is seen with what lies beside it. Without any, the directory alone.
 */
function findTop(directory: string, within: string, asked: ReadonlySet<string>): TopDirectory {
  let top: string | undefined;
  for (let at = directory; ; at = path.dirname(at)) {
    const isRepository = existsSync(path.join(at, '.git'));
    if (asked.has(at)) top = at;
    else if (NO_TOPS.includes(at)) break;
    else if (isRepository || PACKAGE_FILES.some((name) => existsSync(path.join(at, name)))) top = at;
    if (isRepository || path.dirname(at) === at || (at === within && top !== undefined)) break;
  }
  return top === undefined ? { path: directory, whole: false } : { path: top, whole: true };
}

/** The directories above a top, up to the repository's or else to the directory that was asked for. */
function ancestorsOf(top: string, directory: string): string[] {
  const above: string[] = [];
  for (let at = top; path.dirname(at) !== at;) {
    if (existsSync(path.join(at, '.git'))) return above;
    at = path.dirname(at);
    above.push(at);
  }
  return above.filter((ancestor) => ancestor === directory || isInside(ancestor, directory));
}

/** Folders beside a package that hold what is said of its deployment. */
const OPERATIONS =
  '{k8s,kubernetes,deploy,deployment,deployments,docker,helm,chart,charts,infra,infrastructure,manifests,ops}';

async function deploymentFilesAbove(directory: string): Promise<string[]> {
  const patterns = DEPLOYMENT_FILES.flatMap((name) => [name, `${OPERATIONS}/**/${name}`]);
  const found = await glob(patterns, {
    cwd: directory,
    absolute: true,
    dot: true,
    deep: 5,
    onlyFiles: true,
    ignore: ['**/node_modules/**', '**/.*/**'],
  });
  return found.map((file) => path.normalize(file));
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
