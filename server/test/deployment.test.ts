import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEPLOYMENT_FILES, readDeployment, type DeploymentSource } from '../src/deployment/index.js';
import { frontendFor } from '../src/frontends/index.js';
import { loadLibraries } from '../src/libraries/index.js';
import type { FileFacts } from '../src/model/facts.js';

const { models } = loadLibraries();

/** Reads a project given as texts by their paths under `/p`; a `package.json` stands beside it unless it is given. */
function read(files: Record<string, string>, withPackage = true) {
  const all = withPackage ? { 'package.json': '{}', ...files } : files;
  const sources: DeploymentSource[] = [];
  const facts: FileFacts[] = [];
  for (const [name, text] of Object.entries(all)) {
    const file = path.join('/p', name);
    const frontend = frontendFor(file);
    if (/(^|\/)(package\.json|ecosystem\.[^/]*|pm2\.[^/]*|process\.[^/]*)$/.test(name))
      sources.push({ file, text });
    else if (frontend !== undefined) facts.push(frontend.parse(file, text));
  }
  return readDeployment(sources, facts, models);
}

/** The evidence in one line each: dimension, says, count, text, program and root relative to `/p`. */
function told(files: Record<string, string>, withPackage = true): string[] {
  return read(files, withPackage).evidence.map(
    ({ dimension, says, count, text, program, root }) =>
      `${dimension} ${says}${count === undefined ? '' : ` ${count}`}: ${text}` +
      (program === undefined ? '' : ` [${path.relative('/p', program)}]`) +
      (root === '/p' ? '' : ` in ${path.relative('/p', root)}`),
  );
}

/** The text that a piece of evidence points at, and the place in lines and columns. */
function pointedAt(files: Record<string, string>): string[] {
  return read(files).evidence.map(({ place }) => {
    const text = files[path.relative('/p', place.file)] ?? '';
    return `${place.line}:${place.column}-${place.endLine}:${place.endColumn} ${text.slice(place.start, place.end)}`;
  });
}

