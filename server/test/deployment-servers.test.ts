import { describe, expect, test } from 'vitest';
import { empty, pointedAt, told } from './deployment-support.js';

/** What a command tells, seen through the simplest file that has one. */
function started(command: string, files: Record<string, string> = empty('app.py')): string[] {
  return told({ ...files, Procfile: `web: ${command}\n` }).map((line) => line.replace('Procfile ', ''));
}

describe('gunicorn', () => {
  const cases: [string, string, string[]][] = [
    [
      '-w',
      'gunicorn -w 4 app:app',
      [
        'processes many 4: runs 4 worker processes of app:app (gunicorn) [app.py]',
        'threads one 1: runs one thread in each worker (gunicorn without --threads) [app.py]',
      ],
    ],
    [
      '-w attached, and threads',
      'gunicorn -w4 --threads=8 -b 0.0.0.0:8000 app:app',
      [
        'processes many 4: runs 4 worker processes of app:app (gunicorn) [app.py]',
        'threads many 8: runs 8 threads in each worker (gunicorn) [app.py]',
      ],
    ],
    [
      'preloaded',
      'gunicorn app:app --workers 2 --preload --threads 1',
      [
        'processes many 2: runs 2 worker processes of app:app (gunicorn) [app.py] loaded before the fork',
        'threads one 1: runs 1 thread in each worker (gunicorn) [app.py]',
      ],
    ],
    [
      'one worker',
      'gunicorn --workers=1 -k uvicorn.workers.UvicornWorker "app:create_app()"',
      ['processes one 1: runs 1 worker process of app:create_app() (gunicorn) [app.py]'],
    ],
    [
      'WEB_CONCURRENCY',
      'WEB_CONCURRENCY=3 gunicorn -k gevent app:app',
      ['processes many 3: runs 3 worker processes of app:app (gunicorn) [app.py]'],
    ],
    [
      'a default of the shell',
      'gunicorn -k gthread --workers ${WEB_CONCURRENCY:-3} app:app',
      ['processes many 3: runs 3 worker processes of app:app (gunicorn) [app.py]'],
    ],
    [
      'one for each processor',
      'gunicorn --workers $((2 * $(nproc) + 1)) --threads 2 app:app',
      [
        'processes many: runs a worker process of app:app per CPU (gunicorn) [app.py]',
        'threads many 2: runs 2 threads in each worker (gunicorn) [app.py]',
      ],
    ],
    [
      'through wrappers',
      'poetry run newrelic-admin run-program python -u -m gunicorn -k gevent -w 2 app:app',
      ['processes many 2: runs 2 worker processes of app:app (gunicorn) [app.py]'],
    ],
    [
      'GUNICORN_CMD_ARGS',
      'GUNICORN_CMD_ARGS="--workers=5 --worker-class=gevent" gunicorn app:app',
      ['processes many 5: runs 5 worker processes of app:app (gunicorn) [app.py]'],
    ],
    [
      'threads that a configuration may set',
      'gunicorn -c conf.py -w 2 app:app',
      ['processes many 2: runs 2 worker processes of app:app (gunicorn) [app.py]'],
    ],
    ['a number that is not known', 'gunicorn --workers $WORKERS app:app', []],
    ['nothing about numbers', 'gunicorn app:app', []],
  ];
  test.each(cases)('%s', (_name, command, expected) => {
    expect(started(command)).toEqual(expected);
  });

  test.each([
    ['a package', 'pkg.wsgi:app', { 'pkg/wsgi.py': '' }, 'pkg/wsgi.py'],
    ['a package by itself', 'pkg:create_app()', { 'pkg/__init__.py': '' }, 'pkg/__init__.py'],
    ['a package under src', 'pkg.wsgi', { 'src/pkg/wsgi.py': '' }, 'src/pkg/wsgi.py'],
    [
      'another directory',
      '--chdir backend app:app',
      { 'backend/app.py': '', 'app.py': '' },
      'backend/app.py',
    ],
    ['the only one of its name', 'site.wsgi', { 'django/site/wsgi.py': '' }, 'django/site/wsgi.py'],
    ['nothing here', 'other:app', {}, undefined],
  ])('the program: %s', (_name, words, files, expected) => {
    const [line] = started(`gunicorn -w 2 -k gevent ${words}`, files);
    expect(/\[(.*)\]/.exec(line ?? '')?.[1]).toBe(expected);
  });

  const file = (text: string): string[] => told({ 'gunicorn.conf.py': text, 'app.py': '' });
  test('its configuration file', () => {
    const text = `
import multiprocessing
bind = "0.0.0.0:8000"
workers = multiprocessing.cpu_count() * 2 + 1  # as the documentation says
threads = 4
worker_class = 'gthread'
preload_app = True
wsgi_app = "app:app"
`;
    expect(file(text)).toEqual([
      'processes many: gunicorn.conf.py runs a worker process of app:app per CPU (gunicorn) [app.py] loaded before the fork',
      'threads many 4: gunicorn.conf.py runs 4 threads in each worker (gunicorn) [app.py]',
    ]);
    expect(pointedAt({ 'gunicorn.conf.py': text })).toEqual([
      '4:1-4:46 workers = multiprocessing.cpu_count() * 2 + 1',
      '5:1-5:12 threads = 4',
    ]);
  });

  test.each([
    ['workers = int(os.environ.get("WEB_CONCURRENCY", "3"))', 'many 3'],
    ["workers = int(os.getenv('WORKERS') or 2)", 'many 2'],
    ['workers: int = 4', 'many 4'],
    ['N = 4\nworkers = N', 'many 4'],
    ['workers = 1', 'one 1'],
    ['workers = 0', undefined],
    ['workers = int(os.environ["WORKERS"])', undefined],
    ['def post_fork(server, worker):\n    workers = 4', undefined],
    ['# workers = 4', undefined],
  ])('%s', (text, expected) => {
    const said = /^processes (\w+ \d+)/.exec(file(`import os\n${text}\nworker_class = "gevent"\n`)[0] ?? '');
    expect(said?.[1]).toBe(expected);
  });
});

