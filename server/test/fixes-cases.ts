/**
 * Texts before and after a fix. The read is marked `⟦…⟧` and the write `⟪…⟫`; the lock is `counter:total`. Each text
 * starts after the first line break.
 */
export const cases: readonly [string, string, string, string][] = [
  [
    'a function that cannot await holds it in its thread',
    'a.ts',
    `
let total = 0;
export function add() {
  const t = ⟦total⟧;
  ⟪total = t + 1⟫;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;
export function add() {
  totalLock.requestSync(() => {
    const t = total;
    total = t + 1;
  });
}
`,
  ],
  [
    'a function that cannot await, and returns what may be a promise',
    'a.ts',
    `
let total = 0;
export function add(report: (total: number) => Promise<void>) {
  const t = ⟦total⟧;
  if (t > 3) return report(t);
  ⟪total = t + 1⟫;
  return undefined;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;
export function add(report: (total: number) => Promise<void>) {
  const grant = totalLock.acquireSync();
  try {
    const t = total;
    if (t > 3) return report(t);
    total = t + 1;
    return undefined;
  } finally {
    void grant.release();
  }
}
`,
  ],
  [
    'a read moves into the section whose call stands for the write',
    'a.ts',
    `
import { CombinedLock } from 'lockkit';
const mine = new CombinedLock('mine');

export async function add() {
  const t = await ⟦store.get('t')⟧;
  await ⟪mine.request(async () => {
    await store.set('t', t + 1);
  })⟫;
}
`,
    `
import { CombinedLock } from 'lockkit';
const mine = new CombinedLock('mine');

export async function add() {
  await mine.request(async () => {
    const t = await store.get('t');
    await store.set('t', t + 1);
  });
}
`,
  ],
  [
    'a call that is done when it returns',
    'a.ts',
    `
const totals = new Map([['t', 0]]);
export async function add() {
  const t = ⟦totals.get('t')⟧ ?? 0;
  await log(t);
  ⟪totals.set('t', t + 1)⟫;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

const totals = new Map([['t', 0]]);
export async function add() {
  await totalLock.request(async () => {
    const t = totals.get('t') ?? 0;
    await log(t);
    totals.set('t', t + 1);
  });
}
`,
  ],
  [
    'a narrowed variable that is used after more work',
    'a.ts',
    `
let cache: number | undefined;
export async function get(): Promise<number> {
  if (⟦cache⟧ === undefined) {
    ⟪cache = await price()⟫;
  }
  await log('got');
  return cache;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let cache: number | undefined;
export async function get(): Promise<number> {
  const grant = await totalLock.acquire();
  try {
    if (cache === undefined) {
      cache = await price();
    }
  } finally {
    await grant.release();
  }
  await log('got');
  return cache;
}
`,
  ],
  [
    'one statement that reads and writes',
    'a.ts',
    `
let total = 0;

export async function add(amount: number) {
  ⟪total = ⟦total⟧ + amount * (await price())⟫;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;

export async function add(amount: number) {
  await totalLock.request(async () => {
    total = total + amount * (await price());
  });
}
`,
  ],
  [
    'a function that returns what it wrote',
    'a.ts',
    `
export async function add(amount: number) {
  const current = await ⟦store.get('total')⟧;
  const next = current + amount;
  await ⟪store.set('total', next)⟫;
  return next;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(amount: number) {
  return totalLock.request(async () => {
    const current = await store.get('total');
    const next = current + amount;
    await store.set('total', next);
    return next;
  });
}
`,
  ],
  [
    'a value that is used after the section is handed out',
    'a.ts',
    `
export async function add(amount: number) {
  const current = await ⟦store.get('total')⟧;
  const next = current + amount;
  await ⟪store.set('total', next)⟫;
  await log(next);
  return next;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(amount: number) {
  const next = await totalLock.request(async () => {
    const current = await store.get('total');
    const next = current + amount;
    await store.set('total', next);
    return next;
  });
  await log(next);
  return next;
}
`,
  ],
  [
    'two values that are used later',
    'a.ts',
    `
export async function add(amount: number) {
  const current = await ⟦store.get('total')⟧;
  const next = current + amount;
  await ⟪store.set('total', next)⟫;
  await log(current, next);
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(amount: number) {
  const { current, next } = await totalLock.request(async () => {
    const current = await store.get('total');
    const next = current + amount;
    await store.set('total', next);
    return { current, next };
  });
  await log(current, next);
}
`,
  ],
  [
    'an early return in a function that then only returns',
    'a.ts',
    `
export async function spend(amount: number): Promise<boolean> {
  const stock = await ⟦store.get('total')⟧;
  if (stock < amount) return false;
  await ⟪store.set('total', stock - amount)⟫;
  return true;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function spend(amount: number): Promise<boolean> {
  return totalLock.request(async () => {
    const stock = await store.get('total');
    if (stock < amount) return false;
    await store.set('total', stock - amount);
    return true;
  });
}
`,
  ],
  [
    'an early return before more work',
    'a.ts',
    `
export async function spend(amount: number): Promise<boolean> {
  const stock = await ⟦store.get('total')⟧;
  if (stock < amount) return false;
  await ⟪store.set('total', stock - amount)⟫;
  await log('spent');
  return true;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function spend(amount: number): Promise<boolean> {
  const grant = await totalLock.acquire();
  try {
    const stock = await store.get('total');
    if (stock < amount) return false;
    await store.set('total', stock - amount);
  } finally {
    await grant.release();
  }
  await log('spent');
  return true;
}
`,
  ],
  [
    'continue in a loop',
    'a.ts',
    `
export async function drain(keys: string[]) {
  for (const key of keys) {
    const n = await ⟦store.get(key)⟧;
    if (n === 0) continue;
    await ⟪store.set(key, n - 1)⟫;
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function drain(keys: string[]) {
  for (const key of keys) {
    const grant = await totalLock.acquire();
    try {
      const n = await store.get(key);
      if (n === 0) continue;
      await store.set(key, n - 1);
    } finally {
      await grant.release();
    }
  }
}
`,
  ],
  [
    'the body of a loop without braces',
    'a.ts',
    `
let total = 0;
export async function sum(n: number) {
  for (let i = 0; i < n; i++) ⟪total = ⟦total⟧ + (await price())⟫;
  return total;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;
export async function sum(n: number) {
  for (let i = 0; i < n; i++) await totalLock.request(async () => { total = total + (await price()); });
  return total;
}
`,
  ],
  [
    'a narrowed module variable',
    'a.ts',
    `
let cache: number | undefined;
export async function get(): Promise<number> {
  if (⟦cache⟧ === undefined) {
    ⟪cache = await price()⟫;
  }
  return cache;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let cache: number | undefined;
export async function get(): Promise<number> {
  return totalLock.request(async () => {
    if (cache === undefined) {
      cache = await price();
    }
    return cache;
  });
}
`,
  ],
  [
    'a narrowed property',
    'a.ts',
    `
export class C {
  private box?: { n: number };
  async add() {
    if (this.box === undefined) return;
    const n = ⟦this.box.n⟧ + (await price());
    ⟪this.box.n = n⟫;
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export class C {
  private box?: { n: number };
  async add() {
    if (this.box === undefined) return;
    const grant = await totalLock.acquire();
    try {
      const n = this.box.n + (await price());
      this.box.n = n;
    } finally {
      await grant.release();
    }
  }
}
`,
  ],
  [
    'a method, with comments',
    'a.ts',
    `
export class Counter {
  private count = 0;

  async add(amount: number): Promise<number> {
    // Read.
    const before = ⟦this.count⟧;
    await log(before);
    ⟪this.count = before + amount⟫; // Write.
    return this.count;
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export class Counter {
  private count = 0;

  async add(amount: number): Promise<number> {
    return totalLock.request(async () => {
      // Read.
      const before = this.count;
      await log(before);
      this.count = before + amount; // Write.
      return this.count;
    });
  }
}
`,
  ],
  [
    'the expression body of an arrow',
    'a.ts',
    `
let total = 0;
export const add = async (amount: number) => (⟪total = ⟦total⟧ + amount * (await price())⟫);
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;
export const add = async (amount: number) => totalLock.request(async () => (total = total + amount * (await price())));
`,
  ],
  [
    'CommonJS, in strict mode',
    'a.cjs',
    `
'use strict';
const fs = require('fs'); // files
let total = 0;

exports.add = async function (amount) {
  const current = ⟦total⟧;
  await null;
  ⟪total = current + amount⟫;
};
`,
    `
'use strict';
const fs = require('fs'); // files
const { CombinedLock } = require('lockkit');

const totalLock = new CombinedLock('counter:total');

let total = 0;

exports.add = async function (amount) {
  await totalLock.request(async () => {
    const current = total;
    await null;
    total = current + amount;
  });
};
`,
  ],
  [
    'no semicolons, tabs, and a statement that starts with one',
    'a.mjs',
    `
import fs from "node:fs"

let total = 0
export async function add(list) {
	const current = ⟦total⟧
	await fs.promises.stat(".")
	⟪total = current + 1⟫
	;[1].forEach(console.log)
}
`,
    `
import fs from "node:fs"
import { CombinedLock } from "lockkit"

const totalLock = new CombinedLock("counter:total")

let total = 0
export async function add(list) {
	await totalLock.request(async () => {
		const current = total
		await fs.promises.stat(".")
		total = current + 1
	})
	;[1].forEach(console.log)
}
`,
  ],
  [
    'no semicolons, and a statement that would go on with the one before',
    'a.mjs',
    `
let total = 0
export async function add(list) {
	if (list) {
		const current = ⟦total⟧
		await null
		if (current) { ⟪total = current + 1⟫ }
		[1].forEach(console.log)
	}
}
`,
    `
import { CombinedLock } from 'lockkit'

const totalLock = new CombinedLock('counter:total')

let total = 0
export async function add(list) {
	if (list) {
		await totalLock.request(async () => {
			const current = total
			await null
			if (current) { total = current + 1 }
		});
		[1].forEach(console.log)
	}
}
`,
  ],
  [
    'statements on one line',
    'a.ts',
    `
export async function add(n: number) { const t = await ⟦store.get('t')⟧; await ⟪store.set('t', t + n)⟫; }
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(n: number) { await totalLock.request(async () => { const t = await store.get('t'); await store.set('t', t + n); }); }
`,
  ],
  [
    'lines of template literals stay as they are',
    'a.ts',
    `
export async function add() {
  const t = await ⟦store.get(\`a
  b\`)⟧;
  /* one
     two */
  await ⟪store.set(\`a
  b\`, t + 1)⟫;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add() {
  await totalLock.request(async () => {
    const t = await store.get(\`a
  b\`);
    /* one
       two */
    await store.set(\`a
  b\`, t + 1);
  });
}
`,
  ],
  [
    'a write in an awaited callback',
    'a.ts',
    `
export async function add() {
  const t = await ⟦store.get('t')⟧;
  await store.transaction(async () => {
    await ⟪store.set('t', t + 1)⟫;
  });
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add() {
  await totalLock.request(async () => {
    const t = await store.get('t');
    await store.transaction(async () => {
      await store.set('t', t + 1);
    });
  });
}
`,
  ],
  [
    'a read left outside of the section moves in',
    'a.ts',
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add() {
  // The total so far.
  const t = await ⟦store.get('t')⟧;
  const next = t + 1;

  await totalLock.request(async () => {
    await ⟪store.set('t', next)⟫;
  });
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add() {
  await totalLock.request(async () => {
    // The total so far.
    const t = await store.get('t');
    const next = t + 1;
    await store.set('t', next);
  });
}
`,
  ],
  [
    'a block in a switch',
    'a.ts',
    `
let total = 0;
export async function run(kind: 'add' | 'none') {
  switch (kind) {
    case 'add': {
      ⟪total = ⟦total⟧ + (await price())⟫;
      break;
    }
    default:
      break;
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;
export async function run(kind: 'add' | 'none') {
  switch (kind) {
    case 'add': {
      await totalLock.request(async () => {
        total = total + (await price());
      });
      break;
    }
    default:
      break;
  }
}
`,
  ],
  [
    'a clause of a switch',
    'a.ts',
    `
let total = 0;
export async function run(kind: 'add' | 'none') {
  switch (kind) {
    case 'add':
      ⟪total = ⟦total⟧ + (await price())⟫;
      break;
    default:
      break;
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;
export async function run(kind: 'add' | 'none') {
  switch (kind) {
    case 'add':
      await totalLock.request(async () => {
        total = total + (await price());
      });
      break;
    default:
      break;
  }
}
`,
  ],
  [
    'a returned chain of promises',
    'a.ts',
    `
export function add() {
  return ⟦store.get('t')⟧.then((t) => ⟪store.set('t', t + 1)⟫);
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export function add() {
  return totalLock.request(() => store.get('t').then((t) => store.set('t', t + 1)));
}
`,
  ],
  [
    'a chain of promises as the body of an arrow',
    'a.ts',
    `
export const add = () => ⟦store.get('t')⟧.then((t) => ⟪store.set('t', t + 1)⟫);
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export const add = () => totalLock.request(() => store.get('t').then((t) => store.set('t', t + 1)));
`,
  ],
  [
    'a returned promise is awaited before the release',
    'a.ts',
    `
export async function add(ok: boolean) {
  if (ok) {
    const t = await ⟦store.get('t')⟧;
    return ok ? ⟪store.set('t', t + 1)⟫ : undefined;
  }
  return log('no');
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(ok: boolean) {
  if (ok) {
    const grant = await totalLock.acquire();
    try {
      const t = await store.get('t');
      return await (ok ? store.set('t', t + 1) : undefined);
    } finally {
      await grant.release();
    }
  }
  return log('no');
}
`,
  ],
  [
    'top-level await',
    'a.mts',
    `
const t = await ⟦store.get('t')⟧;
await ⟪store.set('t', t + 1)⟫;
export {};
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

await totalLock.request(async () => {
  const t = await store.get('t');
  await store.set('t', t + 1);
});
export {};
`,
  ],
  [
    "a module's own value that others use",
    'a.mts',
    `
/* Licence: MIT */

// reads
const t = await ⟦store.get('t')⟧;
await ⟪store.set('t', t + 1)⟫;
export function last() {
  return t;
}
`,
    `
/* Licence: MIT */

import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

const t = await totalLock.request(async () => {
  // reads
  const t = await store.get('t');
  await store.set('t', t + 1);
  return t;
});
export function last() {
  return t;
}
`,
  ],
  [
    'CRLF',
    'a.ts',
    crlf(`
export async function add(n: number) {
  const t = await ⟦store.get('t')⟧;

  await ⟪store.set('t', t + n)⟫;
}
`),
    crlf(`
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(n: number) {
  await totalLock.request(async () => {
    const t = await store.get('t');

    await store.set('t', t + n);
  });
}
`),
  ],
  [
    'a variable that changes is used later',
    'a.ts',
    `
export async function add(n: number) {
  let t = await ⟦store.get('t')⟧;
  t += n;
  await ⟪store.set('t', t)⟫;
  await log(t);
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(n: number) {
  await totalLock.request(async () => {
    let t = await store.get('t');
    t += n;
    await store.set('t', t);
    await log(t);
  });
}
`,
  ],
  [
    'var that outlives its block',
    'a.js',
    `
async function add(n) {
  if (n) {
    var t = await ⟦store.get('t')⟧;
    await ⟪store.set('t', t + n)⟫;
  }
  return t;
}
module.exports = { add };
`,
    `
const { CombinedLock } = require('lockkit');

const totalLock = new CombinedLock('counter:total');

async function add(n) {
  if (n) {
    const grant = await totalLock.acquire();
    try {
      var t = await store.get('t');
      await store.set('t', t + n);
    } finally {
      await grant.release();
    }
  }
  return t;
}
module.exports = { add };
`,
  ],
  [
    'names that are taken',
    'a.ts',
    `
import { type Grant, CombinedLock as Lock } from 'lockkit';
export const other = new Lock('other');
export type G = Grant;
let totalLock = 1;
let total = 0;
export async function add() {
  const grant = totalLock++;
  ⟪total = ⟦total⟧ + grant + (await price())⟫;
  if (total > 5) return;
  await log(total);
}
`,
    `
import { type Grant, CombinedLock as Lock } from 'lockkit';
export const other = new Lock('other');
const counterTotalLock = new Lock('counter:total');
export type G = Grant;
let totalLock = 1;
let total = 0;
export async function add() {
  const grant = totalLock++;
  const grant2 = await counterTotalLock.acquire();
  try {
    total = total + grant + (await price());
    if (total > 5) return;
  } finally {
    await grant2.release();
  }
  await log(total);
}
`,
  ],
  [
    'a shebang, a licence and a comment of the function',
    'a.mjs',
    `
#!/usr/bin/env node
// Copyright 2020

/** Adds. */
export async function add() {
  const t = await ⟦globalThis.store.get('t')⟧;
  await ⟪globalThis.store.set('t', t + 1)⟫;
}
`,
    `
#!/usr/bin/env node
// Copyright 2020

import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

/** Adds. */
export async function add() {
  await totalLock.request(async () => {
    const t = await globalThis.store.get('t');
    await globalThis.store.set('t', t + 1);
  });
}
`,
  ],
  [
    'inside of try',
    'a.ts',
    `
export async function add() {
  try {
    const t = await ⟦store.get('t')⟧;
    await ⟪store.set('t', t + 1)⟫;
  } catch (error) {
    await log(error);
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add() {
  try {
    await totalLock.request(async () => {
      const t = await store.get('t');
      await store.set('t', t + 1);
    });
  } catch (error) {
    await log(error);
  }
}
`,
  ],
  [
    'a variable of the function that is assigned inside',
    'a.ts',
    `
export async function add() {
  let t: number;
  t = await ⟦store.get('t')⟧;
  await ⟪store.set('t', t + 1)⟫;
  return t;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add() {
  let t: number;
  const grant = await totalLock.acquire();
  try {
    t = await store.get('t');
    await store.set('t', t + 1);
  } finally {
    await grant.release();
  }
  return t;
}
`,
  ],
  [
    'a directive before the imports',
    'a.tsx',
    `
'use client';
import path from 'node:path/posix';
export const sep: string = path.sep;
let total = 0;
export async function add() {
  ⟪total = ⟦total⟧ + (await price())⟫;
}
`,
    `
'use client';
import path from 'node:path/posix';
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export const sep: string = path.sep;
let total = 0;
export async function add() {
  await totalLock.request(async () => {
    total = total + (await price());
  });
}
`,
  ],
  [
    'a directive alone',
    'a.cjs',
    `
'use strict';

let total = 0;
exports.add = async () => {
  const t = ⟦total⟧;
  await null;
  ⟪total = t + 1⟫;
};
`,
    `
'use strict';

const { CombinedLock } = require('lockkit');

const totalLock = new CombinedLock('counter:total');

let total = 0;
exports.add = async () => {
  await totalLock.request(async () => {
    const t = total;
    await null;
    total = t + 1;
  });
};
`,
  ],
  [
    'a namespace import',
    'a.ts',
    `
import * as lockkit from 'lockkit';
export const kit = lockkit;
let total = 0;
export async function add() {
  ⟪total = ⟦total⟧ + (await price())⟫;
}
`,
    `
import * as lockkit from 'lockkit';

const totalLock = new lockkit.CombinedLock('counter:total');

export const kit = lockkit;
let total = 0;
export async function add() {
  await totalLock.request(async () => {
    total = total + (await price());
  });
}
`,
  ],
  [
    'an import of types',
    'a.ts',
    `
import type { Grant } from 'lockkit';
export type G = Grant;
let total = 0;
export async function add() {
  ⟪total = ⟦total⟧ + (await price())⟫;
}
`,
    `
import type { Grant } from 'lockkit';
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export type G = Grant;
let total = 0;
export async function add() {
  await totalLock.request(async () => {
    total = total + (await price());
  });
}
`,
  ],
  [
    'an import over several lines',
    'a.ts',
    `
import {
  type Grant,
} from "lockkit";

export type G = Grant;
let total = 0;
export async function add() {
    ⟪total = ⟦total⟧ + (await price())⟫;
}
`,
    `
import {
  type Grant,
  CombinedLock,
} from "lockkit";

const totalLock = new CombinedLock("counter:total");

export type G = Grant;
let total = 0;
export async function add() {
    await totalLock.request(async () => {
        total = total + (await price());
    });
}
`,
  ],
  [
    'a required namespace',
    'a.cjs',
    `
const lockkit = require('lockkit');
let total = 0;
exports.add = async () => {
  ⟪total = ⟦total⟧ + (await lockkit.x())⟫;
};
`,
    `
const lockkit = require('lockkit');

const totalLock = new lockkit.CombinedLock('counter:total');

let total = 0;
exports.add = async () => {
  await totalLock.request(async () => {
    total = total + (await lockkit.x());
  });
};
`,
  ],
  [
    'a required name beside others',
    'a.cjs',
    `
const { flock } = require('lockkit'), fs = require('fs');
let total = 0;
exports.add = async () => {
  ⟪total = ⟦total⟧ + (await flock(fs))⟫;
};
`,
    `
const { flock, CombinedLock } = require('lockkit'), fs = require('fs');

const totalLock = new CombinedLock('counter:total');

let total = 0;
exports.add = async () => {
  await totalLock.request(async () => {
    total = total + (await flock(fs));
  });
};
`,
  ],
  [
    'a lock of that name that is there already',
    'a.ts',
    `
import { CombinedLock } from 'lockkit';
export const myLock = new CombinedLock(\`counter:total\`, {});
let total = 0;
export async function add() {
  ⟪total = ⟦total⟧ + (await price())⟫;
}
export async function reset() {
  await myLock.request(() => {
    total = 0;
  });
}
`,
    `
import { CombinedLock } from 'lockkit';
export const myLock = new CombinedLock(\`counter:total\`, {});
let total = 0;
export async function add() {
  await myLock.request(async () => {
    total = total + (await price());
  });
}
export async function reset() {
  await myLock.request(() => {
    total = 0;
  });
}
`,
  ],
  [
    'another class of that name',
    'a.ts',
    `
class CombinedLock {}
export const x = new CombinedLock();
let total = 0;
export async function add() {
  ⟪total = ⟦total⟧ + (await price())⟫;
}
`,
    `
import { CombinedLock as LockkitCombinedLock } from 'lockkit';

const totalLock = new LockkitCombinedLock('counter:total');

class CombinedLock {}
export const x = new CombinedLock();
let total = 0;
export async function add() {
  await totalLock.request(async () => {
    total = total + (await price());
  });
}
`,
  ],
  [
    'a callback of Promise.all',
    'a.ts',
    `
let total = 0;
export async function add(items: number[]) {
  await Promise.all(
    items.map(async (item) => {
      if (item > 0) {
        const t = ⟦total⟧;
        await log(t);
        ⟪total = t + item⟫;
      }
    }),
  );
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;
export async function add(items: number[]) {
  await Promise.all(
    items.map(async (item) => {
      if (item > 0) {
        await totalLock.request(async () => {
          const t = total;
          await log(t);
          total = t + item;
        });
      }
    }),
  );
}
`,
  ],
  [
    'a condition that decides the write',
    'a.ts',
    `
export async function once() {
  if ((await ⟦store.get('done')⟧) === 0) {
    await log('start');
    await ⟪store.set('done', 1)⟫;
  } else {
    await log('was done');
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function once() {
  await totalLock.request(async () => {
    if ((await store.get('done')) === 0) {
      await log('start');
      await store.set('done', 1);
    } else {
      await log('was done');
    }
  });
}
`,
  ],
  [
    'a narrowed parameter that never changes',
    'a.ts',
    `
export async function add(key: string | undefined) {
  if (key === undefined) return;
  const t = await ⟦store.get(key)⟧;
  await ⟪store.set(key, t + 1)⟫;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(key: string | undefined) {
  if (key === undefined) return;
  await totalLock.request(async () => {
    const t = await store.get(key);
    await store.set(key, t + 1);
  });
}
`,
  ],
  [
    'a parameter that changes',
    'a.ts',
    `
export async function add(key?: string) {
  key ??= 'total';
  const t = await ⟦store.get(key)⟧;
  await ⟪store.set(key, t + 1)⟫;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(key?: string) {
  key ??= 'total';
  const grant = await totalLock.acquire();
  try {
    const t = await store.get(key);
    await store.set(key, t + 1);
  } finally {
    await grant.release();
  }
}
`,
  ],
  [
    'returned literals keep their types',
    'a.ts',
    `
type Result = { kind: 'ok'; value: number } | { kind: 'none' };
export async function take(): Promise<Result> {
  const found = await ⟦store.find('x')⟧;
  if (found === undefined) return { kind: 'none' };
  await ⟪store.set('x', found.count - 1)⟫;
  return { kind: 'ok', value: found.count };
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

type Result = { kind: 'ok'; value: number } | { kind: 'none' };
export async function take(): Promise<Result> {
  return totalLock.request(async () => {
    const found = await store.find('x');
    if (found === undefined) return { kind: 'none' };
    await store.set('x', found.count - 1);
    return { kind: 'ok', value: found.count };
  });
}
`,
  ],
  [
    'a destructured value that is used later',
    'a.ts',
    `
export async function add() {
  const [a, b] = [await ⟦store.get('a')⟧, 1];
  await ⟪store.set('a', a + b)⟫;
  await log(b);
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add() {
  const b = await totalLock.request(async () => {
    const [a, b] = [await store.get('a'), 1];
    await store.set('a', a + b);
    return b;
  });
  await log(b);
}
`,
  ],
  [
    'a function that is used later',
    'a.ts',
    `
export async function add() {
  const t = await ⟦store.get('t')⟧;
  function next() {
    return t + 1;
  }
  await ⟪store.set('t', next())⟫;
  await log(next());
  await log('end');
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add() {
  await totalLock.request(async () => {
    const t = await store.get('t');
    function next() {
      return t + 1;
    }
    await store.set('t', next());
    await log(next());
  });
  await log('end');
}
`,
  ],
  [
    'using before the section',
    'a.ts',
    `
declare function open(): AsyncDisposable & { n: number };
export async function add() {
  await using file = open();
  const t = await ⟦store.get('t')⟧;
  await ⟪store.set('t', t + file.n)⟫;
  await log(1);
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

declare function open(): AsyncDisposable & { n: number };
export async function add() {
  await using file = open();
  await totalLock.request(async () => {
    const t = await store.get('t');
    await store.set('t', t + file.n);
  });
  await log(1);
}
`,
  ],
  [
    'using inside of the section',
    'a.ts',
    `
declare function open(): Promise<AsyncDisposable & { n: number }>;
export async function add() {
  await using file = await ⟦open()⟧;
  await ⟪store.set('t', file.n)⟫;
  await log(1);
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

declare function open(): Promise<AsyncDisposable & { n: number }>;
export async function add() {
  await totalLock.request(async () => {
    await using file = await open();
    await store.set('t', file.n);
    await log(1);
  });
}
`,
  ],
  [
    'tabs',
    'a.ts',
    `
export class Store2 {
	async add(n: number) {
		for (let i = 0; i < n; i++) {
			const t = await ⟦store.get('t')⟧;

			await ⟪store.set('t', t + i)⟫;
		}
	}
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export class Store2 {
	async add(n: number) {
		for (let i = 0; i < n; i++) {
			await totalLock.request(async () => {
				const t = await store.get('t');

				await store.set('t', t + i);
			});
		}
	}
}
`,
  ],
  [
    'JSX and four spaces',
    'a.jsx',
    `
export async function add(show) {
    const t = await ⟦load("t")⟧;
    show(
        <p>
            {t} of
            ten
        </p>,
    );
    await ⟪save("t", t + 1)⟫;
}
`,
    `
import { CombinedLock } from "lockkit";

const totalLock = new CombinedLock("counter:total");

export async function add(show) {
    await totalLock.request(async () => {
        const t = await load("t");
        show(
            <p>
                {t} of
                ten
            </p>,
        );
        await save("t", t + 1);
    });
}
`,
  ],
  [
    'arguments',
    'a.js',
    `
module.exports = async function () {
  const t = await ⟦load(arguments[0])⟧;
  await ⟪save(arguments[0], t + 1)⟫;
};
`,
    `
const { CombinedLock } = require('lockkit');

const totalLock = new CombinedLock('counter:total');

module.exports = async function () {
  const grant = await totalLock.acquire();
  try {
    const t = await load(arguments[0]);
    await save(arguments[0], t + 1);
  } finally {
    await grant.release();
  }
};
`,
  ],
  [
    'jumps to a label',
    'a.ts',
    `
export async function add(keys: string[]) {
  outer: for (const key of keys) {
    for (;;) {
      const t = await ⟦store.get(key)⟧;
      if (t > 5) continue outer;
      if (t > 4) break;
      await ⟪store.set(key, t + 1)⟫;
    }
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(keys: string[]) {
  outer: for (const key of keys) {
    for (;;) {
      const grant = await totalLock.acquire();
      try {
        const t = await store.get(key);
        if (t > 5) continue outer;
        if (t > 4) break;
        await store.set(key, t + 1);
      } finally {
        await grant.release();
      }
    }
  }
}
`,
  ],
  [
    'a break that stays inside',
    'a.ts',
    `
export async function add(keys: string[]) {
  const t = await ⟦store.get('t')⟧;
  for (const key of keys) {
    if (key === '') break;
    await log(key);
  }
  await ⟪store.set('t', t + 1)⟫;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(keys: string[]) {
  await totalLock.request(async () => {
    const t = await store.get('t');
    for (const key of keys) {
      if (key === '') break;
      await log(key);
    }
    await store.set('t', t + 1);
  });
}
`,
  ],
  [
    'a write in a callback that runs at once',
    'a.ts',
    `
let total = 0;
export async function add(items: number[]) {
  const t = ⟦total⟧;
  await log(t);
  items.forEach((item) => {
    ⟪total = t + item⟫;
  });
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;
export async function add(items: number[]) {
  await totalLock.request(async () => {
    const t = total;
    await log(t);
    items.forEach((item) => {
      total = t + item;
    });
  });
}
`,
  ],
  [
    'a returned promise inside of request',
    'a.ts',
    `
export async function add(): Promise<void> {
  const t = await ⟦store.get('t')⟧;
  return ⟪store.set('t', t + 1)⟫;
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export async function add(): Promise<void> {
  return totalLock.request(async () => {
    const t = await store.get('t');
    return store.set('t', t + 1);
  });
}
`,
  ],
  [
    'a read moves into a section of another name that is returned',
    'a.ts',
    `
import { CombinedLock } from 'lockkit';
const l = new CombinedLock('mine');
export async function add() {
	const t = await ⟦store.get(\`a
	b\`)⟧;
	return l.request(async () => {
		// Write.
		await ⟪store.set('t', t + 1)⟫;
	});
}
`,
    `
import { CombinedLock } from 'lockkit';
const l = new CombinedLock('mine');
export async function add() {
	return l.request(async () => {
		const t = await store.get(\`a
	b\`);
		// Write.
		await store.set('t', t + 1);
	});
}
`,
  ],
  [
    'CommonJS without semicolons',
    'a.js',
    `
const x = require("x")

module.exports.add = async (n) => {
    const t = await ⟦x.get("t")⟧
    await ⟪x.set("t", t + n)⟫
}
`,
    `
const x = require("x")
const { CombinedLock } = require("lockkit")

const totalLock = new CombinedLock("counter:total")

module.exports.add = async (n) => {
    await totalLock.request(async () => {
        const t = await x.get("t")
        await x.set("t", t + n)
    })
}
`,
  ],
  [
    'one line without a line break',
    'a.mjs',
    `
export const add = async () => { const t = await ⟦load()⟧; await ⟪save(t)⟫ }`,
    `
import { CombinedLock } from 'lockkit'

const totalLock = new CombinedLock('counter:total')

export const add = async () => { await totalLock.request(async () => { const t = await load(); await save(t) }) }`,
  ],
  [
    'an import that shares its line',
    'a.mjs',
    `
import a from 'a'; let total = 0;
export const add = async () => {
  ⟪total = ⟦total⟧ + (await a())⟫
  ;(await a())
}
`,
    `
import a from 'a';
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

let total = 0;
export const add = async () => {
  await totalLock.request(async () => {
    total = total + (await a())
  });
  ;(await a())
}
`,
  ],
  [
    'a flag',
    'a.ts',
    `
export class Once {
  private started = false;
  async start() {
    if (⟦this.started⟧) return;
    await log('start');
    ⟪this.started = true⟫;
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export class Once {
  private started = false;
  async start() {
    await totalLock.request(async () => {
      if (this.started) return;
      await log('start');
      this.started = true;
    });
  }
}
`,
  ],
  [
    'a lazy value',
    'a.ts',
    `
export class Lazy {
  private value: number | undefined;
  async get(): Promise<number> {
    if (⟦this.value⟧ === undefined) ⟪this.value = await price()⟫;
    return this.value;
  }
}
`,
    `
import { CombinedLock } from 'lockkit';

const totalLock = new CombinedLock('counter:total');

export class Lazy {
  private value: number | undefined;
  async get(): Promise<number> {
    return totalLock.request(async () => {
      if (this.value === undefined) this.value = await price();
      return this.value;
    });
  }
}
`,
  ],
  [
    'a type-only import of the class',
    'a.mts',
    `
import { type CombinedLock } from 'lockkit';
export let l: CombinedLock;
export async function f() {
  const t = await ⟦store.get('t')⟧;
  await ⟪store.set('t', t + 1)⟫;
}
`,
    `
import { type CombinedLock } from 'lockkit';
import { CombinedLock as LockkitCombinedLock } from 'lockkit';

const totalLock = new LockkitCombinedLock('counter:total');

export let l: CombinedLock;
export async function f() {
  await totalLock.request(async () => {
    const t = await store.get('t');
    await store.set('t', t + 1);
  });
}
`,
  ],
];

/** Places where no fix would be right. */
export const silent: readonly [string, string, string][] = [
  [
    'a callee that is not waited for',
    'a.js',
    `
async function save(t) {}
async function f() {
  const t = await ⟦load()⟧;
  ⟪save(t + 1)⟫;
}
`,
  ],
  [
    'a method of its own that is not waited for',
    'a.js',
    `
class A {
  async save(t) {}
  async f() {
    const t = await ⟦load()⟧;
    ⟪this.save(t + 1)⟫;
  }
}
`,
  ],
  [
    'a call that is not waited for, of an object that is',
    'a.js',
    `
async function f() {
  const t = await ⟦redis.get('t')⟧;
  ⟪redis.set('t', t + 1)⟫;
}
`,
  ],
  [
    'an imported function that is not waited for',
    'a.mjs',
    `
import { readFile, writeFile } from 'node:fs/promises';
async function f() {
  const t = await ⟦readFile('t')⟧;
  ⟪writeFile('t', t + 1)⟫;
}
`,
  ],
  [
    'a chain that is not waited for',
    'a.js',
    `
async function f() {
  ⟪⟦load()⟧.then((t) => save(t + 1))⟫;
}
`,
  ],
  [
    'a call that runs the write later',
    'a.ts',
    `
export async function f() {
  const t = await ⟦store.get('t')⟧;
  ⟪defer(async () => {
    await store.set('t', t + 1);
  })⟫;
}
`,
  ],
  [
    'a generator',
    'a.ts',
    `
let total = 0;
export async function* add() {
  const t = ⟦total⟧;
  yield t;
  ⟪total = t + 1⟫;
}
`,
  ],
  [
    'a field initializer',
    'a.js',
    `
let total = 0;
class A {
  x = ⟪total = ⟦total⟧ + 1⟫;
}
`,
  ],
  [
    'a static block',
    'a.js',
    `
let total = 0;
class A {
  static {
    ⟪total = ⟦total⟧ + 1⟫;
  }
}
`,
  ],
  [
    'a default value of a parameter',
    'a.js',
    `
let total = 0;
async function f(x = ⟪total = ⟦total⟧ + 1⟫) {}
`,
  ],
  [
    'a default value and the body',
    'a.js',
    `
let total = 0;
async function f(x = ⟦total⟧) {
  await x;
  ⟪total = x + 1⟫;
}
`,
  ],
  [
    'a syntax error in the function',
    'a.js',
    `
let total = 0;
async function f() {
  const t = ⟦total⟧;
  await g(;
  ⟪total = t + 1⟫;
}
`,
  ],
  [
    'a syntax error in the imports',
    'a.mjs',
    `
import { a from 'a';
let total = 0;
async function f() {
  ⟪total = ⟦total⟧ + await a()⟫;
}
`,
  ],
  [
    'a write before its read, in the next round of a loop',
    'a.js',
    `
let total = 0;
async function f() {
  for (;;) {
    ⟪total = t + 1⟫;
    await null;
    var t = ⟦total⟧;
  }
}
`,
  ],
  [
    'a section of the same lock',
    'a.ts',
    `
import { CombinedLock } from 'lockkit';
const l = new CombinedLock('counter:total');
export async function f() {
  await l.request(async () => {
    const t = await ⟦store.get('t')⟧;
    await ⟪store.set('t', t + 1)⟫;
  });
}
`,
  ],
  [
    'a section of a lock in a field',
    'a.ts',
    `
import { CombinedLock } from 'lockkit';
export class A {
  readonly #l = new CombinedLock('counter:total');
  async f() {
    await this.#l.request(async () => {
      const t = await ⟦store.get('t')⟧;
      await ⟪store.set('t', t + 1)⟫;
    });
  }
}
`,
  ],
  [
    'acquire and finally',
    'a.ts',
    `
import { CombinedLock } from 'lockkit';
const l = new CombinedLock('counter:total');
export async function f() {
  const g = await l.acquire();
  try {
    const t = await ⟦store.get('t')⟧;
    await ⟪store.set('t', t + 1)⟫;
  } finally {
    await g.release();
  }
}
`,
  ],
  [
    'await using',
    'a.mts',
    `
import { CombinedLock } from 'lockkit';
const l = new CombinedLock('counter:total');
export async function f() {
  await using g = await l.acquire();
  const t = await ⟦store.get('t')⟧;
  await ⟪store.set('t', t + 1)⟫;
}
`,
  ],
  [
    'a callee that takes the lock',
    'a.mts',
    `
import { CombinedLock } from 'lockkit';
const l = new CombinedLock('counter:total');
async function write(n) {
  await l.request(() => store.set('t', n));
}
export async function f() {
  const t = await ⟦store.get('t')⟧;
  await ⟪write(t + 1)⟫;
}
`,
  ],
  [
    'a caller that holds the lock',
    'a.mts',
    `
import { CombinedLock } from 'lockkit';
const l = new CombinedLock('counter:total');
export async function g() {
  await l.request(async () => {
    await f();
  });
}
async function f() {
  const t = await ⟦store.get('t')⟧;
  await ⟪store.set('t', t + 1)⟫;
}
`,
  ],
  [
    'a function that calls itself',
    'a.mts',
    `
export async function f(n) {
  const t = await ⟦store.get('t')⟧;
  if (n > 0) await f(n - 1);
  await ⟪store.set('t', t + 1)⟫;
}
`,
  ],
  [
    'a read outside of the section that is used after it',
    'a.mts',
    `
import { CombinedLock } from 'lockkit';
const l = new CombinedLock('counter:total');
export async function f() {
  const t = await ⟦store.get('t')⟧;
  await l.request(async () => {
    await ⟪store.set('t', t + 1)⟫;
  });
  return t;
}
`,
  ],
  [
    'a read outside of the section whose names mean something else inside',
    'a.mts',
    `
import { CombinedLock } from 'lockkit';
const l = new CombinedLock('counter:total');
export async function f(grant) {
  const t = await ⟦store.get(grant)⟧;
  await l.request(async (grant) => {
    await ⟪store.set(grant.name, t + 1)⟫;
  });
}
`,
  ],
  [
    'a write in work that is not waited for',
    'a.ts',
    `
export async function f() {
  const t = await ⟦store.get('t')⟧;
  defer(async () => {
    await ⟪store.set('t', t + 1)⟫;
  });
}
`,
  ],
  [
    'the top level of CommonJS',
    'a.cjs',
    `
const t = ⟦load()⟧;
⟪save(t + 1)⟫;
`,
  ],
  [
    'a function that is used before the section',
    'a.js',
    `
async function f() {
  g();
  const t = ⟦total⟧;
  await null;
  function g() { return 1; }
  ⟪total = t + 1⟫;
}
`,
  ],
  [
    'an export in the section',
    'a.mts',
    `
export const t = await ⟦store.get('t')⟧;
await ⟪store.set('t', t + 1)⟫;
`,
  ],
  [
    'the top level of a script',
    'a.js',
    `
⟦x⟧;⟪y⟫`,
  ],
  [
    'a variable that other clauses of a switch use',
    'a.js',
    `
async function f(k) {
  switch (k) {
    case 1:
      let t = await ⟦load()⟧;
      await ⟪save(t)⟫;
      break;
    default:
      t = 2;
  }
}
`,
  ],
];

function crlf(text: string): string {
  return text.slice(0, 1) + text.slice(1).replaceAll('\n', '\r\n');
}
