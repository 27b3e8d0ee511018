/** How the writer of Python writes: what it adds, what it leaves as it was, and where it keeps its hands off. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { writeFix } from '../src/fixes/index.js';
import type { FixRequest } from '../src/model/diagnostics.js';
import type { TextRange } from '../src/model/source.js';
import { lineStartsOf, placeOf } from '../src/model/source.js';
import { applyEdits } from '../src/project/index.js';
import { check } from './support/check.js';

const FILE = '/project/a.py';

/** A text whose read is marked `⟦…⟧` and whose write is marked `⟪…⟫`. */
function unmark(marked: string): { text: string; from: TextRange; to: TextRange } {
  const at = new Map<string, number>();
  let text = '';
  for (const character of marked) {
    if ('⟦⟧⟪⟫'.includes(character)) at.set(character, text.length);
    else text += character;
  }
  const offset = (mark: string): number => at.get(mark) ?? -1;
  const from = { start: offset('⟦'), end: offset('⟧') };
  return { text, from, to: at.has('⟪') ? { start: offset('⟪'), end: offset('⟫') } : from };
}

type Kind = Exclude<FixRequest['kind'], 'update-atomically' | 'release-in-finally'>;

function fix(kind: Kind, marked: string): string | undefined {
  const { text, from, to } = unmark(marked);
  const region = { file: FILE, function: { start: 0, end: text.length }, from, to, async: true };
  const made = placeOf(FILE, lineStartsOf(text), from);
  const request: FixRequest =
    kind === 'await-call'
      ? { kind, title: 'fix', region }
      : kind === 'guard-with-combined-lock'
        ? { kind, title: 'fix', lockName: 'counter:total', region }
        : kind === 'replace-lock'
          ? { kind, title: 'fix', lockName: 'counter:total', made }
          : { kind, title: 'fix', made };
  const written = writeFix(request, text);
  if (written === undefined) return undefined;
  const after = applyEdits(text, written.edits);
  execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: after });
  return after;
}

const cases: readonly [string, Kind, string, string][] = [
  [
    'comments, strings of several lines and blank lines keep their place',
    'guard-with-combined-lock',
    `"""The counter."""
from __future__ import annotations

import json
import threading

total = 0


def add():
    global total
    # The count so far.
    count = ⟦total⟧  # read

    text = f"""
  {count}
"""
    json.dumps(text)
    ⟪total = count + 1⟫  # written
    print(count)
`,
    `"""The counter."""
from __future__ import annotations

import json
import threading

from lockkit import CombinedLock

total = 0


def add():
    global total
    with CombinedLock("counter:total"):
        # The count so far.
        count = total  # read

        text = f"""
  {count}
"""
        json.dumps(text)
        total = count + 1  # written
    print(count)
`,
  ],
  [
    'a coroutine takes it by async with; what reads the result back stays inside',
    'guard-with-combined-lock',
    `from lockkit import guarded


class Counter:
    async def add(self):
        count = ⟦self.count⟧
        await save(count)
        ⟪self.count = count + 1⟫
        return self.count
`,
    `from lockkit import guarded, CombinedLock


class Counter:
    async def add(self):
        async with CombinedLock("counter:total"):
            count = self.count
            await save(count)
            self.count = count + 1
            return self.count
`,
  ],
  [
    'the lock that the module has is taken; leaving the section means what it meant',
    'guard-with-combined-lock',
    `import lockkit

lock = lockkit.CombinedLock('counter:total')


def add(items):
\tfor item in items:
\t\tcount = ⟦load()⟧
\t\tif count > 3: return None
\t\tif item is None:
\t\t\tcontinue
\t\tyield ⟪save(count + 1)⟫
`,
    `import lockkit

lock = lockkit.CombinedLock('counter:total')


def add(items):
\tfor item in items:
\t\twith lock:
\t\t\tcount = load()
\t\t\tif count > 3: return None
\t\t\tif item is None:
\t\t\t\tcontinue
\t\t\tyield save(count + 1)
`,
  ],
  [
    'line breaks of Windows, single quotes, statements on one line, an import in parentheses',
    'guard-with-combined-lock',
    "from lockkit import (\r\n    guarded,\r\n)\r\n\r\n\r\ndef add():\r\n    name = 'a'; count = ⟦load()⟧\r\n    if count:\r\n        ⟪save(count)⟫\r\n",
    "from lockkit import (\r\n    guarded,\r\n    CombinedLock,\r\n)\r\n\r\n\r\ndef add():\r\n    with CombinedLock('counter:total'):\r\n        name = 'a'; count = load()\r\n        if count:\r\n            save(count)\r\n",
  ],
  [
    'a file without imports, whose name for the class is taken',
    'guard-with-combined-lock',
    `#!/usr/bin/env python3
# -*- coding: utf-8 -*-
class CombinedLock:
    pass


def add():
    ⟪save(⟦load()⟧ + 1)⟫
`,
    `#!/usr/bin/env python3
# -*- coding: utf-8 -*-
from lockkit import CombinedLock as lockkit_CombinedLock


class CombinedLock:
    pass


def add():
    with lockkit_CombinedLock("counter:total"):
        save(load() + 1)
`,
  ],
  [
    'a lock of threading, taken in each way that there is',
    'replace-lock',
    `import threading
from flask import Flask

mutex = ⟦threading.Lock()⟧


def add():
    with mutex:
        save(load() + 1)


async def later():
    with mutex:
        save(load() + 1)


def by_hand():
    mutex.acquire()
    try:
        save(load() + 1)
    finally:
        mutex.release()
`,
    `from flask import Flask
from lockkit import CombinedLock

mutex = CombinedLock("counter:total")


def add():
    with mutex:
        save(load() + 1)


async def later():
    async with mutex:
        save(load() + 1)


def by_hand():
    mutex.acquire()
    try:
        save(load() + 1)
    finally:
        mutex.release()
`,
  ],
  [
    'a lock in a field, from a list of imports',
    'replace-lock',
    `from threading import Lock, Thread


class Counter:
    def __init__(self):
        self.lock = ⟦Lock()⟧

    def add(self):
        with self.lock:
            save(load() + 1)


Thread(target=Counter().add).start()
`,
    `from threading import Thread

from lockkit import CombinedLock


class Counter:
    def __init__(self):
        self.lock = CombinedLock("counter:total")

    def add(self):
        with self.lock:
            save(load() + 1)


Thread(target=Counter().add).start()
`,
  ],
  [
    'a lock that each call makes',
    'hoist-lock',
    `import threading


# Adds one.
@app.route("/add")
def add():
    lock = ⟦threading.Lock()⟧
    with lock:
        save(load() + 1)
`,
    `import threading


lock = threading.Lock()


# Adds one.
@app.route("/add")
def add():
    with lock:
        save(load() + 1)
`,
  ],
  [
    'a coroutine that nobody awaits',
    'await-call',
    `async def add():
    async with lock:
        value = ⟦save(1)⟧.count
`,
    `async def add():
    async with lock:
        value = (await save(1)).count
`,
  ],
];

