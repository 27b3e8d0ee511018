/** What the prover saw lose an update loses none once it is fixed. */
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from './cli-support.js';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
  symlinkSync(MODULES, path.join(ground.directory, 'node_modules'));
});
afterEach(() => {
  ground.remove();
});

test.each([
  [
    'guarded in an async function',
    'tasks',
    `import { setTimeout as sleep } from 'node:timers/promises';

let total = 0;

export async function add() {
  const value: number = total;
  await sleep(1);
  total = value + 1;
}
`,
    'await totalLock.request(async () => {',
  ],
  [
    'guarded in a function that cannot await',
    'processes',
    `import { readFileSync, writeFileSync } from 'node:fs';

export function add() {
  const data = JSON.parse(readFileSync('count.json', 'utf8'));
  data.n += 1;
  writeFileSync('count.json', JSON.stringify(data));
}
`,
    'countLock.requestSync(() => {',
  ],
  [
    'under a lock that now reaches far enough',
    'processes',
    `import { Mutex } from 'async-mutex';
import { readFile, writeFile } from 'node:fs/promises';

const mutex = new Mutex();

export async function add() {
  const release = await mutex.acquire();
  try {
    const data = JSON.parse(await readFile('count.json', 'utf8'));
    data.n += 1;
    await writeFile('count.json', JSON.stringify(data));
  } finally {
    release();
  }
}
`,
    "const mutex = new CombinedLock('count.json');",
  ],
  [
    'under a lock that is now made once',
    'tasks',
    `import { Mutex } from 'async-mutex';
import { setTimeout as sleep } from 'node:timers/promises';

let total = 0;

export async function add() {
  const mutex = new Mutex();
  await mutex.runExclusive(async () => {
    const value: number = total;
    await sleep(1);
    total = value + 1;
  });
}
`,
    'const mutex = new Mutex();\n\nexport async function add() {',
  ],
])('%s', async (_, dimension, text, written) => {
  ground.write({
    'package.json': '{ "name": "counter", "type": "module", "dependencies": { "lockkit": "*" } }',
    'lockkit.json': '{ "deployment": { "processes": 2 } }',
    'count.json': '{"n":41}',
    'counter.ts': text,
  });
  const prove = () => ground.lockkit(['prove', 'counter.ts:add', '--dimension', dimension]);
  expect(await prove()).toMatchObject({ code: 1 });
  await ground.lockkit(['check', '--fix', '--level', 'hint']);
  expect(ground.read('counter.ts')).toContain(written);
  expect(await prove()).toMatchObject({ code: 0 });
});

test('what the store adds itself is no update any more that others could come into', async () => {
  ground.write({
    'package.json': '{ "name": "counter", "type": "module" }',
    'counter.ts': `import { Redis } from 'ioredis';

const redis = new Redis();

export async function add() {
  const total = Number((await redis.get('total')) ?? '0');
  await redis.set('total', total + 1);
}
`,
  });
  expect(await ground.lockkit(['prove', 'counter.ts:add'])).toMatchObject({ code: 1 });
  await ground.lockkit(['check', '--fix']);
  expect(ground.read('counter.ts')).toContain("await redis.incr('total');");
  expect(await ground.lockkit(['prove', 'counter.ts:add'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('updates no shared state') as string,
  });
});
