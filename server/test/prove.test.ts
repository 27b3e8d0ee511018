import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ProvingGround } from './prove-support.js';

let ground: ProvingGround;
beforeEach(() => {
  ground = new ProvingGround();
});
afterEach(() => {
  ground.remove();
});

function write(name: string, text: string): void {
  ground.write({ [name]: text });
}

const COUNTER = `
import { setTimeout as sleep } from 'node:timers/promises';
let total = 0;
export async function add() {
  const value: number = total;
  await sleep(1);
  total = value + 1;
}
`;

describe('witnesses a lost update', () => {
  test('of a variable, among tasks, and says how to see it again', async () => {
    write('counter.ts', COUNTER);
    const { code, stdout } = await ground.lockkit(['prove', 'counter.ts:add']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^add in counter.ts, two async tasks: an update is lost, in schedule 1 \(A1\)\.$/m,
    );
    expect(stdout).toMatch(
      /^ +5 {2}reads total: 0\n +5 +reads total: 0\n +7 +writes total: 1\n +7 {2}writes total: 1 {2}<-$/m,
    );
    const again = /^Again: lockkit (.*)$/m.exec(stdout)?.[1]?.split(' ') ?? [];
    expect((await ground.lockkit(again)).code).toBe(1);
  });

  test('of a file, between processes, in a scratch copy: the real file stays as it is', async () => {
    write(
      'count.ts',
      `import { readFileSync, writeFileSync } from 'node:fs';
       export function count() {
         const data = JSON.parse(readFileSync('count.json', 'utf8'));
         data.n += 1;
         writeFileSync('count.json', JSON.stringify(data));
       }`,
    );
    write('count.json', '{"n":41}');
    const { code, report } = await ground.prove('count.ts:count', '--dimension', 'processes');
    expect(code).toBe(1);
    expect(report).toMatchObject({
      dimension: 'processes',
      lost: { cell: 'count.json', between: { value: `'{"n":42}'` } },
    });
    expect(ground.read('count.json')).toBe('{"n":41}');
  });

  test('of a field, through a method of an instance that lives on, in a CommonJS module', async () => {
    write('package.json', '{}');
    write(
      'counter.js',
      `class Counter {
         total = 0;
         async add(n) {
           this.total += await Promise.resolve(n);
         }
       }
       exports.counter = new Counter();`,
    );
    write('lockkit.prove.json', '{ "counter.js:counter.add": { "arguments": [2] } }');
    const { code, report } = await ground.prove('counter.js:counter.add');
    expect(code).toBe(1);
    expect(report.lost).toMatchObject({
      read: { value: '0' },
      between: { value: '2' },
      write: { value: '2' },
    });
  });

  test('of a key in Redis, on a server of its own', async () => {
    write(
      'visits.ts',
      `import { Redis } from 'ioredis';
       const redis = new Redis();
       export async function visit() {
         const count = await redis.get('visits');
         await redis.set('visits', Number(count) + 1);
       }`,
    );
    const { code, report } = await ground.prove('visits.ts:visit');
    expect(code).toBe(1);
    expect(report.lost).toMatchObject({ cell: 'visits', read: { value: 'null' }, between: { value: '1' } });
  });

  test('under a lock that does not reach far enough', async () => {
    write('package.json', '{ "type": "module", "scripts": { "start": "pm2 start save.ts -i 4" } }');
    write(
      'save.ts',
      `import { readFile, writeFile } from 'node:fs/promises';
       import { Mutex } from 'async-mutex';
       const mutex = new Mutex();
       export async function save() {
         await mutex.runExclusive(async () => {
           const count = Number(await readFile('count', 'utf8'));
           await writeFile('count', String(count + 1));
         });
       }`,
    );
    write('count', '0');
    const tasks = await ground.prove('save.ts:save', '--dimension', 'tasks');
    expect(tasks).toMatchObject({ code: 0, report: { dimension: 'tasks' } });
    expect(tasks.report.excluded).toBeGreaterThan(0);
    expect(await ground.prove('save.ts:save', '--dimension', 'processes')).toMatchObject({ code: 1 });
  });
});

