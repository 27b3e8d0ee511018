import { describe, expect, test } from 'vitest';
import { empty, pointedAt, told } from './deployment-support.js';

describe('Procfile', () => {
  test('its commands, and not how many of each run', () => {
    const text =
      'release: python manage.py migrate\nweb: pm2-runtime start server.js -i max\nworker: node worker.js\n# web: pm2-runtime x.js -i 2\n';
    expect(told({ ...empty('server.js', 'worker.js'), Procfile: text })).toEqual([
      'processes many: Procfile runs an instance of server.js per CPU (pm2-runtime) [server.js]',
    ]);
    expect(pointedAt({ 'server.js': '', Procfile: text })).toEqual([
      '2:6-2:40 pm2-runtime start server.js -i max',
    ]);
  });
});

describe('systemd', () => {
  const unit = (command: string): string =>
    `[Unit]\nDescription=Shop\n\n[Service]\nWorkingDirectory=/srv/shop\nEnvironment=WEB_CONCURRENCY=3 "A=1"\nExecStart=${command}\n\n[Install]\nWantedBy=multi-user.target\n`;
  const code = empty('server.js', 'app.py', 'jobs/mail.js');
  test.each([
    ['a unit', 'shop.service', '/usr/bin/node /srv/shop/server.js', []],
    [
      'a template',
      'shop@.service',
      '/usr/bin/node /srv/shop/server.js --port %i',
      ['processes many: shop@.service is a template for several processes of one program [server.js]'],
    ],
    ['a template for several programs', 'job@.service', '/usr/bin/node /srv/shop/jobs/%i.js', []],
    [
      'a server, its workers in the environment',
      'shop.service',
      '-/srv/venv/bin/gunicorn -k gevent \\\n  app:app',
      ['processes many 3: shop.service runs 3 worker processes of app:app (gunicorn) [app.py]'],
    ],
  ])('%s', (_name, name, command, expected) => {
    expect(told({ ...code, [name]: unit(command) })).toEqual(expected);
  });
});

describe('Supervisor', () => {
  const code = empty('worker.js', 'app.py');
  test.each([
    [
      'supervisord.conf',
      'process_name=%(program_name)s_%(process_num)02d\nnumprocs=4 ; all\n',
      ['processes many 4: supervisord.conf runs 4 processes of jobs [worker.js]'],
    ],
    ['jobs.ini', 'numprocs = 1\n', ['processes one 1: jobs.ini runs 1 process of jobs [worker.js]']],
    ['jobs.conf', 'autostart=true\n', []],
  ])('%s', (name, more, expected) => {
    const text = `[supervisord]\nnodaemon=true\n[program:jobs]\ncommand=node /srv/worker.js\n${more}`;
    expect(told({ ...code, [name]: text })).toEqual(expected);
  });

  test('a command over several lines', () => {
    const text = '[program:web]\ncommand=gunicorn\n  -w 2 -k gevent\n  app:app\ndirectory=/srv/site\n';
    expect(told({ ...code, 'supervisord.conf': text })).toEqual([
      'processes many 2: supervisord.conf runs 2 worker processes of app:app (gunicorn) [app.py]',
    ]);
    expect(pointedAt({ 'supervisord.conf': text })).toEqual([
      '2:1-4:10 command=gunicorn\n  -w 2 -k gevent\n  app:app',
    ]);
  });
});

describe('start scripts', () => {
  const text =
    '#!/bin/sh\nset -e\nWORKERS=${WORKERS:-4}\n# gunicorn -w 9 app:app\nexec gunicorn -k gevent \\\n  --workers "$WORKERS" app:app\n';
  test.each(['start.sh', 'docker-entrypoint.sh', 'bin/run-web.sh'])('%s', (name) => {
    expect(told({ 'app.py': '', [name]: text })).toEqual([
      `processes many 4: ${name} runs 4 worker processes of app:app (gunicorn) [app.py]`,
    ]);
  });

  test('silent about other scripts', () => {
    expect(told({ 'app.py': '', 'deploy.sh': text, 'test/start.sh': text })).toEqual([]);
  });
});

