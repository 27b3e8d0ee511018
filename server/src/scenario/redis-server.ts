import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

import { Redis } from 'ioredis';

import { Service } from './service.js';

/** A Redis server of its own, on a socket in a private directory, and on the loopback interface if asked for. */
export class RedisServer {
  private constructor(
    private readonly service: Service,
    readonly socket: string,
    /** 0 when it listens on none. */
    readonly port: number,
    readonly client: Redis,
  ) {}

  static async start(
    directory: string,
    signal: AbortSignal | undefined,
    { onPort = false } = {},
  ): Promise<RedisServer> {
    const port = onPort ? await freePort() : 0;
    const socket = path.join(directory, 'redis.sock');
    const log = path.join(directory, 'redis.log');
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
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
    return new RedisServer(service, socket, port, client);
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.service.kill('SIGKILL');
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
      });
    });
  });
}