test('a route handler without a name is meant by its line, and gets a request', async () => {
  write(
    'server.ts',
    `import { createServer } from 'node:http';
     const totals: Record<string, number> = {};
     createServer(async (request, response) => {
       let text = '';
       for await (const chunk of request) text += String(chunk);
       const { key } = JSON.parse(text) as { key: string };
       const total = totals[key] ?? 0;
       await Promise.resolve();
       totals[key] = total + 1;
       response.end(String(total));
     }).listen(80);`,
  );
  const without = await ground.prove('server.ts:9');
  expect(without.code).toBe(2);
  expect(without.stderr).toMatch(
    /called by itself it throws ".*" before it has written.*"server.ts:9": { "request": { "method": …/,
  );
  write(
    'lockkit.prove.json',
    '{ "server.ts:9": { "request": { "method": "POST", "body": { "key": "a" } } } }',
  );
  const { code, report } = await ground.prove('server.ts:9');
  expect(code).toBe(1);
  expect(report).toMatchObject({ subject: '9', lost: { between: { value: '1' }, write: { value: '1' } } });
});

test('a file, between worker threads', async () => {
  write(
    'save.ts',
    `import { Worker, isMainThread } from 'node:worker_threads';
     import { readFileSync, writeFileSync } from 'node:fs';
     export function save() {
       const count = Number(readFileSync('count', 'utf8'));
       writeFileSync('count', String(count + 1));
     }
     export function start() {
       if (isMainThread) for (let i = 0; i < 4; i++) new Worker(new URL(import.meta.url));
     }`,
  );
  write('count', '41');
  const { code, report } = await ground.prove('save.ts:save', '--dimension', 'threads');
  expect(code).toBe(1);
  expect(report).toMatchObject({ dimension: 'threads', lost: { cell: 'count', between: { value: "'42'" } } });
  expect(ground.read('count')).toBe('41');
});

test.each(['tasks', 'threads', 'processes'])(
  'finds nothing in code that is right, along %s',
  async (dimension) => {
    write(
      'save.ts',
      `import { readFile, writeFile } from 'node:fs/promises';
     import { CombinedLock } from 'lockkit';
     const lock = new CombinedLock('save');
     export async function save() {
       await lock.request(async () => {
         const count = Number(await readFile('count', 'utf8'));
         await writeFile('count', String(count + 1));
       });
     }`,
    );
    write('count', '0');
    const { code, report } = await ground.prove('save.ts:save', '--dimension', dimension);
    expect(code).toBe(0);
    expect(report.tried).toBeGreaterThan(0);
    expect(report.excluded).toBe(report.tried);
    expect(report.lost).toBeUndefined();
  },
);

describe('says what it needs', () => {
  test.each([
    ['counter.ts', /"counter.ts" is not FILE:FUNCTION or FILE:LINE/],
    [
      'counter.ts:other',
      /other in counter.ts updates no shared state that Lockkit can see; those that do: add/,
    ],
    ['counter.ts:add --schedule nonsense', /"nonsense" is no schedule; one looks like A2 or A2,B1/],
  ])('%s', async (args, message) => {
    write('counter.ts', COUNTER);
    const { code, stderr } = await ground.prove(...args.split(' '));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('arguments', async () => {
    write(
      'counter.ts',
      `const totals = new Map<string, number>();
       export async function add(options: { key: string }) {
         const value = totals.get(options.key) ?? 0;
         await Promise.resolve();
         totals.set(options.key, value + 1);
       }`,
    );
    const { code, stderr } = await ground.prove('counter.ts:add');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /add cannot be driven: called by itself it throws .* before it has written\. If it needs something, give it in .*lockkit\.prove\.json: \{ "counter\.ts:add": \{ "arguments"/,
    );
  });

  test('a store of its own, and the real one is not reached', async () => {
    write(
      'counter.ts',
      `import { connect } from 'node:net';
       let total = 0;
       export async function add() {
         const value = total;
         await new Promise((resolve, reject) => connect(5432, '127.0.0.1').on('connect', resolve).on('error', reject));
         total = value + 1;
       }`,
    );
    const { code, stderr } = await ground.prove('counter.ts:add');
    expect(code).toBe(2);
    expect(stderr).toMatch(/it connects to 127\.0\.0\.1:5432, which may be one of your real stores/);
  });
});
