import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { analyse, updatesOf, type Analysed, type Program } from '../analysis/index.js';
import { prepareFixes, writeFix } from '../fixes/index.js';
import { frontendFor, prepareFrontends } from '../frontends/index.js';
import { loadLibraries } from '../libraries/index.js';
import type { Deployment } from '../model/deployment.js';
import { fileOf, type Diagnostic, type Fix, type Problem } from '../model/diagnostics.js';
import type { FileFacts, SyntaxProblem } from '../model/facts.js';
import type { Finding, Update } from '../model/findings.js';
import type { LibraryModel } from '../model/library-model.js';
import { positionAt } from '../model/source.js';
import { report as reportFindings } from '../rules/index.js';
import {
  CONFIGURATION_FILE,
  ConfigurationError,
  DEFAULT_CONFIGURATION,
  deploymentEvidence,
  findConfigurationFile,
  readConfiguration,
  type Configuration,
  type DeploymentSettings,
  type RuleSettings,
} from './configuration.js';
import {
  CALLERS_OF_CALLERS,
  entryNames,
  onceEach,
  usersOf,
  withUsers,
  type CallersHost,
  type User,
} from './callers.js';
import { Deployments, mayBeDeploymentFile } from './deployments.js';
import { digestOf, digestOfConstant } from './digest.js';
import { Importers } from './importers.js';
import { ImportGraph } from './imports.js';
import { withLevel } from './levels.js';
import { programStamp } from './program-stamp.js';
import { ReportCache, type KeptReport } from './report-cache.js';
import { Disk, Resolution, saysWhereModulesAre } from './resolution/index.js';
import { Relevance } from './relevance.js';
import { filesIn, filesIncludedBy, filesMatching, isConfigurationFile, isSelected } from './selection.js';
import { kindOfFile, Sources, type Source } from './sources.js';
import { applySuppressions, readSuppressions, type UnusedSuppression } from './suppressions.js';
import { reasonOf } from './text-file.js';

export interface ProjectOptions {
  /** The working directory, or the workspace folder; absolute. */
  readonly directory: string;
  /** The configuration to use for all files, instead of the nearest `lockkit.json`. */
  readonly configurationFile?: string;
  /** What holds where `lockkit.json` says nothing (an editor's settings). */
  readonly settings?: {
    readonly rules?: RuleSettings;
    readonly deployment?: DeploymentSettings;
    /** Where the settings stand, for evidence. */
    readonly file: string;
  };
  /**
   * Called when a configuration cannot be used; the last one that could (or the default) is used in its place. Without it the
   * error is thrown.
   */
  readonly onConfigurationError?: (error: ConfigurationError) => void;
  /** Larger files are skipped. Default 2 MB. */
  readonly maximumBytes?: number;
  /** True to look at each file once: what changes on disk after that is not seen, unless {@link Project.filesChanged} says so. */
  readonly snapshot?: boolean;
  /** The file in which reports are kept from one run to the next; absolute. Without it none are. */
  readonly cacheFile?: string;
}

/** What the check of one file came to. */
export interface FileReport {
  readonly file: string;
  /** `unreadable`: there is no such file or it cannot be opened. `skipped`: it is no source text. */
  readonly state: 'checked' | 'skipped' | 'unreadable';
  /** In the order of the text; at their settings' levels, without suppressed ones. */
  readonly diagnostics: readonly Diagnostic[];
  readonly problems: readonly Problem[];
  /** How many diagnostics were suppressed by comments. */
  readonly suppressed: number;
  readonly unusedSuppressions: readonly UnusedSuppression[];
}

/** The files that paths stand for. */
export interface Selection {
  /** Absolute, sorted, each once. */
  readonly files: readonly string[];
  /** The directories among the paths, absolute. */
  readonly directories: readonly string[];
  /** Paths that stand for nothing that can be read. */
  readonly problems: readonly Problem[];
}

