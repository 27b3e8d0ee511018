/** Checks files in several threads; each has a project of its own. */
import { Worker } from 'node:worker_threads';
import type { FileReport, ProjectOptions, Selection } from '../project/index.js';

/** What a thread is given. */
export interface Share {
  readonly options: ProjectOptions;
  readonly directories: Selection['directories'];
  readonly files: readonly string[];
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
): Promise<FileReport[]> {
  const count = Math.min(jobs, files.length);
  // Neighbours go to different threads: large files often lie side by side.
  const shares = Array.from({ length: count }, (_, job) =>
    files.filter((__, index) => index % count === job),
  );
  const reports = await Promise.all(
    shares.map((share) => checkInThread({ options, directories, files: share })),
  );
  return reports.flat().sort((left, right) => (left.file < right.file ? -1 : 1));
}

function checkInThread(share: Share): Promise<FileReport[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./job.js', import.meta.url), { workerData: share });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`a thread of --jobs ended with code ${code} before it was done`));
    });
  });
}
