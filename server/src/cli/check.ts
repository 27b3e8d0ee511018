import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { isatty } from 'node:tty';
import type { Diagnostic, Level, Problem } from '../model/diagnostics.js';
import {
  ConfigurationError,
  isAtLeast,
  Project,
  type FileReport,
  type ProjectOptions,
  type Selection,
} from '../project/index.js';
import { applyBaseline, writeBaseline } from './baseline.js';
import { fixAll, NO_FIXING } from './fix.js';
import { EXIT_COULD_NOT_RUN, EXIT_FOUND, EXIT_NOTHING_FOUND, UsageError } from './exit-codes.js';
import { cacheFileOf } from './cache-file.js';
import { checkInThreads, jobsFor, type Work } from './jobs.js';
import type { Format } from './output/formats.js';
import { formatGitHub } from './output/github.js';
import { formatJson } from './output/json.js';
import { relativeTo, type Outcome } from './output/outcome.js';
import { formatSarif } from './output/sarif.js';
import { formatProblems, formatText } from './output/text.js';

export interface CheckFlags {
  readonly format: Format;
  readonly fix: boolean;
  readonly dryRun: boolean;
  readonly level: Level;
  readonly config?: string;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly stdinFilename?: string;
  /** Undefined to leave it to the number of files and cores. */
  readonly jobs?: number;
  readonly cache: boolean;
  readonly cacheDir?: string;
  readonly quiet: boolean;
}

/**
 * Checks files and prints what is found.
 * @param paths relative to the working directory
 * @returns the exit code
 * @throws UsageError when it cannot run at all
 */
export async function check(paths: readonly string[], flags: CheckFlags): Promise<number> {
  const directory = process.cwd();
  refuseContradictions(paths, flags);
  const options: ProjectOptions = {
    directory,
    snapshot: true,
    ...(flags.config === undefined ? {} : { configurationFile: path.resolve(flags.config) }),
    ...(flags.cache && flags.stdinFilename === undefined
      ? { cacheFile: cacheFileOf(directory, flags.cacheDir) }
      : {}),
  };
  try {
    return await checkWith(new Project(options), options, paths, flags);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UsageError(`${relativeTo(directory, error.file)}:${error.line}: ${error.reason}`);
  }
}

function refuseContradictions(paths: readonly string[], flags: CheckFlags): void {
  if (flags.stdinFilename !== undefined) {
    if (flags.fix) throw new UsageError('--fix has no file to write with --stdin-filename');
    if (paths.length > 1 || (paths.length === 1 && paths[0] !== '.')) {
      throw new UsageError('--stdin-filename checks standard input; leave the paths out');
    }
  }
  if (flags.baseline !== undefined && flags.writeBaseline !== undefined) {
    throw new UsageError('--baseline and --write-baseline exclude each other');
  }
  if (flags.dryRun && !flags.fix) throw new UsageError('--dry-run shows what --fix would do; name both');
  if (flags.dryRun && flags.format !== 'text')
    throw new UsageError('--dry-run prints a diff; leave --format out');
  if (flags.fix && flags.writeBaseline !== undefined) {
    throw new UsageError('--fix and --write-baseline exclude each other; fix first');
  }
}

async function checkWith(
  project: Project,
  options: ProjectOptions,
  paths: readonly string[],
  flags: CheckFlags,
): Promise<number> {
  const { directory } = project;
  // A configuration that cannot be used is an error even where no file needs it.
  project.configurationOf(path.join(directory, 'file'));
  const selection =
    flags.stdinFilename === undefined
      ? await project.select(paths)
      : await readStdin(project, flags.stdinFilename);
  const fixing = flags.fix ? await fixAll(project, selection.files, flags.level, flags.dryRun) : NO_FIXING;
  const { reports, problems } = await checkFiles(project, options, selection, flags);
  const unkept = project.saveReports();
  const atLevel = reports.flatMap((report) =>
    report.diagnostics.filter((diagnostic) => isAtLeast(diagnostic.level, flags.level)),
  );
  if (flags.writeBaseline !== undefined) {
    writeBaseline(path.resolve(flags.writeBaseline), atLevel);
  }
  const { shown, stale } = withoutKnown(flags, atLevel, reports);
  await project.prepareFixes(shown);
  const outcome: Outcome = {
    directory,
    findings: shown.map((diagnostic) => ({ diagnostic, fixes: project.fixes(diagnostic) })),
    problems: [
      ...selection.problems,
      ...problems,
      ...fixing.problems,
      ...fixing.notes,
      ...reports.flatMap((report) => report.problems),
      ...reports.flatMap((report) =>
        report.unusedSuppressions.map(({ line, message }) => ({ file: report.file, line, message })),
      ),
      ...stale,
      ...unkeptProblem(unkept, flags.cacheDir),
    ],
    files: reports.length,
    fixed: fixing.fixed,
    suppressed: reports.reduce((sum, report) => sum + report.suppressed, 0),
    inBaseline: atLevel.length - shown.length,
    textOf: (file) => project.textOf(file),
  };
  if (fixing.diff === undefined) print(outcome, flags);
  else {
    process.stderr.write(formatProblems(outcome));
    process.stdout.write(fixing.diff);
  }
  const unreadable =
    selection.problems.length + reports.filter((report) => report.state === 'unreadable').length;
  if (unreadable + fixing.problems.length > 0) return EXIT_COULD_NOT_RUN;
  return shown.length > 0 ? EXIT_FOUND : EXIT_NOTHING_FOUND;
}