interface Checked {
  readonly stamp: string;
  readonly hash: string | undefined;
  readonly configuration: Configuration;
  readonly deployment: Deployment | undefined;
  /** False when the file was not parsed, since nothing can be found in it. */
  readonly relevant: boolean;
  readonly report: FileReport;
  /** The texts of other files that the report depends on, as hashes. */
  readonly others: ReadonlyMap<string, string | undefined>;
}

/** What decides about a file besides texts. */
interface Setting {
  readonly configuration: Configuration;
  readonly deployment: Deployment | undefined;
}

/** What the report of a file depends on besides its own text. */
class Dependencies {
  readonly others = new Set<string>();
  /** As in {@link KeptReport}. */
  names: readonly string[] = [];
  users: readonly string[] = [];
  /** True when files that use its users were asked, too: new ones of those are not looked for when a kept report is recalled. */
  reachesFar = false;
}

interface Analysis {
  readonly configuration: Configuration;
  readonly deployment: Deployment;
  readonly analysed: Analysed;
  /** Hashes of what was looked into. */
  readonly texts: ReadonlyMap<string, string | undefined>;
}

/**
 * The conductor that the command line and the language server share: it selects files, reads them, and leads them through
 * frontend, deployment, analysis, rules and fixes. What did not change is not looked at again.
 */
