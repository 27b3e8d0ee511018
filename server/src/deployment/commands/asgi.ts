/** Servers of one event loop a process: uvicorn, hypercorn, granian, FastAPI's command; and waitress, of threads. */
import { amount, claim, THREAD, WORKER, type Claim } from '../claims.js';
import { countOf } from '../instances.js';
import { fileIn, moduleIn, start, type CommandContext, type CommandReader } from './command.js';
import { isSet, optionOf, parseOptions, said, wordOf, type OptionForms, type Options } from './options.js';

const FORMS: OptionForms = {
  short: { b: 'bind', c: 'config', k: 'worker-class', w: 'workers', p: 'pid' },
  flags: [
    'reload',
    'proxy-headers',
    'no-proxy-headers',
    'no-access-log',
    'access-log',
    'use-colors',
    'no-use-colors',
    'no-server-header',
    'no-date-header',
    'factory',
    'debug',
    'no-ws',
    'respawn-failed-workers',
    'version',
    'call',
  ],
};

/** https://www.uvicorn.org/settings/ and https://hypercorn.readthedocs.io: each worker imports the application by itself. */
const asgi: CommandReader = {
  names: ['uvicorn', 'hypercorn', 'granian'],
  read(words, context, name) {
    const { options, positional } = parseOptions(words, FORMS);
    const application = positional.find((word) => /^[A-Za-z_][\w.]*(:[\w.]+(\(\))?)?$/.test(word));
    return [
      start(
        workerClaims(options, application, name, context),
        moduleIn(application, context, wordOf(optionOf(options, 'app-dir', 'working-dir'))),
      ),
    ];
  },
};

/** `fastapi run app/main.py --workers 4`. https://fastapi.tiangolo.com/fastapi-cli/ */
const fastapi: CommandReader = {
  names: ['fastapi'],
  read([command, ...words], context) {
    if (command !== 'run') return [];
    const { options, positional } = parseOptions(words, FORMS);
    const [program] = positional;
    return [start(workerClaims(options, program, 'fastapi', context), fileIn(program, context))];
  },
};

/** https://docs.pylonsproject.org/projects/waitress/en/stable/runner.html: 4 threads unless it is told how many. */
const waitress: CommandReader = {
  names: ['waitress-serve'],
  read(words, context) {
    const { options, positional } = parseOptions(words, FORMS);
    const application = positional.at(-1) ?? wordOf(optionOf(options, 'app'));
    const threads = countOf(optionOf(options, 'threads') ?? said('4'));
    return [
      start(
        threads === undefined
          ? []
          : [claim('threads', threads, `runs ${amount(threads, THREAD, application)} (waitress)`)],
        moduleIn(application, context),
      ),
    ];
  },
};

function workerClaims(
  options: Options,
  application: string | undefined,
  server: string,
  { environment }: CommandContext,
): Claim[] {
  const concurrency = environment.get('WEB_CONCURRENCY');
  const workers = countOf(
    optionOf(options, 'workers') ?? (concurrency === undefined ? undefined : said(concurrency)),
  );
  // Reloading and workers exclude each other.
  if (workers === undefined || isSet(options, 'reload')) return [];
  return [
    claim('processes', workers, `runs ${amount(workers, WORKER, application)} (${server})`, {
      load: 'in-each',
    }),
  ];
}

export const asgiServers: readonly CommandReader[] = [asgi, fastapi, waitress];
