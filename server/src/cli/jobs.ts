/** Checks files in several threads; each has a project of its own. */
import { Worker } from 'node:worker_threads';
import type { Problem } from '../model/diagnostics.js';
import type { FileReport, ProjectOptions, Selection } from '../project/index.js';

/** What a thread is given. */
export interface Share {
  readonly options: ProjectOptions;
  readonly directories: Selection['directories'];
  readonly files: readonly string[];
}

/** Beside this module after the compiler; beside the CommonJS bundle that this module has become, a bundle of its own. */
const JOB = import.meta.url.endsWith('.cjs') ? './job.cjs' : './job.js';

/** What comes back. */
export interface Work {
  /** In the order of the files. */
  readonly reports: readonly FileReport[];
  /** What could not be read of deployment files. */
  readonly problems: readonly Problem[];
}

/**
 * @param jobs how many threads at most; each file is checked in one of them
 * @returns the reports, in the order of the files
 * @throws whatever a thread ends with
 */
export async function checkInThreads(
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
  const problems = new Map(
    work.flatMap((done) => done.problems).map((problem) => [JSON.stringify(problem), problem]),
  );
  return {
    reports: work.flatMap((done) => done.reports).sort((left, right) => (left.file < right.file ? -1 : 1)),
    problems: [...problems.values()],
  };
}

function checkInThread(share: Share): Promise<Work> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(JOB, import.meta.url), { workerData: share });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`a thread of --jobs ended with code ${code} before it was done`));
    });
  });
}
