/** uWSGI: processes of threads. https://uwsgi-docs.readthedocs.io/en/latest/Options.html */
import { amount, claim, PROCESS, THREAD, type Claim } from '../claims.js';
import { countOf, ONE } from '../instances.js';
import { fileIn, moduleIn, start, type CommandContext, type CommandReader } from './command.js';
import { isSet, optionOf, parseOptions, wordOf, type OptionForms, type Options } from './options.js';

const FORMS: OptionForms = {
  short: {
    s: 'socket',
    p: 'processes',
    M: 'master',
    T: 'enable-threads',
    H: 'virtualenv',
    w: 'module',
    d: 'daemonize',
    y: 'yaml',
    x: 'xml',
    j: 'json',
    z: 'socket-timeout',
    C: 'chmod-socket',
    L: 'disable-logging',
  },
  flags: [
    'master',
    'enable-threads',
    'lazy',
    'lazy-apps',
    'single-interpreter',
    'die-on-term',
    'need-app',
    'vacuum',
    'thunder-lock',
    'disable-logging',
    'strict',
    'auto-procname',
    'memory-report',
    'no-orphans',
    'no-site',
    'http-keepalive',
    'http-auto-chunked',
    'http-chunked-input',
    'wsgi-env-behavior',
    'py-auto-reload',
    'manage-script-name',
    'log-x-forwarded-for',
  ],
};

export const uwsgi: CommandReader = {
  names: ['uwsgi', 'uwsgi-core', 'uwsgi_python3', 'pyuwsgi'],
  read(words, context) {
    const { options } = parseOptions(words, FORMS);
    return [start(uwsgiClaims(options), uwsgiProgram(options, context))];
  },
};

/** The program that options name, whether they come from a command line or from a configuration file. */
export function uwsgiProgram(options: Options, context: CommandContext): string | undefined {
  const file = wordOf(optionOf(options, 'wsgi-file', 'file', 'pyfile'));
  const directory = wordOf(optionOf(options, 'chdir', 'chdir2', 'pythonpath', 'python-path', 'pp'));
  const module = wordOf(optionOf(options, 'module', 'wsgi'));
  // `mount = /path=app.py`, `mount = /path=pkg.module:app`
  const mounted = wordOf(optionOf(options, 'mount'))?.replace(/^[^=]*=/, '');
  const written = file ?? (mounted?.endsWith('.py') === true ? mounted : undefined);
  if (written !== undefined) {
    const inside = directory === undefined ? undefined : fileIn(`${directory}/${written}`, context);
    return inside ?? fileIn(written, context);
  }
  return moduleIn(module ?? mounted, context, directory);
}

/** @param options by the names of the command line, whether they come from it or from a configuration file */
export function uwsgiClaims(options: Options): Claim[] {
  const claims: Claim[] = [];
  const workers = optionOf(options, 'processes', 'workers');
  const threads = optionOf(options, 'threads');
  const processes = countOf(workers);
  const perProcess = countOf(threads);
  const name = programName(options);
  if (processes !== undefined && workers !== undefined) {
    claims.push(
      claim('processes', processes, `runs ${amount(processes, PROCESS, name)} (uWSGI)`, {
        value: workers,
        load: isSet(options, 'lazy-apps', 'lazy') ? 'in-each' : 'before-fork',
      }),
    );
  }
  if (perProcess !== undefined && threads !== undefined) {
    claims.push(
      claim('threads', perProcess, `runs ${amount(perProcess, THREAD, undefined)} in each process (uWSGI)`, {
        value: threads,
      }),
    );
  } else if (threads === undefined && workers !== undefined && !runsGreenlets(options)) {
    claims.push(
      claim('threads', ONE, 'runs one thread in each process (uWSGI without threads)', { value: workers }),
    );
  }
  return claims;
}

/** Many requests on one thread: neither one execution nor threads. */
function runsGreenlets(options: Options): boolean {
  return optionOf(options, 'gevent', 'async', 'asyncio', 'greenlet', 'tornado') !== undefined;
}

function programName(options: Options): string | undefined {
  return wordOf(optionOf(options, 'wsgi-file', 'file', 'pyfile', 'module', 'wsgi'));
}
