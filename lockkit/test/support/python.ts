import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { Peer } from './peer.js';

const PACKAGE = path.join(import.meta.dirname, '..', '..', 'python');
const OLDEST = [3, 9] as const;

export interface Python {
  readonly path: string;
  /** As in `3.11.7`. */
  readonly version: string;
}

/** The folder that Python finds the package in. */
export const PYTHON_SOURCE = path.join(PACKAGE, 'src');
export const PYTHON_PACKAGE = PACKAGE;

/**
 * The interpreters on the PATH and those that pyenv has, of Python 3.9 and later, one of each version.
 *
 * @throws Error when there is none: what needs one does not pass without
 */
export function findPythons(): readonly Python[] {
  const byVersion = new Map<string, Python>();
  for (const candidate of candidates()) {
    const found = inspect(candidate);
    if (found !== undefined && !byVersion.has(found.version)) byVersion.set(found.version, found);
  }
  if (byVersion.size === 0) {
    throw new Error('There is no Python 3.9 or later here. Install it: scripts/system-packages python3');
  }
  return [...byVersion.values()];
}

function candidates(): string[] {
  const names = ['python3', ...Array.from({ length: 8 }, (_, i) => `python3.${OLDEST[1] + i}`)];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const onPath = names.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const pyenv = path.join(homedir(), '.pyenv', 'versions');
  const versions = existsSync(pyenv) ? readdirSync(pyenv) : [];
  return [...onPath, ...versions.map((version) => path.join(pyenv, version, 'bin', 'python3'))].filter(
    existsSync,
  );
}

function inspect(candidate: string): Python | undefined {
  const script = 'import sys; print(sys.executable, *sys.version_info[:3])';
  try {
    const [executable = '', ...version] = execFileSync(candidate, ['-c', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(' ');
    const [major = 0, minor = 0] = version.map(Number);
    if (major !== OLDEST[0] || minor < OLDEST[1]) return undefined;
    return { path: executable, version: version.join('.') };
  } catch {
    return undefined; // a shim of a version that is not installed
  }
}

/** A real process that runs lockkit/python/tests/peer.py. */
export class PythonPeer extends Peer {
  readonly child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(python: Python) {
    super();
    const program = path.join(PACKAGE, 'tests', 'peer.py');
    this.child = spawn(python.path, [program], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONPATH: PYTHON_SOURCE },
    });
    this.#exited = once(this.child, 'exit').then(([, signal]) => {
      if (!this.child.killed) this.crashed(`the peer in Python has ended (${String(signal)})`);
    });
    if (this.child.stdout === null) throw new Error('the peer has no standard output');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.answered(JSON.parse(line) as Parameters<Peer['answered']>[0]);
    });
  }

  protected send(message: object): void {
    this.child.stdin?.write(JSON.stringify(message) + '\n');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#exited;
  }
}

/**
 * An interpreter that can build a wheel without a network.
 *
 * @throws Error when there is none
 */
export function findBuilder(): Python {
  const script = 'import setuptools, wheel, pip, venv, ensurepip';
  for (const candidate of [...findPythons(), inspect('/usr/bin/python3')]) {
    if (candidate !== undefined && spawnSync(candidate.path, ['-c', script]).status === 0) return candidate;
  }
  throw new Error(
    'No Python here has pip, setuptools, venv and wheel. Install them: scripts/system-packages python3-build',
  );
}
