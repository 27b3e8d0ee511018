/** The thread of {@link checkInThreads}. */
import { parentPort, workerData } from 'node:worker_threads';
import { Project, type FileReport } from '../project/index.js';
import type { Share } from './jobs.js';

const share = workerData as Share;
const project = new Project(share.options);
project.belongTogether(share.directories);
const reports: FileReport[] = [];
for (const file of share.files) reports.push(await project.check(file));
parentPort?.postMessage(reports);
