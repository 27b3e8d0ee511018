import { Redis } from 'ioredis';

import { messageOf, ScenarioError } from '../errors.js';
import type { Store } from './store.js';

/** A key that a crash of the whole experiment leaves behind is gone after this time. */
const SECONDS_TO_LIVE = 3600;

/** The counter under a key of a Redis server, read and written by plain GET and SET. */
export class RedisStore implements Store {
  private constructor(
    private readonly client: Redis,
    private readonly key: string,
  ) {}

  /** @throws ScenarioError when the server cannot be reached */
  static async open(url: string, key: string): Promise<RedisStore> {
    const client = new Redis(url, {
      lazyConnect: true,
      connectTimeout: 5000,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    let failure: unknown;
    // The connection's own error says more than that of connect(), which only says that it is closed.
    client.on('error', (error: unknown) => {
      failure ??= error;
    });
    try {
      await client.connect();
    } catch (error) {
      client.disconnect();
      throw new ScenarioError(
        `Redis at ${new URL(url).host} cannot be reached (${messageOf(failure ?? error)}). Start it, or leave out its URL to count in a file.`,
      );
    }
    return new RedisStore(client, key);
  }

  async read(): Promise<number> {
    const text = await this.client.get(this.key);
    if (text === null) throw new ScenarioError(`The counter's key ${this.key} is gone from Redis.`);
    return Number(text);
  }

  async write(value: number): Promise<void> {
    await this.client.set(this.key, String(value), 'EX', SECONDS_TO_LIVE);
  }

  async remove(): Promise<void> {
    await this.client.del(this.key);
  }

  close(): void {
    this.client.disconnect();
  }
}
