/** gunicorn: worker processes of threads. https://docs.gunicorn.org/en/stable/settings.html */
import path from 'node:path';
import { amount, claim, THREAD, WORKER, type Claim } from '../claims.js';
import { countOf, ONE } from '../instances.js';
import { moduleIn, start, type CommandContext, type CommandReader } from './command.js';
import { isSet, optionOf, parseOptions, said, wordOf, type OptionForms, type Options } from './options.js';
import { commandsOf } from './shell.js';

const FORMS: OptionForms = {
  short: {
    b: 'bind',
    c: 'config',
    D: 'daemon',
    e: 'env',
    g: 'group',
    k: 'worker-class',
    m: 'umask',
    n: 'name',
    p: 'pid',
    R: 'enable-stdio-inheritance',
    t: 'timeout',
    u: 'user',
    w: 'workers',
  },
  flags: [
    'daemon',
    'preload',
    'reload',
    'check-config',
    'print-config',
    'capture-output',
    'enable-stdio-inheritance',
    'no-sendfile',
    'reuse-port',
    'proxy-protocol',
    'spew',
    'initgroups',
    'disable-redirect-access-to-syslog',
    'log-syslog',
    'suppress-ragged-eofs',
    'do-handshake-on-connect',
    'strip-header-spaces',
  ],
};

/** Worker classes whose threads are as many as `threads` says; the others run an event loop or greenlets. */
const THREADED = ['sync', 'gthread'];

export const gunicorn: CommandReader = {
  names: ['gunicorn', 'gunicorn3'],
  read(words, context) {
    const more = context.environment.get('GUNICORN_CMD_ARGS');
    const extra = more === undefined ? [] : (commandsOf(more)[0]?.words ?? []);
    const { options, positional } = parseOptions([...extra, ...words], FORMS);
    const application = applicationOf(positional);
    const configured = options.has('config') || hasConfiguration(context);
    const all = new Map(options);
    const concurrency = context.environment.get('WEB_CONCURRENCY');
    if (concurrency !== undefined && !options.has('workers')) all.set('workers', said(concurrency));
    return [
      start(
        gunicornClaims(all, application, { complete: !configured }),
        moduleIn(application, context, wordOf(optionOf(options, 'chdir', 'pythonpath'))),
      ),
    ];
  },
};

/** `app:app`, `pkg.wsgi`, `app:create_app()`; the last word that can be one, as the words before may be options' values. */
function applicationOf(words: readonly string[]): string | undefined {
  return words.findLast((word) => /^[A-Za-z_][\w.]*(:[A-Za-z_][\w.]*(\(.*\))?)?$/s.test(word));
}

/** gunicorn reads this file from where it is started, without being told to. */
function hasConfiguration({ directories, layout }: CommandContext): boolean {
  return directories.some((directory) => layout.exists(path.join(directory, 'gunicorn.conf.py')));
}

/**
 * @param options by the names of the command line, whether they come from it or from a configuration file
 * @param application as written
 * @param more.complete false when others may say what these options leave out
 */
export function gunicornClaims(
  options: Options,
  application: string | undefined,
  { complete }: { readonly complete: boolean },
): Claim[] {
  const claims: Claim[] = [];
  const workers = optionOf(options, 'workers');
  const processes = countOf(workers);
  const workerClass = wordOf(optionOf(options, 'worker-class'));
  if (processes !== undefined) {
    claims.push(
      claim('processes', processes, `runs ${amount(processes, WORKER, application)} (gunicorn)`, {
        ...(workers !== undefined && { value: workers }),
        // A class that loads the application anew in each worker makes no difference: only preloading loads it before.
        load: isSet(options, 'preload', 'preload-app') ? 'before-fork' : 'in-each',
      }),
    );
  }
  const threads = optionOf(options, 'threads');
  const said = countOf(threads);
  if (workerClass !== undefined && !THREADED.includes(workerClass)) return claims;
  if (said !== undefined && threads !== undefined) {
    claims.push(
      claim('threads', said, `runs ${amount(said, THREAD, undefined)} in each worker (gunicorn)`, {
        value: threads,
      }),
    );
  } else if (threads === undefined && processes !== undefined && workerClass !== 'gthread' && complete) {
    claims.push(
      claim('threads', ONE, 'runs one thread in each worker (gunicorn without --threads)', {
        ...(workers !== undefined && { value: workers }),
      }),
    );
  }
  return claims;
}