export class Project {
  readonly directory: string;
  readonly options: ProjectOptions;
  readonly #sources: Sources;
  readonly #imports: ImportGraph;
  readonly #importers: Importers;
  readonly #deployments: Deployments;
  readonly #analyses = new Map<string, Analysis>();
  readonly #checked = new Map<string, Checked>();
  /** By file: the files whose reports depend on it. */
  readonly #dependents = new Map<string, Set<string>>();
  /** Files of which another that their report depends on may have changed. */
  readonly #stale = new Set<string>();
  /** By directory. */
  readonly #configurationFiles = new Map<string, string | undefined>();
  /** By configuration file. */
  readonly #configurations = new Map<string, Configuration>();
  readonly #lastGood = new Map<string, Configuration>();
  readonly #libraries = new WeakMap<Configuration, readonly LibraryModel[]>();
  readonly #overridden = new WeakMap<Configuration, WeakMap<Deployment, Deployment>>();
  /** By the library models in force. */
  readonly #relevances = new Map<readonly LibraryModel[], Relevance>();
  readonly #default: Configuration;
  readonly #cache: ReportCache | undefined;
  readonly #disk = new Disk();
  readonly #resolution = new Resolution(this.#disk);
  readonly #callers: CallersHost = {
    importersOf: (file) => this.#importers.of(file),
    textOf: (file) => this.textOf(file),
    isPublic: (file) => this.#resolution.isPublic(file),
  };
  readonly #program: Program = {
    factsOf: (file) => this.#factsOf(file),
    resolve: (specifier, from) => this.#resolution.resolve(specifier, from),
  };

  constructor(options: ProjectOptions) {
    this.options = options;
    this.directory = options.directory;
    this.#sources = new Sources(options.maximumBytes);
    this.#imports = new ImportGraph({
      stampOf: (file) => this.#sources.stampOf(file),
      textOf: (file) => this.textOf(file),
      resolve: (specifier, from) => this.#resolution.resolve(specifier, from),
    });
    this.#importers = new Importers(this.#imports);
    this.#cache =
      options.cacheFile === undefined ? undefined : new ReportCache(options.cacheFile, programStamp());
    this.#deployments = new Deployments(options.directory, this.#sources, this.#imports, this.#cache);
    this.#default = this.#withSettings(DEFAULT_CONFIGURATION);
  }

  /** Checks `text` instead of what is on disk; the file need not exist. */
  setOverlay(file: string, text: string): void {
    this.#sources.setOverlay(file, text);
    this.#touch(file);
  }

  removeOverlay(file: string): void {
    this.#sources.removeOverlay(file);
    this.#touch(file);
  }

  #touch(file: string): void {
    this.#sources.lookAgain(file);
    this.#deployments.touch(file);
    this.#importers.touch(file);
    for (const relevance of this.#relevances.values()) relevance.touch(file);
    for (const dependent of this.#dependents.get(file) ?? []) this.#stale.add(dependent);
  }

  /**
   * Says that files were made, changed or deleted on disk.
   * @returns true when that may change what is found in other files
   */
  filesChanged(files: readonly string[]): boolean {
    const configuration = files.some(isConfigurationFile);
    const deployment = files.some(mayBeDeploymentFile);
    if (configuration) this.#forgetConfigurations();
    if (deployment) this.#deployments.clear();
    const dependents = files.some((file) => (this.#dependents.get(file)?.size ?? 0) > 0);
    for (const file of files) this.#touch(file);
    const modules = files.some(
      (file) => saysWhereModulesAre(file) || (this.isSource(file) && !this.#sources.isKnown(file)),
    );
    if (modules) this.#forgetModules();
    return configuration || deployment || modules || dependents;
  }

  #forgetModules(): void {
    this.#disk.clear();
    this.#resolution.clear();
    this.#imports.clear();
    this.#importers.clear();
    this.#analyses.clear();
    this.#deployments.forgetPrograms();
    for (const relevance of this.#relevances.values()) relevance.clear();
    // Whether an import leads to another file now, nothing tells but to look.
    this.#checked.clear();
  }

  /** One check asks for the same files many times: looking at them once is enough for all of it. */
  #lookAgain(): void {
    if (this.options.snapshot !== true) this.#sources.lookAgain();
  }

  /** Whether a file is one that may be checked, by its name. */
  isSource(file: string): boolean {
    return frontendFor(file) !== undefined;
  }

  /** Whether a file is checked when nobody names it. */
  isSelected(file: string): boolean {
    return this.isSource(file) && isSelected(file, this.configurationOf(file), this.directory);
  }

  /**
   * The files that paths stand for: a file for itself, a directory for the files in it that are checked by default or by
   * `lockkit.json`.
   * @param paths absolute or relative to the project's directory
   * @throws ConfigurationError
   */
  async select(paths: readonly string[]): Promise<Selection> {
    const files = new Set<string>();
    const directories: string[] = [];
    const problems: Problem[] = [];
    for (const given of paths) {
      const file = path.resolve(this.directory, given);
      try {
        if (!statSync(file).isDirectory()) {
          files.add(file);
          continue;
        }
        accessSync(file, constants.R_OK | constants.X_OK);
      } catch (error) {
        const matched = isDynamicPattern(given) ? await filesMatching(given, this.directory) : [];
        for (const match of matched) if (this.isSource(match)) files.add(match);
        if (matched.length === 0)
          problems.push({ file, line: 1, message: `cannot be read: ${reasonOf(error)}` });
        continue;
      }
      directories.push(file);
      for (const found of await this.#filesIn(file)) files.add(found);
    }
    return { files: [...files].sort(), directories, problems };
  }

  /** What could not be read of the deployment files that the checks so far have looked at. */
  get deploymentProblems(): Problem[] {
    return this.#deployments.problems;
  }

  /** Says that what is in each of these directories belongs together, as {@link select} does for those among its paths. */
  belongTogether(directories: readonly string[]): void {
    for (const directory of directories) this.#deployments.ask(directory);
  }

  async #filesIn(directory: string): Promise<string[]> {
    this.belongTogether([directory]);
    const found = await filesIn(directory);
    const inForce = new Set([
      this.configurationOf(path.join(directory, CONFIGURATION_FILE)),
      ...found.filter(isConfigurationFile).map((file) => this.configurationOf(file)),
    ]);
    const included = await Promise.all([...inForce].map(filesIncludedBy));
    return [...new Set([...found, ...included.flat()])].filter(
      (file) =>
        this.isSource(file) &&
        !path.relative(directory, file).startsWith('..') &&
        isSelected(file, this.configurationOf(file), directory),
    );
  }

  /** Checks one file. Does not throw for what the file is or holds: that is among the report's problems.
   * @param file absolute path
   * @returns the same object as before when nothing changed
   * @throws ConfigurationError
   */
  async check(file: string): Promise<FileReport> {
    this.#lookAgain();
    const { configuration, deployment } = await this.#settingOf(file);
    const recalled = this.#checked.has(file)
      ? undefined
      : await this.#recall(file, { configuration, deployment });
    if (recalled !== undefined) return recalled;
    const relevant = this.isSource(file) && this.#isRelevant(file, configuration);
    if (relevant) await prepareFrontends([file]);
    const stamp = this.#sources.stampOf(file);
    const known = this.#checked.get(file);
    const sameSetting = known?.configuration === configuration && known.deployment === deployment;
    const sameWay = sameSetting && known.relevant === relevant;
    if (sameWay && known.stamp === stamp && !this.#stale.has(file)) return known.report;
    const source = this.#sources.get(file);
    const hash = source.kind === 'text' ? source.hash : undefined;
    this.#stale.delete(file);
    if (sameWay && hash !== undefined && known.hash === hash && this.#areSame(known.others)) {
      this.#checked.set(file, { ...known, stamp });
      return known.report;
    }
    const dependencies = new Dependencies();
    const { others } = dependencies;
    const report =
      source.kind === 'text'
        ? relevant || !this.isSource(file)
          ? await this.#checkSource(file, source, configuration, deployment, dependencies)
          : reportOf(file, source, configuration, [])
        : nothingOf(file, source.kind, { file, line: source.line, message: source.message });
    await this.prepareFixes(report.diagnostics);
    others.delete(file);
    this.#checked.set(file, {
      stamp,
      hash,
      configuration,
      deployment,
      relevant,
      report,
      others: this.#hashesOf(others),
    });
    this.#depend(file, others);
    if (relevant && !dependencies.reachesFar)
      this.#keep(file, report, settingOf(configuration, deployment), dependencies);
    return report;
  }

  /**
   * The report of an earlier run, if nothing has changed that it depends on.
   * @throws ConfigurationError
   */
  async recall(file: string): Promise<FileReport | undefined> {
    this.#lookAgain();
    if (this.#cache?.get(file) === undefined) return undefined;
    return this.#recall(file, await this.#settingOf(file));
  }

  async #recall(file: string, { configuration, deployment }: Setting): Promise<FileReport | undefined> {
    const kept = this.#cache?.get(file);
    if (kept === undefined) return undefined;
    if (kept.setting !== settingOf(configuration, deployment)) return undefined;
    if (kept.texts !== this.#digestOf([file, ...kept.others])) return undefined;
    if (kept.names.length > 0) {
      await this.#importers.read(await this.#deployments.sourcesAround(file));
      const users = usersOf(file, kept.names, this.#callers);
      if (digestOf(users) !== digestOf(kept.users)) return undefined;
    }
    await this.prepareFixes(kept.report.diagnostics);
    return kept.report;
  }

  #keep(file: string, report: FileReport, setting: string, { others, names, users }: Dependencies): void {
    const texts = this.#cache && this.#digestOf([file, ...others]);
    if (texts === undefined) return;
    this.#cache?.set(file, { setting, others: [...others], texts, names, users, report });
  }

  /** Of the texts of files, and of where their imports lead. */
  #digestOf(files: readonly string[]): string {
    return digestOf(
      files.map((file) => [file, this.#hashOf(file) ?? null, this.#imports.of(file)?.files ?? null]),
    );
  }

  /** The reports of these files, with what they depend on, for another project to be kept by. */
  keptReports(files: readonly string[]): [file: string, kept: KeptReport][] {
    return files.flatMap((file) => {
      const kept = this.#cache?.get(file);
      return kept === undefined ? [] : [[file, kept] as const];
    });
  }

  /** Takes over what other projects have checked. */
  keepReports(reports: readonly (readonly [file: string, kept: KeptReport])[]): void {
    for (const [file, kept] of reports) this.#cache?.set(file, kept);
  }

  /**
   * Keeps the reports so far for later runs.
   * @returns undefined, or why they cannot be kept
   */
  saveReports(): string | undefined {
    return this.#cache?.save();
  }

  /** What decides about a file besides its text. */
  async #settingOf(file: string): Promise<Setting> {
    const configuration = this.configurationOf(file);
    const deployment = this.isSource(file)
      ? this.#override(configuration, await this.#deployments.of(file, this.#librariesOf(configuration)))
      : undefined;
    return { configuration, deployment };
  }

  #depend(file: string, others: Iterable<string>): void {
    for (const other of others) {
      const dependents = this.#dependents.get(other) ?? new Set();
      this.#dependents.set(other, dependents.add(file));
    }
  }

  /** The analysis of a file's own entry points; the same object as before when nothing changed. */
  async #analysed(file: string): Promise<Analysed | undefined> {
    const { configuration, deployment } = await this.#settingOf(file);
    const known = this.#analyses.get(file);
    const isKnown = known?.configuration === configuration && known.deployment === deployment;
    if (isKnown && this.#areSame(known.texts)) return known.analysed;
    const facts = this.#factsOf(file);
    if (facts === undefined || deployment === undefined) return undefined;
    const libraries = this.#librariesOf(configuration);
    const analysed = analyse(facts, { libraries, deployment, program: this.#program });
    this.#analyses.set(file, {
      configuration,
      deployment,
      analysed,
      texts: this.#hashesOf(analysed.files),
    });
    return analysed;
  }

  /**
   * What is found in a file, by itself and by those that use it.
   * @param via the files that are used, from the one that is asked about to this one's own
   */
  async #findingsOf(
    file: string,
    dependencies: Dependencies,
    via: readonly string[] = [],
  ): Promise<readonly Finding[]> {
    const { others } = dependencies;
    const own = await this.#analysed(file);
    if (own === undefined) return [];
    for (const other of own.files) others.add(other);
    const names = entryNames(own);
    if (names.length === 0) return own.findings;
    await this.#importers.read(await this.#deployments.sourcesAround(file));
    const using = usersOf(file, names, this.#callers);
    if (via.length === 0) {
      dependencies.names = names;
      dependencies.users = using;
    } else dependencies.reachesFar = true;
    const users = new Map<string, User>();
    for (const user of using) {
      await prepareFrontends([user]);
      const [analysed, text] = [await this.#analysed(user), this.textOf(user)];
      if (analysed === undefined || text === undefined) continue;
      for (const other of analysed.files) others.add(other);
      const asked = [...via, file];
      const isEnd = asked.length >= CALLERS_OF_CALLERS || asked.includes(user);
      const findings = isEnd ? analysed.findings : await this.#findingsOf(user, dependencies, asked);
      users.set(user, { analysed, findings, text });
    }
    return withUsers(file, own, users, via[0]);
  }

  #isRelevant(file: string, configuration: Configuration): boolean {
    return this.#relevanceBy(this.#librariesOf(configuration)).of(file);
  }

  #relevanceBy(libraries: readonly LibraryModel[]): Relevance {
    let relevance = this.#relevances.get(libraries);
    if (relevance === undefined) {
      relevance = new Relevance(
        {
          textOf: (file) => this.textOf(file),
          importsOf: (file) => this.#imports.of(file),
        },
        libraries,
      );
      this.#relevances.set(libraries, relevance);
    }
    return relevance;
  }

  #hashOf(file: string): string | undefined {
    const source = this.#sources.get(file);
    return source.kind === 'text' ? source.hash : undefined;
  }

  #hashesOf(files: Iterable<string>): Map<string, string | undefined> {
    return new Map([...files].map((file) => [file, this.#hashOf(file)]));
  }

  #areSame(others: Checked['others']): boolean {
    return [...others].every(([file, hash]) => this.#hashOf(file) === hash);
  }

  /** @param dependencies is told what the report depends on */
  async #checkSource(
    file: string,
    source: Source,
    configuration: Configuration,
    deployment: Deployment | undefined,
    dependencies: Dependencies,
  ): Promise<FileReport> {
    try {
      const facts = source.facts();
      if (facts === undefined || deployment === undefined) {
        return nothingOf(file, 'skipped', {
          file,
          line: 1,
          message: `not checked: Lockkit does not read ${kindOfFile(file)}`,
        });
      }
      const diagnostics = onceEach(reportFindings(await this.#findingsOf(file, dependencies)))
        .filter((diagnostic) => diagnostic.place.file === file)
        .flatMap((diagnostic) => withLevel(diagnostic, configuration.rules) ?? [])
        .sort((left, right) => left.place.start - right.place.start || left.place.end - right.place.end);
      return reportOf(file, source, configuration, diagnostics, facts.problems);
    } catch (error) {
      return nothingOf(file, 'skipped', {
        file,
        line: 1,
        message: internalError('the check of this file', error),
      });
    }
  }

  /** The facts of a file that another imports. */
  #factsOf(file: string): FileFacts | undefined {
    const source = this.#sources.get(file);
    try {
      return source.kind === 'text' ? source.facts() : undefined;
    } catch {
      // The check of that file reports it.
      return undefined;
    }
  }

  /**
   * The updates of shared state that a file's entry points make, guarded or not.
   * @param file absolute path
   * @returns none for a file that cannot be read or that no language is known for
   * @throws ConfigurationError
   */
  async updates(file: string): Promise<Update[]> {
    this.#lookAgain();
    const configuration = this.configurationOf(file);
    const libraries = this.#librariesOf(configuration);
    await prepareFrontends([file]);
    const source = this.#sources.get(file);
    const facts = source.kind === 'text' ? source.facts() : undefined;
    if (facts === undefined) return [];
    const deployment = this.#override(configuration, await this.#deployments.of(file, libraries));
    return updatesOf(facts, { libraries, deployment, program: this.#program });
  }

  /** Makes {@link fixes} ready for diagnostics that another project has found; after a check, it is for those found in it. */
  async prepareFixes(diagnostics: Iterable<Diagnostic>): Promise<void> {
    for (const { fixes } of diagnostics) for (const request of fixes) await prepareFixes(fileOf(request));
  }

  /**
   * Writes the fixes of a diagnostic for its file's present text.
   * @returns those that can be written; none when the file is gone
   */
  fixes(diagnostic: Diagnostic): Fix[] {
    this.#lookAgain();
    return diagnostic.fixes.flatMap((request) => {
      const source = this.#sources.get(fileOf(request));
      if (source.kind !== 'text') return [];
      try {
        return writeFix(request, source.text) ?? [];
      } catch {
        // A fix that cannot be written is none; the finding stands without it.
        return [];
      }
    });
  }

  /** The text that a file is checked with; undefined when it cannot be read. */
  textOf(file: string): string | undefined {
    const source = this.#sources.get(file);
    return source.kind === 'text' ? source.text : undefined;
  }

  /** Whether the file starts with a byte order mark, which {@link textOf} leaves out. */
  hasByteOrderMark(file: string): boolean {
    const source = this.#sources.get(file);
    return source.kind === 'text' && source.byteOrderMark;
  }

  /** The configuration in force for a file.
   * @throws ConfigurationError
   */
  configurationOf(file: string): Configuration {
    const found = this.options.configurationFile ?? this.#configurationFileOf(path.dirname(file));
    if (found === undefined) return this.#default;
    const known = this.#configurations.get(found);
    if (known !== undefined) return known;
    const configuration = this.#readConfiguration(found);
    this.#configurations.set(found, configuration);
    return configuration;
  }

  #readConfiguration(file: string): Configuration {
    try {
      const configuration = this.#withSettings(readConfiguration(file));
      this.#lastGood.set(file, configuration);
      return configuration;
    } catch (error) {
      if (!(error instanceof ConfigurationError) || this.options.onConfigurationError === undefined)
        throw error;
      this.options.onConfigurationError(error);
      return this.#lastGood.get(file) ?? this.#default;
    }
  }

  #configurationFileOf(directory: string): string | undefined {
    if (!this.#configurationFiles.has(directory)) {
      this.#configurationFiles.set(directory, findConfigurationFile(directory));
    }
    return this.#configurationFiles.get(directory);
  }

  #forgetConfigurations(): void {
    // Their libraries decide what in the code counts as evidence.
    this.#deployments.clear();
    this.#configurationFiles.clear();
    this.#configurations.clear();
    this.#relevances.clear();
  }

  #withSettings(configuration: Configuration): Configuration {
    const { settings, directory } = this.options;
    if (settings === undefined) return configuration;
    const said = new Set(configuration.deployment.map((evidence) => evidence.dimension));
    const evidence = deploymentEvidence(settings.deployment ?? {}, directory, {
      name: 'the setting lockkit.deployment',
      file: settings.file,
      text: '',
    });
    return {
      ...configuration,
      rules: { ...settings.rules, ...configuration.rules },
      deployment: [...configuration.deployment, ...evidence.filter(({ dimension }) => !said.has(dimension))],
    };
  }

  #librariesOf(configuration: Configuration): readonly LibraryModel[] {
    let models = this.#libraries.get(configuration);
    if (models === undefined) {
      models = loadLibraries(configuration.libraries).models;
      this.#libraries.set(configuration, models);
    }
    return models;
  }

  /** What the configuration says of a dimension stands in place of all other evidence for it. */
  #override(configuration: Configuration, deployment: Deployment): Deployment {
    if (configuration.deployment.length === 0) return deployment;
    let known = this.#overridden.get(configuration);
    if (known === undefined) this.#overridden.set(configuration, (known = new WeakMap()));
    let overridden = known.get(deployment);
    if (overridden === undefined) {
      const said = new Set(configuration.deployment.map((evidence) => evidence.dimension));
      const rest = deployment.evidence.filter((evidence) => !said.has(evidence.dimension));
      overridden = { evidence: [...configuration.deployment, ...rest] };
      known.set(deployment, overridden);
    }
    return overridden;
  }
}

