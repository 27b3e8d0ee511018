import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const SOURCE = fileURLToPath(new URL('../src/scenario', import.meta.url));
/** The runtime's addon, which a bundle elsewhere would not find. */
const ADDON = fileURLToPath(new URL('../../lockkit/native/build/lockkit.node', import.meta.url));

/** A scenario as an extension bundles it, in a directory of its own, and a private place for temporary files. */
export interface Bench {
  /** Holds scenario-process.cjs, scenario-thread.cjs and runner.cjs; its path is in the command line of every process. */
  readonly entryDirectory: string;
  /** The temporary directory of everything that runs here. */
  readonly temporary: string;
  remove(): void;
}

/** Bundles the scenario, and points TMPDIR and LOCKKIT_ADDON of this process to the bench. */
export async function setUpBench(): Promise<Bench> {
  if (!existsSync(ADDON)) throw new Error(`${ADDON} is missing. Run npm run build:native first.`);
  const entryDirectory = await mkdtemp(path.join(os.tmpdir(), 'scenario-bundle-'));
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'scenario-temporary-'));
  await build({
    entryPoints: {
      'scenario-process': path.join(SOURCE, 'process.ts'),
      'scenario-thread': path.join(SOURCE, 'thread.ts'),
      runner: fileURLToPath(new URL('scenario-runner.ts', import.meta.url)),
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outdir: entryDirectory,
    outExtension: { '.js': '.cjs' },
    logLevel: 'error',
    // In CommonJS `import.meta` is empty by intention: the sources take __filename then.
    logOverride: { 'empty-import-meta': 'silent' },
  });
  process.env.TMPDIR = temporary;
  process.env.LOCKKIT_ADDON = ADDON;
  return {
    entryDirectory,
    temporary,
    remove: () => {
      delete process.env.TMPDIR;
      delete process.env.LOCKKIT_ADDON;
      rmSync(entryDirectory, { recursive: true });
      rmSync(temporary, { recursive: true });
    },
  };
}

/** Process ids of everything that runs from the bench's bundle. */
export function processesOf(bench: Bench): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(path.join(bench.entryDirectory, 'scenario-process.cjs')))
    .map(Number);
}

/** Empty for a process that has just ended, and for a zombie. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

export function temporaryFilesOf(bench: Bench): string[] {
  return readdirSync(bench.temporary);
}

/** Waits until a condition holds; a test's own time limit is the end of its patience. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}
