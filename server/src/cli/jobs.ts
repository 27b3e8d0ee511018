/** Checks files in several threads; each has a project of its own. */
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Problem } from '../model/diagnostics.js';
import type { FileReport, KeptReport, Project, ProjectOptions, Selection } from '../project/index.js';

/** What a thread is given. */
export interface Share {
  readonly options: ProjectOptions;
  readonly directories: Selection['directories'];
  readonly files: readonly string[];
}

/** Beside this module after the compiler; beside the CommonJS bundle that this module has become, a bundle of its own. */
const JOB = import.meta.url.endsWith('.cjs') ? './job.cjs' : './job.js';

/** With fewer files than this for each, a thread costs more than it saves. */
const FILES_PER_THREAD = 100;
/** The analysis makes many objects that are soon forgotten: with the usual 48 MB, a third of its time goes to looking through them. */
const YOUNG_GENERATION_MB = 192;

/** How many threads it takes, besides the one that starts them: none for a few files. */
export function jobsFor(files: readonly string[]): number {
  return Math.min(os.availableParallelism(), Math.floor(files.length / FILES_PER_THREAD));
}

/** What comes back. */
export interface Work {
  /** In the order of the files. */
  readonly reports: readonly FileReport[];
  /** What could not be read of deployment files. */
  readonly problems: readonly Problem[];
}

/** What a thread sends back. */
export interface ThreadWork extends Work {
  readonly kept: readonly [file: string, kept: KeptReport][];
}

/**
 * @param project is given what the threads have found, to be kept for later runs
 * @param jobs how many threads at most; each file is checked in one of them
 * @returns the reports, in the order of the files
 * @throws whatever a thread ends with
 */
export async function checkInThreads(
  project: Project,
  options: ProjectOptions,
  { files, directories }: Selection,
  jobs: number,
): Promise<Work> {
  const count = Math.min(jobs, files.length);
  // Neighbours go to different threads: large files often lie side by side.
  const shares = Array.from({ length: count }, (_, job) =>
    files.filter((__, index) => index % count === job),
  );
  const work = await Promise.all(
    shares.map((share) => checkInThread({ options, directories, files: share })),
  );
  for (const { kept } of work) project.keepReports(kept);
  const problems = new Map(
    [...project.deploymentProblems, ...work.flatMap((done) => done.problems)].map((problem) => [
      JSON.stringify(problem),
      problem,
    ]),
  );
  return {
    reports: work.flatMap((done) => done.reports).sort((left, right) => (left.file < right.file ? -1 : 1)),
    problems: [...problems.values()],
  };
}

function checkInThread(share: Share): Promise<ThreadWork> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(JOB, import.meta.url), {
      workerData: share,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`a thread of --jobs ended with code ${code} before it was done`));
    });
  });
}