describe('uWSGI', () => {
  const seed =
    'uwsgi --socket 127.0.0.1:9001 --chdir mysite --wsgi-file flask_app.py --callable app --pidfile /home/pidfile.pid --master --processes 4 --threads 4 --enable-threads --lazy-apps --daemonize /home/uwsgi.log';
  const cases: [string, string, string[]][] = [
    [
      'processes and threads, loaded by each',
      seed,
      [
        'processes many 4: runs 4 processes of flask_app.py (uWSGI) [mysite/flask_app.py]',
        'threads many 4: runs 4 threads in each process (uWSGI) [mysite/flask_app.py]',
      ],
    ],
    [
      'letters',
      'uwsgi -M -p 4 -w mysite.flask_app:app --gevent 100',
      [
        'processes many 4: runs 4 processes of mysite.flask_app:app (uWSGI) [mysite/flask_app.py] loaded before the fork',
      ],
    ],
    [
      'workers, and no threads',
      'uwsgi --http :8000 --workers=2 --cheaper 1 --mount /=mysite/flask_app.py',
      [
        'processes many 2: runs 2 processes (uWSGI) [mysite/flask_app.py] loaded before the fork',
        'threads one 1: runs one thread in each process (uWSGI without threads) [mysite/flask_app.py]',
      ],
    ],
    [
      'threads only',
      'uwsgi --threads 2 --module mysite.flask_app',
      ['threads many 2: runs 2 threads in each process (uWSGI) [mysite/flask_app.py]'],
    ],
    ['a configuration file, which is read by itself', 'uwsgi --ini uwsgi.ini', []],
  ];
  test.each(cases)('%s', (_name, command, expected) => {
    expect(started(command, empty('mysite/flask_app.py'))).toEqual(expected);
  });

  const files = { ...empty('mysite/flask_app.py') };
  const inEach = (name: string): string[] => [
    `processes many 4: ${name} runs 4 processes of flask_app.py (uWSGI) [mysite/flask_app.py]`,
    `threads many 2: ${name} runs 2 threads in each process (uWSGI) [mysite/flask_app.py]`,
  ];
  test.each([
    [
      'uwsgi.ini',
      '[uwsgi]\n; the site\nchdir = %d/mysite\nchdir = mysite\nwsgi-file = flask_app.py\nprocesses = 4 # all\nthreads = 2\nlazy-apps = true\n',
    ],
    [
      'app.ini',
      '[other]\nprocesses = 9\n[uwsgi]\n  chdir=/srv/mysite\n  wsgi_file=flask_app.py\n  workers=4\n  threads=2\n  lazy=1\n',
    ],
    [
      'uwsgi.xml',
      '<uwsgi>\n  <chdir>mysite</chdir>\n  <wsgi-file>flask_app.py</wsgi-file>\n  <processes>4</processes>\n  <threads>2</threads>\n  <lazy-apps/>\n</uwsgi>\n',
    ],
    [
      'uwsgi.yaml',
      'uwsgi:\n  chdir: mysite\n  wsgi-file: flask_app.py\n  processes: 4\n  threads: 2\n  lazy-apps: true\n',
    ],
    [
      'uwsgi.json',
      '{ "uwsgi": { "chdir": "mysite", "wsgi-file": "flask_app.py", "processes": 4, "threads": 2, "lazy-apps": true } }',
    ],
  ])('the same in %s', (name, text) => {
    expect(told({ ...files, [name]: text })).toEqual(inEach(name));
  });

  test('points at the line', () => {
    expect(pointedAt({ 'uwsgi.ini': '[uwsgi]\r\nprocesses = 4\r\nthreads=2\r\n' })).toEqual([
      '2:1-2:14 processes = 4',
      '3:1-3:10 threads=2',
    ]);
    expect(pointedAt({ 'uwsgi.xml': '<uwsgi>\n <workers>1</workers>\n</uwsgi>' })).toEqual([
      '2:2-2:22 <workers>1</workers>',
      '2:2-2:22 <workers>1</workers>',
    ]);
  });

  test('silent about other INI, XML and JSON files', () => {
    expect(
      told({
        'setup.ini': '[app]\nprocesses = 4\n',
        'uwsgi.json': '{ "processes": 4 }',
        'uwsgi.xml': '<config><processes>4</processes></config>',
      }),
    ).toEqual([]);
  });
});

