import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Node-API addon's exports; native/addon.c says what they do. */
export interface Addon {
  readonly interface: number;
  open(thread: number, onSettled: (request: number, error?: Error) => void): AddonClient;
  query(path?: string): { name: string; mode: 'exclusive' | 'shared'; held: boolean; thread: number }[];
  counts(): { locks: number; open: number; waiters: number; requests: number };
  checkDirectory(path: string): void;
  readonly flock: (fd: number, operation: string) => void;
}

export interface AddonClient {
  lock(path: string, name: string): number;
  close(handle: number): boolean;
  acquire(handle: number, mode: number, patience: number, budget: number): number | 'held' | 'queued';
  waitSync(request: number, limit: number): boolean;
  release(request: number): number;
  cancel(request: number): number;
  cancelSync(request: number): number;
  token(request: number): bigint;
  lost(request: number): boolean;
  freshen(): void;
}

/** The one that this version of Lockkit speaks; an addon that was built from older sources has another one, or none. */
const INTERFACE = 1;

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
      const addon = requireFromHere()(candidate) as Partial<Addon>;
      if (addon.interface === INTERFACE) return { addon: addon as Addon, reason: '' };
      failures.push(`${candidate} is of another version of Lockkit`);
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
    path.join(prebuild(path.join(beside, '../prebuilds')), 'lockkit.node'),
  ];
}

/** The folder of this platform: `<platform>-<arch>`, or, on a Linux without glibc, `<platform>-<arch>-musl`. */
function prebuild(folder: string): string {
  const plain = `${process.platform}-${process.arch}`;
  const musl = `${plain}-musl`;
  const there = existsSync(folder) ? readdirSync(folder) : [];
  return path.join(folder, there.includes(musl) && !hasGlibc() ? musl : plain);
}

function hasGlibc(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime !== undefined;
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
