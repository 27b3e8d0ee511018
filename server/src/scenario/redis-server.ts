import { existsSync } from 'node:fs';
import path from 'node:path';

import { Redis } from 'ioredis';

import { Service } from './service.js';

/** A Redis server of its own, on a socket in a private directory. */
export class RedisServer {
  private constructor(
    private readonly service: Service,
    readonly socket: string,
    readonly client: Redis,
  ) {}

  static async start(directory: string, signal: AbortSignal | undefined): Promise<RedisServer> {
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
    const service = new Service('redis-server', ['redis-server', ...args, '--dir', directory], log);
    try {
      await service.until(() => Promise.resolve(existsSync(socket)), signal);
    } catch (error) {
      await service.kill('SIGKILL');
      throw error;
    }
    const client = new Redis({ path: socket, maxRetriesPerRequest: 1 });
    // A command that fails says so itself; without a listener the client would print it as well.
    client.on('error', () => undefined);
    return new RedisServer(service, socket, client);
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.service.kill('SIGKILL');
  }
}
