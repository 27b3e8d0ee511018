/** The servers that frameworks bring along for development handle each request in a thread of its own. */
import { claim } from '../claims.js';
import { MANY, ONE } from '../instances.js';
import { fileIn, moduleIn, start, type CommandContext, type CommandReader } from './command.js';
import { optionOf, parseOptions, wordOf } from './options.js';

/** https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver */
const djangoAdmin: CommandReader = {
  names: ['django-admin', 'django-admin.py', 'manage.py'],
  read: (words, context, name) => runserver(words, context, name === 'manage.py' ? name : undefined),
};

/** @param manage the `manage.py` as written */
export function runserver(
  [command, ...words]: readonly string[],
  context: CommandContext,
  manage: string | undefined,
): ReturnType<CommandReader['read']> {
  const program = fileIn(manage, context);
  if (command !== 'runserver' && command !== 'runserver_plus') return [start([], program)];
  const single = words.includes('--nothreading');
  return [
    start(
      [
        single
          ? claim('threads', ONE, 'handles all requests in one thread (runserver --nothreading)')
          : claim('threads', MANY, 'handles each request in a thread of its own (runserver)'),
      ],
      program,
    ),
  ];
}

/** https://flask.palletsprojects.com/en/stable/cli/ */
const flask: CommandReader = {
  names: ['flask'],
  read(words, context) {
    const { options, positional } = parseOptions(words, {
      short: { A: 'app', h: 'host', p: 'port', e: 'env-file' },
      flags: [
        'debug',
        'no-debug',
        'reload',
        'no-reload',
        'debugger',
        'no-debugger',
        'with-threads',
        'without-threads',
      ],
    });
    if (!positional.includes('run')) return [];
    const application = wordOf(optionOf(options, 'app')) ?? context.environment.get('FLASK_APP');
    const program =
      application === undefined
        ? (moduleIn('wsgi', context) ?? moduleIn('app', context))
        : application.endsWith('.py')
          ? fileIn(application, context)
          : moduleIn(application, context);
    return [
      start(
        [
          options.has('without-threads')
            ? claim('threads', ONE, 'handles all requests in one thread (flask run --without-threads)')
            : claim('threads', MANY, 'handles each request in a thread of its own (flask run)'),
        ],
        program,
      ),
    ];
  },
};

export const developmentServers: readonly CommandReader[] = [djangoAdmin, flask];