/** A digest of what decides about a file besides its text; all else is in the program itself. */
function settingOf({ rules, libraries }: Configuration, deployment: Deployment | undefined): string {
  return digestOf(rules, libraries, deployment === undefined ? null : digestOfConstant(deployment));
}

function reportOf(
  file: string,
  source: Source,
  configuration: Configuration,
  diagnostics: readonly Diagnostic[],
  problems: readonly SyntaxProblem[] = [],
): FileReport {
  const { kept, suppressed, unused } = applySuppressions(
    readSuppressions(source.text, source.lineStarts),
    diagnostics,
    (rule) => configuration.rules[rule] === 'off',
  );
  return {
    file,
    state: 'checked',
    diagnostics: kept,
    problems: syntaxProblem(file, source, problems),
    suppressed,
    unusedSuppressions: unused,
  };
}

function nothingOf(file: string, state: FileReport['state'], problem: Problem): FileReport {
  return { file, state, diagnostics: [], problems: [problem], suppressed: 0, unusedSuppressions: [] };
}

/** One line a file: the first problem, and how many more there are. */
function syntaxProblem(file: string, source: Source, problems: readonly SyntaxProblem[]): Problem[] {
  const first = problems[0];
  if (first === undefined) return [];
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  const { line } = positionAt(source.lineStarts, first.range.start);
  return [
    {
      file,
      line,
      message: `syntax error: ${first.message.replace(/\.$/, '')}${more}; the rest of the file is checked`,
    },
  ];
}

/** One line for an error that is Lockkit's own. */
export function internalError(what: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `internal error in ${what}: ${message.split('\n', 1)[0] ?? ''}; please report it, with the file if you can`;
}