describe('other servers', () => {
  const cases: [string, string[]][] = [
    [
      'uvicorn app:app --workers 4',
      ['processes many 4: runs 4 worker processes of app:app (uvicorn) [app.py]'],
    ],
    ['uvicorn app:app --reload --workers 4', []],
    ['uvicorn app:app', []],
    [
      'WEB_CONCURRENCY=2 uvicorn app:app',
      ['processes many 2: runs 2 worker processes of app:app (uvicorn) [app.py]'],
    ],
    ['hypercorn -w 2 app:app', ['processes many 2: runs 2 worker processes of app:app (hypercorn) [app.py]']],
    [
      'granian --interface asgi app:app --workers 1',
      ['processes one 1: runs 1 worker process of app:app (granian) [app.py]'],
    ],
    [
      'fastapi run app.py --workers 4',
      ['processes many 4: runs 4 worker processes of app.py (fastapi) [app.py]'],
    ],
    ['fastapi dev app.py', []],
    ['waitress-serve --port=80 app:app', ['threads many 4: runs 4 threads of app:app (waitress) [app.py]']],
    ['waitress-serve --threads=1 app:app', ['threads one 1: runs 1 thread of app:app (waitress) [app.py]']],
    [
      'python manage.py runserver 0.0.0.0:8000',
      ['threads many: handles each request in a thread of its own (runserver) [manage.py]'],
    ],
    [
      './manage.py runserver --nothreading',
      ['threads one 1: handles all requests in one thread (runserver --nothreading) [manage.py]'],
    ],
    ['python manage.py migrate', []],
    [
      'flask run --port 80',
      ['threads many: handles each request in a thread of its own (flask run) [app.py]'],
    ],
    [
      'flask --app app run --without-threads',
      ['threads one 1: handles all requests in one thread (flask run --without-threads) [app.py]'],
    ],
    ['flask db upgrade', []],
    ['python app.py', []],
  ];
  test.each(cases)('%s', (command, expected) => {
    expect(started(command, empty('app.py', 'manage.py'))).toEqual(expected);
  });
});

describe('workers of queues', () => {
  const cases: [string, string[]][] = [
    [
      'celery -A proj worker -c 4',
      ['processes many 4: runs 4 worker processes of proj (Celery) [proj/celery.py] loaded before the fork'],
    ],
    [
      'celery -A proj worker',
      [
        'processes many: runs a worker process of proj per CPU (Celery) [proj/celery.py] loaded before the fork',
      ],
    ],
    [
      'celery --app=proj worker --concurrency=8 --pool threads',
      ['threads many 8: runs 8 threads of proj (Celery) [proj/celery.py]'],
    ],
    [
      'celery -A proj worker --autoscale=10,3',
      [
        'processes many 10: runs 10 worker processes of proj (Celery) [proj/celery.py] loaded before the fork',
      ],
    ],
    [
      'celery -A proj worker -c 1',
      ['processes one 1: runs 1 worker process of proj (Celery) [proj/celery.py] loaded before the fork'],
    ],
    ['celery -A proj worker --pool=gevent -c 100', []],
    [
      'celery -A proj worker --pool=solo',
      ['processes one 1: runs one task at a time (Celery, pool solo) [proj/celery.py]'],
    ],
    ['celery -A proj beat', []],
    [
      'dramatiq proj.tasks -p 2 -t 1',
      [
        'processes many 2: runs 2 worker processes of proj.tasks (Dramatiq) [proj/tasks.py]',
        'threads one 1: runs 1 thread in each process (Dramatiq) [proj/tasks.py]',
      ],
    ],
    ['rq worker-pool -n 3 high', ['processes many 3: runs 3 worker processes (RQ)']],
    ['rq worker high', []],
    [
      'huey_consumer.py proj.tasks.huey -w 4 -k process',
      ['processes many 4: runs 4 worker processes of proj.tasks.huey (Huey) [proj/tasks.py]'],
    ],
  ];
  test.each(cases)('%s', (command, expected) => {
    expect(started(command, empty('proj/__init__.py', 'proj/celery.py', 'proj/tasks.py'))).toEqual(expected);
  });
});

describe('a Paste configuration', () => {
  test('waitress', () => {
    expect(
      told({
        'production.ini': '[app:main]\nuse = egg:site\n[server:main]\nuse = egg:waitress#main\nthreads = 6\n',
      }),
    ).toEqual(['threads many 6: production.ini runs 6 threads (waitress)']);
  });
});