describe('comments at the head of a program', () => {
  const uwsgi = (file: string): string[] => [
    `processes many 4: ${file} runs 4 processes of foo.py (uWSGI) [foo.py] loaded before the fork`,
    `threads many 4: ${file} runs 4 threads in each process (uWSGI) [foo.py]`,
  ];
  test.each([
    ['a comment', '# uwsgi --http :8000 --processes 4 --threads 4 --wsgi-file foo.py\nimport flask\n'],
    ['a prompt', '#!/usr/bin/env python\n#\n# $ uwsgi --processes 4 --threads 4 --wsgi-file foo.py\n'],
    [
      'words before',
      '"""The counter.\n\nRun with: `uwsgi --processes 4 --threads 4 --wsgi-file foo.py`\n"""\n',
    ],
    ['two lines', '# uwsgi --processes 4 \\\n#   --threads 4 --wsgi-file foo.py\n'],
  ])('%s', (_name, text) => {
    expect(told({ 'foo.py': text })).toEqual(uwsgi('foo.py'));
  });

  test('of JavaScript', () => {
    expect(told({ 'a.mjs': "/*\n * pm2 start a.mjs -i 4\n */\nimport 'x';\n" })).toEqual([
      'processes many 4: a.mjs runs 4 instances of a.mjs (pm2) [a.mjs]',
    ]);
    expect(pointedAt({ 'a.mjs': '// pm2 start a.mjs -i 4\n' })).toEqual(['1:4-1:24 pm2 start a.mjs -i 4']);
  });

  test.each([
    ['prose', '# uwsgi runs this with many processes - see the wiki\nimport x\n'],
    ['a comment further down', 'import x\n# uwsgi --processes 4 --wsgi-file foo.py\n'],
    ['a text', 'HELP = """\nuwsgi --processes 4 --wsgi-file foo.py\n"""\n'],
  ])('silent about %s', (_name, text) => {
    expect(told({ 'foo.py': text })).toEqual([]);
  });
});

describe('which source a program is', () => {
  const of = (script: string, files: Record<string, string>): string | undefined =>
    /\[(.*)\]/.exec(told({ ...files, Procfile: `web: pm2-runtime ${script} -i 2` })[0] ?? '')?.[1];
  test.each([
    ['itself', 'server.js', empty('server.js'), 'server.js'],
    [
      'by outDir and rootDir',
      'out/main.js',
      {
        ...empty('lib/main.ts', 'other/main.ts'),
        'tsconfig.json': '{ "compilerOptions": { "outDir": "./out", "rootDir": "lib" } }',
      },
      'lib/main.ts',
    ],
    [
      'by a tsconfig that is extended',
      'out/main.js',
      {
        ...empty('lib/main.ts', 'other/main.ts'),
        'tsconfig.json': '{ "extends": "./tsconfig.base" }',
        'tsconfig.base.json': '{ "compilerOptions": { "outDir": "out", "rootDir": "lib" } }',
      },
      'lib/main.ts',
    ],
    [
      'by outDir alone',
      'dist/a/main.js',
      {
        ...empty('src/a/main.ts', 'src/b/main.ts'),
        'tsconfig.json': '{ /* x */ "compilerOptions": { "outDir": "dist", } }',
      },
      'src/a/main.ts',
    ],
    ['by custom', 'build/main.mjs', empty('src/main.mts', 'test/main.mts'), 'src/main.mts'],
    ['by custom, without a folder of sources', 'dist/main.js', empty('main.ts'), 'main.ts'],
    [
      'by its name, which only one has',
      'dist/bundle/api.js',
      empty('packages/x/api.ts'),
      'packages/x/api.ts',
    ],
    ['not by a name that two have', 'dist/bundle/api.js', empty('a/api.ts', 'b/api.ts'), undefined],
    ['not a test', 'dist/bundle/api.js', empty('a/api.ts', 'a/api.test.ts', 'test/api.ts'), 'a/api.ts'],
  ])('%s', (_name, script, files, expected) => {
    expect(of(script, files)).toBe(expected);
  });
});
