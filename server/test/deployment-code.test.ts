import { describe, expect, test } from 'vitest';
import { DEPLOYMENT_FILES, readDeployment } from '../src/deployment/index.js';
import { frontendFor } from '../src/frontends/index.js';
import { models, pointedAt, told } from './deployment-support.js';

describe('code', () => {
  const perCpu = ['processes many: src/main.ts forks a process per CPU (cluster.fork)'];
  const cases: [string, string, string[]][] = [
    [
      'cluster, per CPU, forEach',
      "import cluster from 'node:cluster';\nimport os from 'node:os';\nos.cpus().forEach(() => cluster.fork());",
      perCpu,
    ],
    [
      'cluster, per CPU, for',
      "import cluster from 'cluster';\nimport { cpus } from 'os';\nconst n = cpus().length;\nif (cluster.isPrimary) { for (let i = 0; i < n; i++) cluster.fork(); }",
      perCpu,
    ],
    [
      'cluster, per CPU, for of',
      "import * as cluster from 'cluster';\nimport { cpus } from 'os';\nfor (const cpu of cpus()) cluster.fork({ cpu });",
      perCpu,
    ],
    [
      'cluster, per CPU, availableParallelism',
      "import { fork } from 'node:cluster';\nimport { availableParallelism } from 'node:os';\nArray.from({ length: availableParallelism() - 1 }, () => fork());",
      perCpu,
    ],
    [
      'cluster, in a function',
      "const cluster = require('cluster');\nconst os = require('os');\nconst count = Math.max(2, os.cpus().length);\nfunction start() { return cluster.fork(); }\nfor (let i = 0; i < count; i++) { start(); }\ncluster.on('exit', () => start());",
      perCpu,
    ],
    [
      'cluster, in an arrow',
      "const cluster = require('node:cluster');\nconst start = () => { cluster.fork(); };\nfor (let i = 0; i < 4; i++) start();",
      ['processes many 4: src/main.ts forks 4 processes (cluster.fork)'],
    ],
    [
      'cluster, destructured',
      "const { fork, isPrimary } = require('cluster');\nif (isPrimary) { fork(); fork(); }",
      ['processes many: src/main.ts forks a process (cluster.fork)'],
    ],
    [
      'cluster, once',
      "import cluster from 'node:cluster';\nif (cluster.isPrimary) cluster.fork();",
      ['processes many: src/main.ts forks a process (cluster.fork)'],
    ],
    [
      'cluster, while',
      "import cluster from 'node:cluster';\nlet n = Number(process.env.N);\nwhile (n-- > 0) cluster.fork();",
      ['processes many: src/main.ts forks processes (cluster.fork)'],
    ],
    [
      'cluster, loaded later',
      "export async function start() {\n  const { default: cluster } = await import('node:cluster');\n  cluster.fork();\n}",
      ['processes many: src/main.ts forks a process (cluster.fork)'],
    ],
    [
      'a worker',
      "import { Worker } from 'node:worker_threads';\nnew Worker(new URL('./worker.js', import.meta.url));",
      ['threads many: src/main.ts starts a worker thread (new Worker) [src/worker.js]'],
    ],
    [
      'workers',
      "import { Worker } from 'worker_threads';\nfor (let i = 0; i < 4; i++) new Worker(new URL('./worker.js', import.meta.url), { workerData: i });",
      ['threads many 4: src/main.ts starts 4 worker threads (new Worker) [src/worker.js]'],
    ],
    [
      'workers of this file',
      "const { Worker, isMainThread } = require('worker_threads');\nif (isMainThread) [1, 2].map((id) => new Worker(__filename, { workerData: id }));",
      ['threads many 2: src/main.ts starts 2 worker threads (new Worker) [src/main.ts]'],
    ],
    [
      'workers by a path',
      "const threads = require('worker_threads');\nconst path = require('path');\nconst file = path.join(__dirname, 'lib', 'worker.js');\nconst pool = Array.from({ length: 3 }, () => new threads.Worker(file));",
      ['threads many 3: src/main.ts starts 3 worker threads (new Worker) [src/lib/worker.js]'],
    ],
    [
      'workers, as many as there are processors',
      "import * as wt from 'node:worker_threads';\nimport os from 'node:os';\nclass Pool { constructor() { for (let i = 0; i < os.availableParallelism(); i++) new wt.Worker(new URL('./worker.js', import.meta.url)); } }",
      ['threads many: src/main.ts starts a worker thread per CPU (new Worker) [src/worker.js]'],
    ],
    [
      'child processes in a loop',
      "import { fork } from 'node:child_process';\nfor (let i = 0; i < 2; i++) fork(new URL('./child.js', import.meta.url));",
      ['processes many 2: src/main.ts forks 2 processes (child_process.fork) [src/child.js]'],
    ],
    [
      'child processes, twice',
      "const { fork } = require('child_process');\nfork(`${__dirname}/child.js`);\nfork(__dirname + '/child.js');",
      ['processes many: src/main.ts forks processes (child_process.fork) [src/child.js]'],
    ],
    [
      'a child process of this file',
      "import { fork } from 'node:child_process';\nimport { fileURLToPath } from 'node:url';\nif (process.argv[2] === undefined) fork(fileURLToPath(import.meta.url), ['child']);",
      ['processes many: src/main.ts forks a process (child_process.fork) [src/main.ts]'],
    ],
  ];
  test.each(cases)('%s', (_name, text, expected) => {
    expect(told({ 'src/main.ts': text })).toEqual(expected);
  });

  const pool =
    "import { Worker } from 'node:worker_threads';\nexport const start = (script: string) => new Worker(script);";
  test.each([
    "import { parentPort } from 'node:worker_threads';\nparentPort?.postMessage('ready');",
    "const { workerData } = require('worker_threads');\nconsole.log(workerData);",
    "const threads = require('worker_threads');\nthreads.parentPort.postMessage('ready');",
  ])('a worker whose path is not known is what speaks to the thread that started it', (text) => {
    const besides = { 'src/main.ts': pool, 'src/store.ts': 'export let total = 0;' };
    expect(told({ ...besides, 'src/worker.ts': text })).toEqual([
      'threads many: src/main.ts starts a worker thread (new Worker) [src/worker.ts]',
    ]);
    expect(told({ ...besides, 'test/worker.ts': text })).toEqual([]);
  });

  test.each([
    ['a worker thread of which nothing is in the project', pool],
    [
      'a child process of another program',
      "import { fork } from 'node:child_process';\nfork('./child.js');\nfork('./other.js');",
    ],
    [
      'child processes of programs that are not known',
      "import { fork } from 'node:child_process';\nfor (const script of process.argv) fork(script);",
    ],
    [
      'other child processes',
      "import { exec, spawn } from 'node:child_process';\nfor (const name of names) spawn('git', [name]);",
    ],
    ['a Worker of the web', "new Worker('./worker.js');"],
    ["somebody's own Worker", "import { Worker } from './worker.js';\nnew Worker('./worker.js');"],
    ['a queue worker', "import { Worker } from 'bullmq';\nnew Worker('mails', async () => {});"],
    [
      'the question who one is',
      "import cluster from 'node:cluster';\nif (cluster.isPrimary) console.log(cluster.workers);",
    ],
    [
      'a fork of something else',
      "import cluster from 'node:cluster';\nconst repository = { fork() {} };\nrepository.fork(cluster);",
    ],
    ['types', "import type { Worker } from 'node:worker_threads';\nexport const workers: Worker[] = [];"],
  ])('silent about %s', (_name, text) => {
    expect(told({ 'src/main.ts': text })).toEqual([]);
  });

  test.each([
    'src/main.test.ts',
    'src/main.spec.js',
    'test/main.ts',
    'src/__tests__/main.ts',
    'tests/helpers/main.ts',
  ])('silent about the tests in %s', (file) => {
    expect(told({ [file]: "import cluster from 'node:cluster';\ncluster.fork();" })).toEqual([]);
  });

  test('the package that the code is in is the root, and the nearest one', () => {
    const text = "import cluster from 'node:cluster';\ncluster.fork();";
    expect(told({ 'packages/api/package.json': '{}', 'packages/api/src/a.ts': text })).toEqual([
      'processes many: packages/api/src/a.ts forks a process (cluster.fork) in packages/api',
    ]);
  });

  test('points at the call', () => {
    const text =
      "import cluster from 'node:cluster';\n\nfor (const x of [1, 2]) {\n  cluster.fork({ x });\n}\n";
    expect(pointedAt({ 'src/main.ts': text })).toEqual(['4:3-4:22 cluster.fork({ x })']);
  });

  test("a project's own library that spawns", () => {
    const facts = frontendFor('a.ts')?.parse(
      '/p/a.ts',
      "import { serve } from '@acme/serve';\nserve(() => {});",
    );
    const acme = {
      library: 'acme',
      modules: ['@acme/serve'],
      exports: { serve: { call: { spawns: { dimension: 'processes', text: 'serve' } } } },
    } as const;
    expect(readDeployment([], facts === undefined ? [] : [facts], [acme]).evidence).toMatchObject([
      { dimension: 'processes', says: 'many', text: 'a.ts forks a process (serve)', root: '/p' },
    ]);
  });
});

test('nothing is told of nothing', () => {
  expect(readDeployment([], [], models)).toEqual({ evidence: [], problems: [] });
  expect(DEPLOYMENT_FILES).toContain('package.json');
});
