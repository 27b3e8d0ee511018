import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { empty, read } from './deployment-support.js';

/** One text for each reader, with as much in it as the reader looks at. */
const TEXTS: Readonly<Record<string, string>> = {
  'ecosystem.config.js':
    "const n = 4;\nmodule.exports = { apps: [{ script: 'dist/a.js', instances: n, cwd: __dirname }] };\n",
  'package.json':
    '{ "scripts": { "start": "pm2 start a.js -i 4", "w": "concurrently \\"npm:start\\" \\"node a.js\\"" } }',
  'tsconfig.json': '{ "extends": "./tsconfig", "compilerOptions": { "outDir": "dist", "rootDir": "." } }',
  Procfile:
    'web: WEB_CONCURRENCY=${N:-4} gunicorn --chdir x "app:app(1)"\nworker: celery -A app worker -c 4\n',
  Dockerfile:
    'FROM a AS b\nENV A="1" B=2\nRUN <<EOF\nx\nEOF\nFROM b\nENTRYPOINT ["sh", "-c"]\nCMD ["uwsgi", \\\n"-p", "4"]\n',
  'docker-compose.yml':
    'x: &x\n  build: { context: ., dockerfile: Dockerfile }\nservices:\n  a:\n    <<: *x\n    command: [pm2-runtime, a.js, -i, "2"]\n    environment: [WEB_CONCURRENCY=2]\n    volumes: [a:/b]\n    deploy: { replicas: "${N:-2}" }\n  b: *x\n',
  'k8s.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec:\n  replicas: {{ .Values.n }}\n  template: { spec: { containers: [{ image: a, command: [node], args: [a.js], env: [{ name: A, value: 1 }] }] } }\n---\napiVersion: v2\nkind: HorizontalPodAutoscaler\nspec: { scaleTargetRef: { name: a }, maxReplicas: 3 }\n',
  'Chart.yaml': 'name: a\ndependencies: [{ name: b, alias: c }]\n',
  'values.yaml':
    'replicaCount: 2\nimage: { repository: a }\nautoscaling: { enabled: true, maxReplicas: 3 }\n',
  'a@.service': '[Service]\nEnvironment="A=1"\nExecStart=-/usr/bin/node \\\n  /srv/a.js %i\n',
  'supervisord.conf':
    '[program:a]\ncommand=gunicorn\n  -w 2 app:app ; x\nnumprocs=2\nenvironment=A="1",B=2\n',
  'uwsgi.ini': '[uwsgi]\nprocesses = %k\nthreads = 2\nmount = /=app.py\n',
  'uwsgi.xml': '<uwsgi><processes>2</processes><lazy-apps/><module>app:app</module></uwsgi>',
  'uwsgi.yaml': 'uwsgi:\n  processes: 2\n',
  'production.ini': '[server:main]\nuse = egg:waitress\nthreads = 2\n',
  'gunicorn.conf.py':
    'import os\nworkers = int(os.environ.get("N", "4")) # x\nthreads: int = 2\nwsgi_app = "app:app"\n',
  'start.sh': '#!/bin/sh\nexport N=${N:-4}\nexec gunicorn -w $N \\\n app:app\n',
  'serverless.yml': 'provider: { name: aws }\nfunctions: [{ a: { handler: a.b, reservedConcurrency: 1 } }]\n',
  'template.yaml':
    'Transform: AWS::Serverless-2016-10-31\nResources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: { CodeUri: !Sub ".", Handler: a.b }\n',
  'vercel.json': '{ "functions": { "api/*.js": {} }, "builds": [{ "src": "a.js", "use": "@vercel/node" }] }',
  'netlify.toml': '[functions]\ndirectory = "api"\n',
  'firebase.json': '{ "functions": [{ "source": "api" }] }',
  'app.json': '{ "formation": { "web": { "quantity": 2 } } }',
  'render.yaml': 'services: [{ startCommand: "node a.js", scaling: { maxInstances: 3 } }]\n',
  'app.yaml': 'runtime: x\nentrypoint: uvicorn --workers 2 app:app\nmanual_scaling: { instances: 1 }\n',
  'head.py': '#!/usr/bin/env python\n"""\nRun: uwsgi -p 4 --wsgi-file head.py\n"""\n',
  'head.mjs': "/* pm2 start head.mjs -i 2 */\n'use strict';\n",
};

const CODE = empty('a.ts', 'app.py', 'api/b.js');

describe('whatever a file says, nothing is thrown, and every piece of evidence has its place in the text', () => {
  test.each(Object.entries(TEXTS))('%s, cut off and garbled', (name, text) => {
    const others = { ...TEXTS, ...CODE };
    expect(read(others).evidence.length).toBeGreaterThan(20);
    // The alphabet is what has a meaning in one of the languages.
    const odd = [
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ':',
      '&',
      '*a',
      '-',
      '#',
      '\\',
      '\n',
      '\0',
      '${',
      '{{',
      '<<',
      '%',
      '\t',
      '=',
    ];
    for (let cut = 0; cut < text.length; cut += 3) {
      const sign = odd[cut % odd.length] ?? '';
      const garbled = [text.slice(0, cut), text.slice(cut), text.slice(0, cut) + sign + text.slice(cut)];
      for (const one of garbled) {
        const { evidence } = read({ ...CODE, 'package.json': '{}', [name]: one });
        for (const { place } of evidence) {
          expect(path.isAbsolute(place.file)).toBe(true);
          expect(place.start).toBeLessThanOrEqual(place.end);
          expect(place.end).toBeLessThanOrEqual(
            (place.file === `/p/${name}` ? one : (CODE[name] ?? '{}')).length,
          );
        }
      }
    }
  });
});