test.each(cases)('%s', (_, kind, before, after) => {
  expect(fix(kind, before)).toBe(after);
});

describe('keeps its hands off', () => {
  test.each<[string, Kind, string]>([
    ['a suite on the line of its head', 'guard-with-combined-lock', 'def add(): ⟪save(⟦load()⟧ + 1)⟫\n'],
    ['a lambda', 'guard-with-combined-lock', 'add = lambda: ⟪save(⟦load()⟧ + 1)⟫\n'],
    [
      'work that is only started',
      'guard-with-combined-lock',
      'def add():\n    t = ⟦load()⟧\n    ⟪Thread(target=save).start()⟫\n',
    ],
    [
      'what is not awaited',
      'guard-with-combined-lock',
      'async def add():\n    t = await ⟦db.get()⟧\n    ⟪db.set(t)⟫\n',
    ],
    [
      'where the lock is held',
      'guard-with-combined-lock',
      'from lockkit import CombinedLock\n\n\ndef add():\n    with CombinedLock("x"):\n        ⟪save(⟦load()⟧)⟫\n',
    ],
    [
      'what calls itself',
      'guard-with-combined-lock',
      'def add(n):\n    t = ⟦load()⟧\n    add(n - 1)\n    ⟪save(t)⟫\n',
    ],
    [
      'a text with an error',
      'guard-with-combined-lock',
      'def add():\n    t = ⟦load()⟧\n    ⟪save(t)⟫\n\n\ndef f(:\n',
    ],
    [
      'a lock that is asked whether it is free',
      'replace-lock',
      'import threading\n\nm = ⟦threading.Lock()⟧\n\n\ndef add():\n    if m.acquire(blocking=False):\n        m.release()\n',
    ],
    ['a lock that is handed on', 'replace-lock', 'import threading\n\nm = ⟦threading.Lock()⟧\nstart(m)\n'],
    [
      'a lock that its holder asks for again',
      'replace-lock',
      'import threading\n\nm = ⟦threading.RLock()⟧\n\n\ndef add():\n    with m:\n        more()\n\n\ndef more():\n    with m:\n        pass\n',
    ],
    [
      'a lock that is made of what the call knows',
      'hoist-lock',
      'from filelock import FileLock\n\n\ndef add(path):\n    lock = ⟦FileLock(path)⟧\n    with lock:\n        pass\n',
    ],
    ['a function that cannot wait', 'await-call', 'def add():\n    ⟦save(1)⟧\n'],
  ])('%s', (_, kind, text) => {
    expect(fix(kind, text)).toBeUndefined();
  });
});

test('the posted counter with a lock for threads becomes the one with a CombinedLock, line for line', () => {
  const example = (name: string): string =>
    readFileSync(new URL(`../../examples/flask-counter/${name}`, import.meta.url), 'utf8');
  const text = example('thread_lock.py');
  const [diagnostic] = check(new Map([['thread_lock.py', text]]));
  const request = diagnostic?.fixes.find(({ kind }) => kind === 'replace-lock');
  const fix = request && writeFix(request, text);
  const after = applyEdits(text, fix?.edits ?? []);
  expect(after.replaceAll('thread_lock.py', 'combined_lock.py')).toBe(example('combined_lock.py'));
});
