import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Redis } from 'ioredis';

import { ScenarioError } from '../errors.js';
import type { SeedPlan } from './options.js';

/** What Debian and Ubuntu call what the experiment needs. */
const PACKAGES = 'uwsgi-core uwsgi-plugin-python3 python3-flask python3-redis redis-server';
const STARTUP_MS = 60_000;
/** For a service to end by the signal that it should end by. */
const PATIENCE_MS = 3_000;

/** The Python that uWSGI's plugin is built for: its modules are Debian's, not those of another Python on the path. */
const PYTHON = '/usr/bin/python3';

/**
 * Says what is missing, before anything is started.
 * @throws ScenarioError when uWSGI, Flask or Redis are not installed
 */
export function checkServices(): void {
  const missing = [
    ...(runs('redis-server', ['--version']) ? [] : ['redis-server']),
    ...(runs('uwsgi', ['--version']) ? [] : ['uwsgi']),
    ...(runs(PYTHON, ['-c', 'import flask, redis']) ? [] : ["Flask and redis for the system's Python"]),
  ];
  if (missing.length === 0) return;
  throw new ScenarioError(
    `The seed's experiment runs a real uWSGI, Flask and Redis; not there: ${missing.join(', ')}. On Debian or Ubuntu: apt-get install ${PACKAGES}`,
  );
}

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** A process that is gone when this one is, whatever happens. */
class Service {
  #child: ChildProcess;
  #gone = false;

  constructor(
    private readonly name: string,
    command: string,
    args: readonly string[],
    private readonly log: string,
    environment: NodeJS.ProcessEnv,
  ) {
    const [program, ...all] = whileWeLive([command, ...args]);
    if (program === undefined) throw new Error('No program.');
    this.#child = spawn(program, all, { stdio: 'ignore', env: { ...process.env, ...environment } });
    this.#child.once('exit', () => (this.#gone = true));
    this.#child.once('error', () => (this.#gone = true));
  }

  /** @throws ScenarioError when the service ends or does not come up; the signal's reason when it aborts */
  async until(isUp: () => Promise<boolean>, signal: AbortSignal | undefined): Promise<void> {
    const end = Date.now() + STARTUP_MS;
    while (!(await isUp())) {
      signal?.throwIfAborted();
      if (this.#gone || Date.now() > end) {
        const why = existsSync(this.log)
          ? readFileSync(this.log, 'utf8').trim().split('\n').slice(-5).join('\n')
          : '';
        throw new ScenarioError(`${this.name} did not start${why === '' ? '.' : `. It says:\n${why}`}`);
      }
      await sleep(20);
    }
  }

  /** Ends it by the given signal, and by SIGKILL if that is not enough. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#gone) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    this.#child.kill(signal);
    await gone;
    clearTimeout(patience);
  }
}

/** With util-linux's setpriv the kernel ends the service when this process dies. */
function whileWeLive(command: readonly string[]): readonly string[] {
  return process.platform === 'linux' && runs('setpriv', ['--version'])
    ? ['setpriv', '--pdeathsig', 'KILL', ...command]
    : command;
}

/** A Redis server of its own, on a socket in a private directory. */
export class SeedRedis {
  private constructor(
    private readonly service: Service,
    readonly socket: string,
    readonly client: Redis,
  ) {}

  static async start(directory: string, signal: AbortSignal | undefined): Promise<SeedRedis> {
    const socket = path.join(directory, 'redis.sock');
    const log = path.join(directory, 'redis.log');
    const args = [
      '--port',
      '0',
      '--unixsocket',
      socket,
      '--save',
      '',
      '--appendonly',
      'no',
      '--logfile',
      log,
    ];
    const service = new Service('redis-server', 'redis-server', [...args, '--dir', directory], log, {});
    try {
      await service.until(() => Promise.resolve(existsSync(socket)), signal);
    } catch (error) {
      await service.kill('SIGKILL');
      throw error;
    }
    const client = new Redis({ path: socket, maxRetriesPerRequest: 1 });
    // A command that fails says so itself; without a listener the client would print it as well.
    client.on('error', () => undefined);
    return new SeedRedis(service, socket, client);
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.service.kill('SIGKILL');
  }
}

export interface SeedServerOptions {
  readonly plan: SeedPlan;
  readonly lock: string;
  readonly directory: string;
  readonly redisSocket: string;
  /** counter.py */
  readonly program: string;
  /** Where Python finds the lockkit package. */
  readonly pythonPath: string;
}

/** uWSGI with the counter, started with the options of the post. */
export class SeedServer {
  private constructor(
    private readonly service: Service,
    private readonly socket: string,
  ) {}

  static async start(options: SeedServerOptions, signal: AbortSignal | undefined): Promise<SeedServer> {
    const { plan, directory } = options;
    const socket = path.join(directory, 'uwsgi.sock');
    const log = path.join(directory, 'uwsgi.log');
    const args = [
      ['--plugin', 'python3', '--http-socket', socket, '--wsgi-file', options.program, '--callable', 'app'],
      ['--master', '--processes', String(plan.processes), '--threads', String(plan.threads)],
      ['--enable-threads', '--lazy-apps', '--no-orphans', '--need-app', '--logto', log],
    ].flat();
    const service = new Service('uWSGI', 'uwsgi', args, log, {
      LOCKKIT_SEED_LOCK: options.lock,
      LOCKKIT_SEED_REDIS: options.redisSocket,
      LOCKKIT_SEED_UPDATES: String(plan.iterations),
      LOCKKIT_SEED_WINDOW: String(plan.windowMs / 1000),
      LOCKKIT_SEED_FILE: path.join(directory, 'lock'),
      LOCKKIT_DIR: path.join(directory, 'locks'),
      PYTHONPATH: options.pythonPath,
      PYTHONDONTWRITEBYTECODE: '1',
    });
    const server = new SeedServer(service, socket);
    try {
      // The master writes a line for each worker that has loaded the program.
      await service.until(() => Promise.resolve(workersReady(log) >= plan.processes), signal);
    } catch (error) {
      await service.kill('SIGKILL');
      throw error;
    }
    return server;
  }

  /** Asks the counter for a round of updates. Which process answered. */
  async run(): Promise<number> {
    const body = await get(this.socket, '/run');
    return (JSON.parse(body) as { process: number }).process;
  }

  /** By SIGINT, at which uWSGI ends at once; at SIGTERM it would wait for threads that wait for each other. */
  async stop(): Promise<void> {
    await this.service.kill('SIGINT');
  }
}

function workersReady(log: string): number {
  if (!existsSync(log)) return 0;
  return readFileSync(log, 'utf8').match(/^WSGI app 0 .* ready in /gm)?.length ?? 0;
}

function get(socketPath: string, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: url, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else
          reject(
            new ScenarioError(`The counter answered ${String(response.statusCode)}: ${body.slice(0, 500)}`),
          );
      });
    })
      .on('error', reject)
      .end();
  });
}
