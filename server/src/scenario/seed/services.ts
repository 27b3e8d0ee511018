import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';

import { ScenarioError } from '../errors.js';
import { runs, Service } from '../service.js';
import type { SeedPlan } from './options.js';

/** What Debian and Ubuntu call what the experiment needs. */
const PACKAGES = 'uwsgi-core uwsgi-plugin-python3 python3-flask python3-redis redis-server';

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
    const service = new Service('uWSGI', ['uwsgi', ...args], log, {
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
