import { describe, expect, test } from 'vitest';
import { empty, pointedAt, told } from './deployment-support.js';

describe('Dockerfile', () => {
  const node = {
    ...empty('src/server.ts'),
    'tsconfig.json': '{ "compilerOptions": { "outDir": "dist", "rootDir": "src" } }',
  };
  const four = [
    'processes many 4: Dockerfile runs 4 instances of dist/server.js (pm2-runtime) [src/server.ts]',
  ];
  test.each([
    ['exec form', 'FROM node:22\nCMD ["pm2-runtime", "dist/server.js", "-i", "4"]\n'],
    ['shell form', 'FROM node:22\nCMD pm2-runtime dist/server.js -i 4\n'],
    [
      'small letters, and lines joined',
      'from node:22\ncmd pm2-runtime \\\n  # the server\n  dist/server.js \\\n  -i 4',
    ],
    ['ENTRYPOINT', 'FROM node:22\nENTRYPOINT ["pm2-runtime", "dist/server.js", "-i", "4"]\n'],
    ['both together', 'FROM node:22\nENTRYPOINT ["pm2-runtime"]\nCMD ["dist/server.js", "-i", "4"]\n'],
    [
      'a script that runs the command',
      'FROM node:22\nENTRYPOINT ["./docker-entrypoint.sh"]\nCMD ["pm2-runtime", "dist/server.js", "-i", "4"]\n',
    ],
    [
      'a shell',
      'FROM node:22\nCMD ["sh", "-c", "node migrate.js && exec pm2-runtime dist/server.js -i 4"]\n',
    ],
    [
      'an init process',
      'FROM node:22\nENTRYPOINT ["/usr/bin/tini", "--"]\nCMD ["pm2-runtime", "dist/server.js", "-i", "4"]\n',
    ],
    [
      'an absolute path',
      'FROM node:22\nWORKDIR /usr/src/app\nCMD ["pm2-runtime", "dist/server.js", "-i", "4"]\n',
    ],
    [
      'the last stage',
      'FROM node:22 AS build\nCMD ["pm2-runtime", "dist/server.js", "-i", "9"]\nFROM node:22-slim\nCMD ["pm2-runtime", "dist/server.js", "-i", "4"]\n',
    ],
    [
      'the stage that it goes on from',
      'FROM node:22 AS base\nCMD ["pm2-runtime", "dist/server.js", "-i", "4"]\nFROM base\nENV A=1\n',
    ],
    [
      'the last command',
      'FROM node:22\nCMD ["node", "a.js"]\nCMD ["pm2-runtime", "dist/server.js", "-i", "4"]\n',
    ],
    ['a variable', 'FROM node:22\nARG N=4\nENV PORT=80 INSTANCES=$N\nCMD pm2-runtime dist/server.js -i $N\n'],
    [
      'a document within',
      'FROM node:22\nRUN <<EOF\nCMD ["pm2-runtime", "dist/server.js", "-i", "9"]\nEOF\nCMD ["pm2-runtime", "dist/server.js", "-i", "4"]\n',
    ],
  ])('%s', (_name, text) => {
    expect(told({ ...node, Dockerfile: text })).toEqual(four);
  });

  test('a Python server, its workers in the environment', () => {
    const text =
      'FROM python:3.13\nENV WEB_CONCURRENCY=2\nWORKDIR /srv\nCMD gunicorn -k gevent --chdir /srv app:app\n';
    expect(told({ 'app.py': '', Dockerfile: text })).toEqual([
      'processes many 2: Dockerfile runs 2 worker processes of app:app (gunicorn) [app.py]',
    ]);
  });

  test('points at the instruction', () => {
    const text = 'FROM node:22\n\nCMD pm2-runtime a.js \\\n    -i 4\nEXPOSE 80\n';
    expect(pointedAt({ Dockerfile: text })).toEqual(['3:1-4:9 CMD pm2-runtime a.js \\\n    -i 4']);
  });

  test.each(['api.Dockerfile', 'Dockerfile.api', 'Containerfile', 'docker/Dockerfile-web'])(
    '%s is one',
    (name) => {
      expect(
        told({ 'server.js': '', [name]: 'FROM node\nCMD ["pm2-runtime", "server.js", "-i", "2"]' }),
      ).toEqual([`processes many 2: ${name} runs 2 instances of server.js (pm2-runtime) [server.js]`]);
    },
  );

  test.each([
    ['a plain program', 'FROM node:22\nCMD ["node", "dist/server.js"]\n'],
    ['a command of the build', 'FROM node:22\nRUN pm2-runtime dist/server.js -i 4\n'],
    ['words that are no list', 'FROM node:22\nCMD ["node", \n'],
    ['no text', ''],
  ])('silent about %s', (_name, text) => {
    expect(told({ ...node, Dockerfile: text })).toEqual([]);
  });

  test('silent about images for tests', () => {
    const text = 'FROM node:22\nCMD ["pm2-runtime", "dist/server.js", "-i", "4"]\n';
    expect(told({ ...node, 'Dockerfile.test': text, 'test/Dockerfile': text })).toEqual([]);
  });
});