describe('PM2 configuration', () => {
  const app = (instances: string): string => `{ script: 'server.js', ${instances} }`;
  const cases: [string, string, string[]][] = [
    [
      'a number',
      app('instances: 4'),
      ['processes many 4: ecosystem.config.cjs runs 4 instances of server.js [server.js]'],
    ],
    [
      'a number as text',
      app("instances: '2'"),
      ['processes many 2: ecosystem.config.cjs runs 2 instances of server.js [server.js]'],
    ],
    [
      'max',
      app("instances: 'max', exec_mode: 'cluster'"),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'zero is max',
      app('instances: 0'),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'all but one',
      app('instances: -1'),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'one',
      app('instances: 1'),
      ['processes one 1: ecosystem.config.cjs runs 1 instance of server.js [server.js]'],
    ],
    ['not said', app("exec_mode: 'cluster'"), []],
    ['of the environment alone', app('instances: process.env.INSTANCES'), []],
    [
      'of the environment, with a default',
      app('instances: process.env.INSTANCES || 4'),
      ['processes many 4: ecosystem.config.cjs runs 4 instances of server.js [server.js]'],
    ],
    [
      'a number of text',
      app("instances: Number(process.env.N ?? '3')"),
      ['processes many 3: ecosystem.config.cjs runs 3 instances of server.js [server.js]'],
    ],
    [
      'by condition',
      app("instances: process.env.NODE_ENV === 'production' ? 'max' : 1"),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'processors',
      app("instances: require('os').cpus().length - 1"),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'at least two',
      app('instances: Math.max(2, os.availableParallelism())'),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'a command that is no file',
      "{ script: 'npm', args: 'start', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of npm'],
    ],
    [
      'a program of a package',
      "{ script: './node_modules/.bin/next.js', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of ./node_modules/.bin/next.js'],
    ],
    [
      'a folder of its own',
      "{ script: 'main.js', cwd: './api', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of api/main.js [api/main.js] in api'],
    ],
    [
      'a folder by __dirname',
      "{ script: 'main.js', cwd: __dirname + '/api', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of api/main.js [api/main.js] in api'],
    ],
    [
      'a folder on the server',
      "{ script: 'main.js', cwd: '/srv/app', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of main.js [main.js]'],
    ],
    [
      'a Python program',
      "{ script: 'app.py', interpreter: 'python3', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of app.py [app.py]'],
    ],
    [
      'a program twice',
      "{ name: 'a', script: 'w.js' }, { name: 'b', script: './w.js', instances: 1 }",
      ['processes many 2: ecosystem.config.cjs runs w.js 2 times [w.js]'],
    ],
    [
      'a program twice, on two ports',
      "{ script: 'w.js', args: '--port 1' }, { script: 'w.js', args: ['--port', '2'] }",
      ['processes many 2: ecosystem.config.cjs runs w.js 2 times [w.js]'],
    ],
    [
      'a program twice, for two things',
      "{ script: 'w.js', args: 'mail' }, { script: 'w.js', args: 'bills' }",
      [],
    ],
    ['two programs', "{ script: 'a.js' }, { script: 'b.js' }", []],
    [
      'two programs, one of them many',
      "{ script: 'a.js', instances: 3 }, { script: 'b.js', instances: 1 }",
      [
        'processes many 3: ecosystem.config.cjs runs 3 instances of a.js [a.js]',
        'processes one 1: ecosystem.config.cjs runs 1 instance of b.js [b.js]',
      ],
    ],
    ['no program', '{ instances: 4 }', []],
  ];
  test.each(cases)('%s', (_name, apps, expected) => {
    expect(told({ 'ecosystem.config.cjs': `module.exports = { apps: [${apps}] };` })).toEqual(expected);
  });

  const four = (name: string): string[] => [
    `processes many 4: ${name} runs 4 instances of server.js [server.js]`,
  ];
  test.each([
    [
      'ecosystem.config.js',
      "const apps = [{ script: 'server.js', instances: 4 }];\nmodule.exports = { apps };",
    ],
    [
      'ecosystem.config.js',
      "const base = { instances: 4 };\nmodule.exports = { apps: [{ ...base, script: 'server.js' }] };",
    ],
    ['ecosystem.config.js', "exports.apps = [{ script: 'server.js', instances: 4 }];"],
    ['ecosystem.config.js', "module.exports.apps = [{ script: 'server.js', instances: 4 }];"],
    [
      'ecosystem.config.js',
      "const N = 4;\nconst config = { apps: { script: `${'server'}.js`, instances: N } };\nmodule.exports = config;",
    ],
    ['ecosystem.config.mjs', "export default { apps: [{ script: 'server.js', instances: 4 }] };"],
    ['ecosystem.config.mjs', "export const apps = [{ script: 'server.js', instances: 4 }];"],
    [
      'ecosystem.config.ts',
      "export default { apps: [{ script: 'server.js', instances: 4 }] } satisfies Config;",
    ],
    ['pm2.config.js', "module.exports = [{ script: 'server.js', instances: 4 }];"],
    ['pm2.config.cjs', "module.exports = { script: 'server.js', instances: 4 };"],
    ['ecosystem.json', '{ "apps": [{ "script": "./server.js", "instances": 4 }] }'],
    ['pm2.json', '// for the server\n{ "apps": [{ "script": "server.js", "instances": 4, }] /* one */ }'],
    ['process.json', '{ "pm2": [{ "script": "server.js", "instances": "4" }] }'],
    ['ecosystem.config.yml', 'apps:\n  - script: server.js\n    instances: 4\n    exec_mode: cluster\n'],
    ['pm2.yaml', 'base: &base\n  instances: 4\napps:\n  - <<: *base\n    script: ./server.js\n'],
    ['process.yml', 'apps: [{ script: server.js, instances: "4" }]'],
  ])('the same in %s', (name, text) => {
    expect(told({ [name]: text })).toEqual(four(name));
  });

  test.each([
    [
      'ecosystem.config.cjs',
      "module.exports = {\n  apps: [{\n    script: 'a.js',\n    instances: 4,\n  }],\n};",
      '4:5-4:17 instances: 4',
    ],
    ['pm2.json', '{"apps":[{"script":"a.js","instances":"max"}]}', '1:27-1:44 "instances":"max"'],
    [
      'ecosystem.config.yml',
      'apps:\r\n  - script: a.js\r\n    instances: 4  # all\r\n',
      '3:5-3:17 instances: 4',
    ],
    [
      'package.json',
      '{\n  "scripts": {\n    "start": "pm2 start a.js -i 2"\n  }\n}',
      '3:14-3:35 "pm2 start a.js -i 2"',
    ],
  ])('points at the words in %s', (name, text, expected) => {
    expect(pointedAt({ [name]: text })).toEqual([expected]);
  });

  test('a configuration in a folder without a package speaks of the package around it', () => {
    const text = "module.exports = { apps: [{ script: '../server.js', instances: 2 }] };";
    expect(told({ 'deploy/ecosystem.config.js': text })).toEqual([
      'processes many 2: deploy/ecosystem.config.js runs 2 instances of server.js [server.js]',
    ]);
  });

  test('a program in a package below speaks of that package', () => {
    const text = "module.exports = { apps: [{ script: 'packages/api/main.js', instances: 2 }] };";
    expect(told({ 'packages/api/package.json': '{}', 'ecosystem.config.js': text })).toEqual([
      'processes many 2: ecosystem.config.js runs 2 instances of packages/api/main.js [packages/api/main.js] in packages/api',
    ]);
  });

  test.each([
    [
      'in a test folder',
      { 'test/ecosystem.config.js': "module.exports = { apps: [{ script: 'a.js', instances: 4 }] };" },
    ],
    [
      'of a package that is used',
      {
        'node_modules/x/ecosystem.config.js':
          "module.exports = { apps: [{ script: 'a.js', instances: 4 }] };",
      },
    ],
    [
      'of another kind',
      {
        'process.json': '{ "steps": [1, 2, 3] }',
        'pm2.js': 'console.log(4)',
        'ecosystem.md': '# instances: 4',
      },
    ],
    ['empty', { 'pm2.json': '', 'ecosystem.config.js': '', 'process.yml': '' }],
    [
      'in a circle',
      {
        'ecosystem.config.js':
          'const a = b; const b = a; module.exports = { apps: [{ script: "a.js", instances: a }] };',
      },
    ],
  ])('silent about files %s', (_name, files) => {
    expect(told(files)).toEqual([]);
  });
});