async function readStdin(project: Project, name: string): Promise<Selection> {
  const file = path.resolve(name);
  if (!project.isSource(file))
    throw new UsageError(`--stdin-filename ${name}: Lockkit does not read such files`);
  project.setOverlay(file, (await readAll(process.stdin)).replace(/^\uFEFF/, ''));
  return { files: [file], directories: [], problems: [] };
}

/** What an earlier run has found still holds for most files, mostly; the others are shared among threads if they are many. */
async function checkFiles(
  project: Project,
  options: ProjectOptions,
  selection: Selection,
  flags: CheckFlags,
): Promise<Work> {
  const recalled = new Map<string, FileReport>();
  for (const file of selection.files) {
    const report = await project.recall(file);
    if (report !== undefined) recalled.set(file, report);
  }
  const files = selection.files.filter((file) => !recalled.has(file));
  const jobs = flags.jobs ?? jobsFor(files);
  const { reports, problems } =
    jobs > 0 && files.length > 0 && flags.stdinFilename === undefined
      ? await checkInThreads(project, options, { ...selection, files }, jobs)
      : await checkHere(project, files);
  const found = new Map([...recalled, ...reports.map((report) => [report.file, report] as const)]);
  return { reports: selection.files.flatMap((file) => found.get(file) ?? []), problems };
}

async function checkHere(project: Project, files: readonly string[]): Promise<Work> {
  const reports: FileReport[] = [];
  for (const file of files) reports.push(await project.check(file));
  return { reports, problems: project.deploymentProblems };
}

/** That the default place cannot be written to is no fault of the user's; that their own cannot, they want to know. */
function unkeptProblem(reason: string | undefined, cacheDir: string | undefined): Problem[] {
  if (reason === undefined || cacheDir === undefined) return [];
  return [{ file: path.resolve(cacheDir), line: 1, message: `reports cannot be kept here: ${reason}` }];
}

function withoutKnown(
  flags: CheckFlags,
  diagnostics: readonly Diagnostic[],
  reports: readonly FileReport[],
): { shown: Diagnostic[]; stale: Problem[] } {
  if (flags.writeBaseline !== undefined) return { shown: [], stale: [] };
  if (flags.baseline === undefined) return { shown: [...diagnostics], stale: [] };
  const files = reports.map((report) => report.file);
  const { fresh, problems } = applyBaseline(path.resolve(flags.baseline), diagnostics, files);
  return { shown: diagnostics.filter((diagnostic) => fresh.has(diagnostic)), stale: problems };
}

function print(outcome: Outcome, flags: CheckFlags): void {
  const problems = flags.quiet ? { ...outcome, problems: [] } : outcome;
  switch (flags.format) {
    case 'text':
      process.stderr.write(formatProblems(problems));
      process.stdout.write(formatText(outcome, { colors: useColors(), quiet: flags.quiet }));
      break;
    case 'json':
      process.stdout.write(formatJson(outcome));
      break;
    case 'sarif':
      process.stdout.write(formatSarif(outcome));
      break;
    case 'github':
      process.stdout.write(formatGitHub(problems));
      break;
  }
}

/** On a terminal only, and not where the user asks for none (https://no-color.org). */
function useColors(): boolean {
  return isatty(1) && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb';
}
