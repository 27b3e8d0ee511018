import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'vitest';

import type { ProveReport } from '../src/scenario/prove/index.js';
import { Playground, type Run } from './cli-support.js';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** A package whose functions are proved, and a directory for scratch copies in which what is left behind is seen. */
export class ProvingGround extends Playground {
  readonly #temporary = mkdtempSync('/tmp/lockkit-test-');

  constructor() {
    super();
    this.write({ 'package.json': '{ "type": "module" }' });
    symlinkSync(MODULES, path.join(this.directory, 'node_modules'));
  }

  override lockkit(words: readonly string[]): Promise<Run> {
    return super.lockkit(words, '', { env: { ...process.env, TMPDIR: this.#temporary } });
  }

  async prove(...args: string[]): Promise<{ code: number | null; report: ProveReport; stderr: string }> {
    const { code, stdout, stderr } = await this.lockkit(['prove', ...args, '--format', 'json']);
    return { code, stderr, report: (stdout === '' ? undefined : JSON.parse(stdout)) as ProveReport };
  }

  override remove(): void {
    super.remove();
    expect(readdirSync(this.#temporary)).toEqual([]);
    rmSync(this.#temporary, { recursive: true });
  }
}