describe('files that cannot be read whole', () => {
  test.each([
    ['package.json', '{\n  "scripts": {\n    "start": "pm2 start a.js -i 4"\n', 3],
    ['ecosystem.config.js', "module.exports = {\n  apps: [{ script: 'a.js', instances: 4 }\n};", 1],
    ['pm2.json', '{ "apps": [ { "script": "a.js", "instances": 4 ', 1],
    ['process.yml', 'apps:\n  - script: a.js\n    instances: 4\n  bad: [\n', 1],
  ])('%s: a problem with a line, and what could be read', (name, text, least) => {
    const { problems, evidence } = read({ [name]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.file).toBe(`/p/${name}`);
    expect(problems[0]?.line).toBeGreaterThanOrEqual(least);
    expect(problems[0]?.message).toMatch(
      /^(is not valid JSON|cannot be read whole as a PM2 configuration): .*; correct the file/,
    );
    expect(evidence.every(({ says }) => says === 'many')).toBe(true);
  });

  test('no problem in what is whole', () => {
    expect(read({ 'pm2.json': '{}', 'ecosystem.config.js': 'module.exports = {}' }).problems).toEqual([]);
  });
});

describe('scripts of package.json', () => {
  const many = (text: string, count?: number): string[] => [
    `processes many${count === undefined ? '' : ` ${count}`}: the script "start" of package.json ${text}`,
  ];
  const cases: [string, Record<string, string>, string[]][] = [
    ['-i', { start: 'pm2 start app.js -i 4' }, many('runs 4 instances of app.js (pm2) [app.js]', 4)],
    [
      '-i before',
      { start: 'NODE_ENV=production pm2 start -i 2 ./src/app.js' },
      many('runs 2 instances of ./src/app.js (pm2) [src/app.js]', 2),
    ],
    [
      '--instances',
      { start: 'npm run build && npx pm2 start app.js --instances max' },
      many('runs an instance of app.js per CPU (pm2) [app.js]'),
    ],
    [
      '--instances=',
      { start: 'cross-env NODE_ENV=production pm2-runtime app.js --instances=3' },
      many('runs 3 instances of app.js (pm2-runtime) [app.js]', 3),
    ],
    [
      'pm2-runtime start',
      { start: "pm2-runtime start app.js -i '2' -- --port 80" },
      many('runs 2 instances of app.js (pm2-runtime) [app.js]', 2),
    ],
    [
      'one',
      { start: 'pm2 start app.js -i 1' },
      ['processes one 1: the script "start" of package.json runs 1 instance of app.js (pm2) [app.js]'],
    ],
    ['scale', { start: 'pm2 scale api 3' }, many('runs 3 instances of api (pm2 scale)', 3)],
    [
      'a program by its name',
      { start: 'pm2 start npm --name api -i 2 -- run serve' },
      many('runs 2 instances (pm2)', 2),
    ],
    [
      'twice',
      { start: 'concurrently "node w.js" "node ./w.js"' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'twice, on two ports',
      { start: 'concurrently -n a,b "PORT=1 node w.js 1" "PORT=2 node w.js 2"' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'twice, by scripts',
      { start: 'concurrently "npm:w1" "npm run w2"', w1: 'node w.js', w2: 'node w.js' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'twice, by a pattern',
      { start: "concurrently 'npm:w:*'", 'w:1': 'node w.js', 'w:2': 'node w.js' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'twice, by run-p',
      { start: 'run-p w1 w2', w1: 'tsx w.ts', w2: 'tsx w.ts' },
      many('runs w.ts 2 times at once [w.ts]', 2),
    ],
    [
      'twice, in the background',
      { start: 'node w.js & node w.js & wait' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'egg',
      { start: 'egg-scripts start --daemon' },
      many('runs an instance of the application per CPU (egg-scripts)'),
    ],
    [
      'egg with one worker',
      { start: 'egg-scripts start --workers=1' },
      [
        'processes one 1: the script "start" of package.json runs 1 instance of the application (egg-scripts)',
      ],
    ],
  ];
  test.each(cases)('%s', (_name, scripts, expected) => {
    expect(told({ 'package.json': JSON.stringify({ scripts }) })).toEqual(expected);
  });

  test.each([
    ['node', { start: 'node server.js', dev: 'nodemon server.js' }],
    [
      'pm2 without a number',
      { start: 'pm2 start server.js', stop: 'pm2 stop all', r: 'pm2-runtime ecosystem.config.js' },
    ],
    ['a number for the program', { start: 'pm2 start server.js -- -i 4' }],
    ['words about pm2', { start: 'echo pm2 start server.js -i 4', i: 'npm install -g pm2' }],
    [
      'a test',
      {
        test: 'pm2 start server.js -i 4 && mocha',
        'test:cluster': 'pm2 start a.js -i 4',
        pretest: 'pm2 start a.js -i 2',
      },
    ],
    ['two programs at once', { start: 'concurrently "node a.js" "node b.js"' }],
    ['a program for two things', { start: 'concurrently "node build.js --css" "node build.js --js"' }],
    ['one after the other', { start: 'node w.js && node w.js ; node w.js' }],
    ['commands that are no programs', { start: 'concurrently "vite" "vite"' }],
    ['scripts in a circle', { start: 'concurrently "npm run start" "npm run start"' }],
    ['no scripts', {}],
  ])('silent about %s', (_name, scripts) => {
    expect(told({ 'package.json': JSON.stringify({ scripts }) })).toEqual([]);
  });
});

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
      "import * as wt from 'node:worker_threads';\nimport os from 'node:os';\nclass Pool { constructor() { for (let i = 0; i < os.availableParallelism(); i++) new wt.Worker(script()); } }",
      ['threads many: src/main.ts starts a worker thread per CPU (new Worker)'],
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

  test.each([
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
      'processes many: src/a.ts forks a process (cluster.fork) in packages/api',
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
