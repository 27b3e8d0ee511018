import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Node-API addon's exports; native/addon.c says what they do. */
export interface Addon {
  open(onSettled: (id: number, error?: Error) => void): AddonClient;
  freshen(): void;
  counts(): { locks: number; waiters: number; requests: number };
  readonly flock: (fd: number, operation: string) => void;
}

export interface AddonClient {
  acquire(file: string, ifAvailable: boolean, handover: number): number;
  release(id: number): number;
  cancel(id: number): number;
  token(id: number): bigint;
}

let loaded: { addon: Addon | undefined; reason: string } | undefined;

/** The addon, or why there is none. Looked for once per thread. */
export function loadAddon(): { readonly addon: Addon | undefined; readonly reason: string } {
  loaded ??= findAddon();
  return loaded;
}

function findAddon(): { addon: Addon | undefined; reason: string } {
  const failures: string[] = [];
  for (const candidate of candidates()) {
    if (!existsSync(candidate)) {
      failures.push(`${candidate} is not there`);
      continue;
    }
    try {
      return { addon: requireFromHere()(candidate) as Addon, reason: '' };
    } catch (error) {
      failures.push(`${candidate} does not load (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  return { addon: undefined, reason: failures.join('; ') };
}

function candidates(): string[] {
  const configured = process.env.LOCKKIT_ADDON;
  const beside = path.dirname(thisFile());
  return [
    ...(configured === undefined || configured === '' ? [] : [path.resolve(configured)]),
    path.join(beside, '../native/build/lockkit.node'),
    path.join(beside, `../prebuilds/${process.platform}-${process.arch}/lockkit.node`),
  ];
}

export function requireFromHere(): NodeJS.Require {
  return createRequire(thisFile());
}

/**
 * The path of this module, or of the bundle it has become: a bundler that writes CommonJS leaves `import.meta` empty,
 * and there `__filename` is the bundle.
 */
function thisFile(): string {
  const { url } = import.meta as { url?: string };
  return url === undefined ? __filename : fileURLToPath(url);
}
