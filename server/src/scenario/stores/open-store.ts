import { FileStore } from './file-store.js';
import type { Store, StoreAddress } from './store.js';

/** The Redis client is loaded only when it is needed: each thread would load it for itself. */
export async function openStore(address: StoreAddress): Promise<Store> {
  if (address.kind === 'file') return new FileStore(address.file);
  const { RedisStore } = await import('./redis-store.js');
  return RedisStore.open(address.url, address.key);
}