describe('Compose', () => {
  const file = (services: string, name = 'docker-compose.yml'): Record<string, string> => ({
    ...empty('api/server.js', 'api/worker.js'),
    'api/package.json': '{ "scripts": { "start": "node server.js" } }',
    'api/Dockerfile': 'FROM node:22\nCMD ["npm", "start"]\n',
    [name]: `services:\n${services.replace(/^/gm, '  ')}\n`,
  });
  const cases: [string, string, string[]][] = [
    [
      'deploy.replicas',
      'api:\n  build: ./api\n  deploy:\n    replicas: 3',
      ['hosts many 3: docker-compose.yml runs 3 replicas of api [api/server.js] in api'],
    ],
    [
      'scale',
      'api:\n  build: { context: api }\n  scale: 2',
      ['hosts many 2: docker-compose.yml runs 2 replicas of api [api/server.js] in api'],
    ],
    [
      'a default',
      'api:\n  build: ./api\n  deploy: { replicas: "${REPLICAS:-3}" }',
      ['hosts many 3: docker-compose.yml runs 3 replicas of api [api/server.js] in api'],
    ],
    [
      'one',
      'api:\n  build: ./api\n  deploy: { replicas: 1 }',
      ['hosts one 1: docker-compose.yml runs 1 replica of api [api/server.js] in api'],
    ],
    [
      'on every host',
      'api:\n  build: ./api\n  deploy: { mode: global }',
      ['hosts many: docker-compose.yml runs a replica of api on each host [api/server.js] in api'],
    ],
    [
      'with a volume',
      'api:\n  build: ./api\n  volumes: ["data:/app/data"]\n  scale: 2',
      [
        'hosts many 2: docker-compose.yml runs 2 replicas of api [api/server.js] in api',
        'processes many 2: docker-compose.yml runs 2 replicas of api on one volume [api/server.js] in api',
      ],
    ],
    [
      'with a volume that is only read, and a socket',
      'api:\n  build: ./api\n  volumes: ["./conf:/etc/app:ro", "/var/run/docker.sock:/var/run/docker.sock"]\n  scale: 2',
      ['hosts many 2: docker-compose.yml runs 2 replicas of api [api/server.js] in api'],
    ],
    [
      'a command of its own',
      'jobs:\n  build: ./api\n  command: pm2-runtime worker.js -i 4',
      [
        'processes many 4: docker-compose.yml runs 4 instances of worker.js (pm2-runtime) [api/worker.js] in api',
      ],
    ],
    [
      'a command of its own, in words, twice',
      'jobs:\n  build: ./api\n  command: ["node", "worker.js"]\n  scale: 2',
      ['hosts many 2: docker-compose.yml runs 2 replicas of jobs [api/worker.js] in api'],
    ],
    [
      'an image that is built here under another name',
      'build:\n  build: ./api\n  image: registry.example.com:5000/team/shop-api:1.2\napi:\n  image: team/shop-api\n  command: ["node", "worker.js"]\n  scale: 2',
      ['hosts many 2: docker-compose.yml runs 2 replicas of api [api/worker.js] in api'],
    ],
    [
      'two services of one image',
      'a:\n  build: ./api\n  environment: { PORT: 1 }\nb:\n  build: ./api\n  environment: { PORT: 2 }',
      ['hosts many 2: docker-compose.yml runs one image as 2 services (a, b) [api/server.js] in api'],
    ],
    [
      'two services of one image, for two things',
      'a:\n  build: ./api\nb:\n  build: ./api\n  command: node worker.js',
      [],
    ],
    [
      'somebody else’s image',
      'redis:\n  image: redis:8\n  deploy: { replicas: 3 }\nmetrics:\n  image: acme/metrics\n  scale: 4',
      [],
    ],
    ['nothing about numbers', 'api:\n  build: ./api\n  environment: [A=1]', []],
  ];
  test.each(cases)('%s', (_name, services, expected) => {
    expect(told(file(services))).toEqual(expected);
  });

  test.each(['compose.yaml', 'docker-compose.prod.yml', 'compose.override.yml', 'docker-stack.yml'])(
    '%s is one',
    (name) => {
      expect(told(file('api:\n  build: ./api\n  scale: 2', name))).toEqual([
        `hosts many 2: ${name} runs 2 replicas of api [api/server.js] in api`,
      ]);
    },
  );

  test('workers in the environment of a service', () => {
    expect(
      told({
        'app.py': '',
        Dockerfile: 'FROM python:3.13\nCMD gunicorn -k gevent app:app\n',
        'compose.yml': 'services:\n  web:\n    build: .\n    environment:\n      - WEB_CONCURRENCY=4\n',
      }),
    ).toEqual(['processes many 4: compose.yml runs 4 worker processes of app:app (gunicorn) [app.py]']);
  });

  test('a Dockerfile of a service, built from the directory around all', () => {
    expect(
      told({
        ...empty('api/src/main.ts', 'web/src/main.ts'),
        'api/package.json': '{}',
        'web/package.json': '{}',
        'api/Dockerfile': 'FROM node\nCMD ["node", "/app/dist/main.js"]',
        'compose.yml':
          'services:\n  api:\n    build: { context: ., dockerfile: api/Dockerfile }\n    scale: 2\n',
      }),
    ).toEqual(['hosts many 2: compose.yml runs 2 replicas of api [api/src/main.ts] in api']);
  });

  test('points at the number, and at the command', () => {
    const text =
      'services:\n  api:\n    build: .\n    command: pm2-runtime a.js -i 2\n    deploy:\n      replicas: 3 # for now\n';
    expect(pointedAt({ 'a.js': '', 'compose.yml': text })).toEqual([
      '4:5-4:35 command: pm2-runtime a.js -i 2',
      '6:7-6:18 replicas: 3',
    ]);
  });

  test.each([
    ['for tests', { 'docker-compose.test.yml': 'services:\n  api:\n    build: .\n    scale: 2\n' }],
    [
      'of a workflow',
      { '.github/workflows/docker-compose.ci.yml': 'services:\n  api:\n    build: .\n    scale: 2\n' },
    ],
    ['that are broken', { 'compose.yml': 'services:\n  api: [\n' }],
    ['without services', { 'compose.yml': 'version: "3"\n' }],
    ['built from elsewhere', { 'compose.yml': 'services:\n  api:\n    build: ../other\n    scale: 2\n' }],
    ['in a circle', { 'compose.yml': 'services: &a\n  api: *a\n' }],
  ])('silent about files %s', (_name, files) => {
    expect(told(files)).toEqual([]);
  });
});
