import path from 'node:path';
import type { Deployment } from '../model/deployment.js';
import type { Problem } from '../model/diagnostics.js';
import type { FileFacts } from '../model/facts.js';
import type { LibraryModel } from '../model/library-model.js';
import { readCode } from './code/code.js';
import { withWorkerPrograms } from './code/worker-programs.js';
import { COMPOSE_FILE, Containers, DOCKERFILE } from './containers.js';
import { Layout, PACKAGE_FILES } from './layout.js';
import { readCompose } from './readers/compose.js';
import { readDockerfile } from './readers/dockerfile.js';
import { GUNICORN_FILE, readGunicornFile } from './readers/gunicorn-file.js';
import { HEAD_COMMENT, PROGRAM_FILE, readHeadComment } from './readers/head-comment.js';
import { HELM_VALUES, readHelmValues } from './readers/helm.js';
import { isKubernetes, readKubernetes } from './readers/kubernetes.js';
import { readPackageScripts } from './readers/package-scripts.js';
import { isPaste, readPaste } from './readers/paste.js';
import {
  isPlatformService,
  readFirebase,
  readHeroku,
  readNetlify,
  readPlatformService,
  readVercel,
} from './readers/platforms.js';
import { PM2_FILE, readPm2 } from './readers/pm2.js';
import { PROCFILE, readProcfile } from './readers/procfile.js';
import { isSam, readSam, readServerless, SERVERLESS_FILE } from './readers/serverless.js';
import { readShellScript, START_SCRIPT } from './readers/shell-script.js';
import { isSupervisor, readSupervisor } from './readers/supervisor.js';
import { readSystemd } from './readers/systemd.js';
import { isUwsgi, readUwsgiFile } from './readers/uwsgi-file.js';
import type { DeploymentSource, Reading } from './source.js';

export type { DeploymentSource } from './source.js';
export { PACKAGE_FILES } from './layout.js';

/** The base names (or globs over base names) of the files that {@link readDeployment} can read. */
export const DEPLOYMENT_FILES: readonly string[] = [
  ...PACKAGE_FILES,
  'tsconfig*.json',
  'ecosystem.*',
  'pm2.*',
  'process.json',
  'Procfile{,.*}',
  '{Docker,Container}file{,.*,-*,_*}',
  '*.{dockerfile,Dockerfile}',
  '*.{yml,yaml}',
  '*.{ini,conf}',
  '*.service',
  '*.sh',
  '*gunicorn*.py',
  'uwsgi*.{xml,json}',
  'serverless*.{json,js,cjs,mjs,ts}',
  'template.json',
  'vercel.json',
  'netlify.toml',
  'firebase.json',
  'app.json',
];

/** Matches a program whose head may hold a start command, so that {@link readDeployment} should be given its text. */
export function mayHaveStartCommand(source: DeploymentSource): boolean {
  return PROGRAM_FILE.test(source.file) && HEAD_COMMENT.test(source.text);
}

export interface DeploymentReading extends Deployment {
  /** Files that could not be read whole. What could be read of them is among the evidence. */
  readonly problems: readonly Problem[];
}

interface Surroundings {
  readonly layout: Layout;
  readonly containers: Containers;
  readonly sources: readonly DeploymentSource[];
}

interface Reader {
  /** Whether the reader is for a file, by its name or by what is in it. */
  readonly is: (source: DeploymentSource, name: string) => boolean;
  readonly read: (source: DeploymentSource, surroundings: Surroundings) => Reading;
}

/** A file is read by the first reader that it is for. */
const readers: readonly Reader[] = [
  {
    is: (_, name) => name === 'package.json',
    read: (source, { layout }) => readPackageScripts(source, layout),
  },
  { is: (_, name) => PM2_FILE.test(name), read: (source, { layout }) => readPm2(source, layout) },
  { is: (_, name) => PROCFILE.test(name), read: (source, { layout }) => readProcfile(source, layout) },
  {
    is: (_, name) => DOCKERFILE.test(name),
    read: (source, { layout, containers }) => readDockerfile(source, layout, containers),
  },
  {
    is: (_, name) => COMPOSE_FILE.test(name),
    read: (source, { layout, containers }) => readCompose(source, layout, containers),
  },
  {
    is: (_, name) => SERVERLESS_FILE.test(name),
    read: (source, { layout }) => readServerless(source, layout),
  },
  { is: isSam, read: (source, { layout }) => readSam(source, layout) },
  { is: isPlatformService, read: (source, { layout }) => readPlatformService(source, layout) },
  { is: isUwsgi, read: (source, { layout }) => readUwsgiFile(source, layout) },
  {
    is: isKubernetes,
    read: (source, { layout, containers, sources }) => readKubernetes(source, layout, containers, sources),
  },
  {
    is: (_, name) => HELM_VALUES.test(name),
    read: (source, { layout, containers }) => readHelmValues(source, layout, containers),
  },
  { is: isSupervisor, read: (source, { layout }) => readSupervisor(source, layout) },
  { is: isPaste, read: (source, { layout }) => readPaste(source, layout) },
  { is: (_, name) => name.endsWith('.service'), read: (source, { layout }) => readSystemd(source, layout) },
  {
    is: (_, name) => GUNICORN_FILE.test(name),
    read: (source, { layout }) => readGunicornFile(source, layout),
  },
  { is: (_, name) => START_SCRIPT.test(name), read: (source, { layout }) => readShellScript(source, layout) },
  { is: (_, name) => name === 'vercel.json', read: (source, { layout }) => readVercel(source, layout) },
  { is: (_, name) => name === 'netlify.toml', read: (source, { layout }) => readNetlify(source, layout) },
  { is: (_, name) => name === 'firebase.json', read: (source, { layout }) => readFirebase(source, layout) },
  { is: (_, name) => name === 'app.json', read: (source, { layout }) => readHeroku(source, layout) },
  { is: mayHaveStartCommand, read: (source, { layout }) => readHeadComment(source, layout) },
];

/**
 * Reads the evidence in deployment files and in the code itself (`cluster.fork()`, `new Worker()`). Never throws on
 * what a file says.
 * @param sources the files whose names match {@link DEPLOYMENT_FILES}; the `package.json` files and their like among them
 *   also tell which directories are packages. With them, the programs for which {@link mayHaveStartCommand} holds
 * @param facts files that may start processes or threads; others do no harm
 * @param libraries say which calls start more executions (`spawns`)
 * @param files the absolute paths of the project's other files, among which programs are looked for
 */
export function readDeployment(
  sources: readonly DeploymentSource[],
  facts: readonly FileFacts[],
  libraries: readonly LibraryModel[],
  files: readonly string[] = [],
): DeploymentReading {
  const ours = sources.filter(({ file }) => !file.split(path.sep).includes('node_modules'));
  const layout = new Layout(ours, [...files, ...facts.map(({ file }) => file)]);
  const surroundings = { layout, containers: new Containers(ours, layout), sources: ours };
  const readings = ours.flatMap((source) => {
    const name = path.basename(source.file);
    const reader = readers.find(({ is }) => is(source, name));
    return reader === undefined ? [] : [reader.read(source, surroundings)];
  });
  return {
    evidence: [
      ...readings.flatMap(({ evidence }) => evidence),
      ...facts.flatMap((file) => withWorkerPrograms(readCode(file, layout, libraries), file, facts, layout)),
    ],
    problems: readings.flatMap(({ problems }) => problems),
  };
}
