/** Workers that take jobs from a queue: Celery, Dramatiq, RQ, Huey. */
import { amount, claim, THREAD, WORKER, type Claim } from '../claims.js';
import { countOf, ONE, PER_PROCESSOR } from '../instances.js';
import { moduleIn, start, type CommandReader } from './command.js';
import { optionOf, parseOptions, wordOf } from './options.js';

/**
 * https://docs.celeryq.dev/en/stable/reference/cli.html: by default a process for each processor, forked off after the
 * application is loaded.
 */
const celery: CommandReader = {
  names: ['celery'],
  read(words, context) {
    const { options, positional } = parseOptions(words, {
      short: {
        A: 'app',
        c: 'concurrency',
        P: 'pool',
        Q: 'queues',
        n: 'hostname',
        l: 'loglevel',
        f: 'logfile',
        D: 'detach',
        B: 'beat',
        E: 'task-events',
        b: 'broker',
      },
      flags: [
        'detach',
        'beat',
        'task-events',
        'events',
        'without-gossip',
        'without-mingle',
        'without-heartbeat',
        'purge',
        'quiet',
        'no-color',
      ],
    });
    if (!positional.includes('worker')) return [];
    const application = wordOf(optionOf(options, 'app'));
    const pool = wordOf(optionOf(options, 'pool')) ?? 'prefork';
    const number = optionOf(options, 'concurrency');
    // `--autoscale=10,3`: ten at most.
    const scaled = wordOf(optionOf(options, 'autoscale'))?.split(',')[0];
    const instances =
      (scaled === undefined
        ? undefined
        : countOf({ kind: 'scalar', value: scaled, range: { start: 0, end: 0 } })) ??
      (number === undefined ? PER_PROCESSOR : countOf(number));
    const claims: Claim[] = [];
    if (instances !== undefined && (pool === 'prefork' || pool === 'processes')) {
      claims.push(
        claim('processes', instances, `runs ${amount(instances, WORKER, application)} (Celery)`, {
          load: 'before-fork',
        }),
      );
    } else if (instances !== undefined && pool === 'threads') {
      claims.push(claim('threads', instances, `runs ${amount(instances, THREAD, application)} (Celery)`));
    } else if (pool === 'solo') {
      claims.push(claim('processes', ONE, 'runs one task at a time (Celery, pool solo)'));
    }
    const program =
      application === undefined
        ? undefined
        : (moduleIn(`${application.replace(/:.*$/, '')}.celery`, context) ?? moduleIn(application, context));
    return [start(claims, program)];
  },
};

/** https://dramatiq.io/guide.html: a process for each processor, of 8 threads. */
const dramatiq: CommandReader = {
  names: ['dramatiq'],
  read(words, context) {
    const { options, positional } = parseOptions(words, {
      short: { p: 'processes', t: 'threads', Q: 'queues', P: 'path', v: 'verbose' },
      flags: ['verbose', 'watch-use-polling', 'use-spawn'],
    });
    const [application] = positional;
    const processes = countOf(optionOf(options, 'processes')) ?? PER_PROCESSOR;
    const threads = countOf(optionOf(options, 'threads')) ?? { says: 'many', count: 8 };
    return [
      start(
        [
          claim('processes', processes, `runs ${amount(processes, WORKER, application)} (Dramatiq)`, {
            load: 'in-each',
          }),
          claim('threads', threads, `runs ${amount(threads, THREAD, undefined)} in each process (Dramatiq)`),
        ],
        moduleIn(application, context),
      ),
    ];
  },
};

/** https://python-rq.org/docs/workers/: each worker forks for a job; a pool has several. */
const rq: CommandReader = {
  names: ['rq'],
  read([command, ...words]) {
    if (command !== 'worker-pool') return [];
    const { options } = parseOptions(words, { short: { n: 'num-workers', u: 'url' }, flags: ['burst'] });
    const workers = countOf(optionOf(options, 'num-workers'));
    if (workers === undefined) return [];
    return [
      start([claim('processes', workers, `runs ${amount(workers, WORKER, undefined)} (RQ)`)], undefined),
    ];
  },
};

/** https://huey.readthedocs.io/en/latest/consumer.html: threads, unless it is told otherwise. */
const huey: CommandReader = {
  names: ['huey_consumer', 'huey_consumer.py'],
  read(words, context) {
    const { options, positional } = parseOptions(words, {
      short: {
        w: 'workers',
        k: 'worker-type',
        l: 'logfile',
        d: 'delay',
        m: 'max-delay',
        v: 'verbose',
        n: 'no-periodic',
      },
      flags: ['verbose', 'no-periodic', 'flush-locks'],
    });
    const [application] = positional;
    const workers = countOf(optionOf(options, 'workers'));
    const kind = wordOf(optionOf(options, 'worker-type')) ?? 'thread';
    if (workers === undefined || !['thread', 'process'].includes(kind)) return [];
    const processes = kind === 'process';
    return [
      start(
        [
          claim(
            processes ? 'processes' : 'threads',
            workers,
            `runs ${amount(workers, processes ? WORKER : THREAD, application)} (Huey)`,
          ),
        ],
        // `app.queue.huey` is `huey` of the module `app.queue`.
        moduleIn(application, context) ?? moduleIn(application?.replace(/\.\w+$/, ''), context),
      ),
    ];
  },
};

export const queueWorkers: readonly CommandReader[] = [celery, dramatiq, rq, huey];
