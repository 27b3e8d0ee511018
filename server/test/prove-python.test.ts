import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { ProvingGround } from './prove-support.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/flask-counter/', import.meta.url));

let ground: ProvingGround;
beforeEach(() => {
  ground = new ProvingGround();
});
afterEach(() => {
  ground.remove();
});

const VARIABLE = `
import asyncio

total = 0


async def add():
    global total
    value = total
    await asyncio.sleep(0.01)
    total = value + 1
`;

const FILE = `
import json
import threading


def count():
    with open("count.json") as file:
        data = json.load(file)
    data["n"] += 1
    with open("count.json", "w") as file:
        json.dump(data, file)


def start():
    for _ in range(4):
        threading.Thread(target=count).start()
`;

describe('witnesses a lost update', () => {
  test('of a variable, among tasks, and says how to see it again', async () => {
    ground.write({ 'counter.py': VARIABLE });
    const { code, stdout, stderr } = await ground.lockkit(['prove', 'counter.py:add']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^ +9 {2}reads total: 0\n +9 +reads total: 0\n +11 +writes total: 1\n/m);
    const again = /^Again: lockkit (.*)$/m.exec(stdout)?.[1]?.split(' ') ?? [];
    expect((await ground.lockkit(again)).code).toBe(1);
  });

  test.each(['threads', 'processes'])(
    'of a file, along %s: the real file stays as it is',
    async (dimension) => {
      ground.write({ 'count.py': FILE, 'count.json': '{"n": 41}' });
      const { code, report, stderr } = await ground.prove('count.py:count', '--dimension', dimension);
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(report).toMatchObject({ dimension, lost: { cell: 'count.json' } });
      expect(ground.read('count.json')).toBe('{"n": 41}');
    },
  );
});

describe('the counter of the post', () => {
  test.each([
    ['no_lock', 'threads', 1],
    ['thread_lock', 'threads', 0],
    ['thread_lock', 'processes', 1],
    ['file_lock', 'threads', 1],
    ['own_handle', 'threads', 0],
    ['combined_lock', 'processes', 0],
  ])('%s, along %s: %i', async (name, dimension, expected) => {
    const file = path.join(EXAMPLES, `${name}.py`);
    const { code, report, stderr } = await ground.prove(`${file}:Work.run`, '--dimension', dimension);
    expect({ code, stderr }).toEqual({ code: expected, stderr: '' });
    expect(report.tried).toBeGreaterThan(0);
    if (expected === 0) expect(report.excluded).toBe(report.tried);
  });
});

describe('says what it needs', () => {
  test('arguments', async () => {
    ground.write({ 'counter.py': VARIABLE.replace('add()', 'add(amount)').replace('+ 1', '+ amount') });
    const { code, stderr } = await ground.prove('counter.py:add');
    expect(code).toBe(2);
    expect(stderr).toMatch(/add takes amount: give them in lockkit\.prove\.json as "arguments"/);
  });

  test('a store of its own, and the real one is not reached', async () => {
    ground.write({
      'counter.py': VARIABLE.replace('import asyncio', 'import asyncio\nimport socket').replace(
        'await asyncio',
        'socket.create_connection(("127.0.0.1", 5432))\n    await asyncio',
      ),
    });
    const { code, stderr } = await ground.prove('counter.py:add');
    expect(code).toBe(2);
    expect(stderr).toMatch(/it connects to 127\.0\.0\.1:5432, which may be one of your real stores/);
  });
});
