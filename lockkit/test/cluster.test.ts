import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { useLockDirectory } from './support/scratch.js';

const run = promisify(execFile);
const program = fileURLToPath(new URL('programs/clustered.mjs', import.meta.url));

describe('CombinedLock in a group of processes', () => {
  const directory = useLockDirectory('native');

  // PM2's cluster mode is node:cluster, its fork mode child_process.
  it.each(['cluster', 'fork'])('of %s loses no count', async (how) => {
    const file = path.join(directory.path, how);
    writeFileSync(file, '0');
    const { stdout } = await run(process.execPath, [program, how, file, '4', '50'], { timeout: 60_000 });
    expect(stdout.trim().split('\n').at(-1)).toBe('200');
  });
});
