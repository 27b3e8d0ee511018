/** The thread of {@link checkInThreads}. */
import { parentPort, workerData } from 'node:worker_threads';
import { Project, type FileReport } from '../project/index.js';
import type { Share, ThreadWork } from './jobs.js';

void work(workerData as Share);

/** In a function, since the bundle is CommonJS, which has no top-level await. */
async function work(share: Share): Promise<void> {
  const project = new Project(share.options);
  project.belongTogether(share.directories);
  const reports: FileReport[] = [];
  for (const file of share.files) reports.push(await project.check(file));
  parentPort?.postMessage({
    reports,
    problems: project.deploymentProblems,
    kept: project.keptReports(share.files),
  } satisfies ThreadWork);
}
