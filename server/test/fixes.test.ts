import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeFix } from '../src/fixes/index.js';
import type { GuardRequest } from '../src/model/diagnostics.js';
import type { TextRange } from '../src/model/source.js';
import { cases, silent } from './fixes-cases.js';

/** A text whose read is marked `⟦…⟧` and whose write is marked `⟪…⟫`. */
interface Marked {
  readonly text: string;
  readonly from: TextRange;
  readonly to: TextRange;
}

function unmark(marked: string): Marked {
  const at = new Map<string, number>();
  let text = '';
  for (const character of marked) {
    if ('⟦⟧⟪⟫'.includes(character)) at.set(character, text.length);
    else text += character;
  }
  const offset = (mark: string): number => {
    const found = at.get(mark);
    if (found === undefined) throw new Error(`no ${mark} in ${marked}`);
    return found;
  };
  return {
    text,
    from: { start: offset('⟦'), end: offset('⟧') },
    to: { start: offset('⟪'), end: offset('⟫') },
  };
}

function parse(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
}

/** The innermost function around both ends, as the analysis reports it. */
function functionAround(source: ts.SourceFile, { from, to }: Marked): { range: TextRange; async: boolean } {
  let found: ts.Node = source;
  const visit = (node: ts.Node): void => {
    if (node.getStart(source) > Math.min(from.start, to.start) || node.end < Math.max(from.end, to.end))
      return;
    if (ts.isFunctionLike(node)) found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  const modifiers = ts.canHaveModifiers(found) ? (ts.getModifiers(found) ?? []) : [];
  return {
    range: { start: ts.isSourceFile(found) ? 0 : found.getStart(source), end: found.end },
    async: ts.isSourceFile(found) || modifiers.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword),
  };
}

function requestFor(file: string, marked: Marked, lockName: string): GuardRequest {
  const { range, async } = functionAround(parse(file, marked.text), marked);
  return {
    kind: 'guard-with-combined-lock',
    title: `Guard with CombinedLock '${lockName}'`,
    lockName,
    region: { file, function: range, from: marked.from, to: marked.to, async },
  };
}

interface Outcome {
  readonly after: string;
  /** The same request, at the same place in the new text. */
  readonly again: GuardRequest;
}

function fix(file: string, marked: Marked, lockName: string): Outcome | undefined {
  const written = writeFix(requestFor(file, marked, lockName), marked.text);
  if (written === undefined) return undefined;
  let after = '';
  let offset = 0;
  for (const { range, newText } of written.edits) {
    expect(range.start).toBeGreaterThanOrEqual(offset);
    after += marked.text.slice(offset, range.start) + newText;
    offset = range.end;
  }
  after += marked.text.slice(offset);
  const moved = (range: TextRange): TextRange => {
    const snippet = marked.text.slice(range.start, range.end);
    // The ends are found again by counting how often their text stands before them, past what the fix has added.
    const index = marked.text.slice(0, range.start).split(snippet).length - 1;
    const places: number[] = [];
    for (let at = after.indexOf(snippet); at !== -1; at = after.indexOf(snippet, at + 1)) places.push(at);
    const extra = places.length - (marked.text.split(snippet).length - 1);
    const start = places[index + (extra > 0 ? extra : 0)] ?? places.at(-1) ?? -1;
    return { start, end: start + snippet.length };
  };
  const again = { text: after, from: moved(marked.from), to: moved(marked.to) };
  return { after, again: requestFor(file, again, lockName) };
}

const AMBIENT = `
interface Store {
  get(key: string): Promise<number>;
  find(key: string): Promise<{ count: number } | undefined>;
  set(key: string, value: number): Promise<void>;
  transaction<T>(work: () => Promise<T>): Promise<T>;
}
declare const store: Store;
declare function price(): Promise<number>;
declare function log(...values: unknown[]): Promise<void>;
declare function defer(work: () => Promise<void>): void;
`;

const LOCKKIT = `
export interface Grant { release(): Promise<void>; readonly token: bigint; }
export class CombinedLock {
  constructor(name: string, options?: object);
  readonly name: string;
  request<T>(callback: (grant: Grant) => T | PromiseLike<T>): Promise<T>;
  request<T>(options: object, callback: (grant: Grant) => T | PromiseLike<T>): Promise<T>;
  requestSync<T>(callback: (grant: Grant) => T): T;
  acquireSync(): Grant;
  acquire(options?: object): Promise<Grant>;
}
`;

/** What the strict type checker says of modules that stand beside the ambient declarations, by their names. */
function typeErrors(modules: ReadonlyMap<string, string>): Map<string, string[]> {
  const files = new Map([
    ...[...modules].map(([name, text]): [string, string] => [`/project/${name}`, text]),
    ['/project/ambient.d.ts', AMBIENT],
    ['/project/node_modules/lockkit/index.d.ts', LOCKKIT],
    [
      '/project/node_modules/lockkit/package.json',
      '{"name":"lockkit","type":"module","types":"./index.d.ts"}',
    ],
    ['/project/package.json', '{"type":"module"}'],
  ]);
  const options: ts.CompilerOptions = {
    strict: true,
    noImplicitReturns: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    jsx: ts.JsxEmit.Preserve,
    types: ['node'],
    typeRoots: [path.resolve(import.meta.dirname, '../../node_modules/@types')],
    skipLibCheck: true,
    lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    readFile: (file) => files.get(file) ?? disk.readFile(file),
    fileExists: (file) => files.has(file) || disk.fileExists(file),
    directoryExists: (directory) =>
      [...files.keys()].some((file) => file.startsWith(`${directory}/`)) ||
      disk.directoryExists?.(directory) === true,
    realpath: (file) => file,
    getCurrentDirectory: () => '/project',
    getSourceFile: (file, version) => {
      const own = files.get(file);
      return own === undefined
        ? disk.getSourceFile(file, version)
        : ts.createSourceFile(file, own, version, true);
    },
  };
  const roots = [...files.keys()].filter(
    (file) => /\.[cm]?tsx?$/.test(file) && !file.includes('node_modules'),
  );
  const program = ts.createProgram(roots, options, host);
  const errors = new Map([...modules.keys()].map((name): [string, string[]] => [name, []]));
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = path.basename(file?.fileName ?? 'global');
    errors.set(name, [...(errors.get(name) ?? []), ts.flattenDiagnosticMessageText(messageText, '\n')]);
  }
  return errors;
}

const isTypeScript = (name: string): boolean => /\.[cm]?tsx?$/.test(name);

/** Texts are written with a line break before them. */
function unwrapped(text: string): string {
  return text.replace(/^\r?\n/, '');
}

describe('a fix', () => {
  test.each(cases)('%s', (_title, name, before, expected) => {
    const file = `/project/${name}`;
    const outcome = fix(file, unmark(unwrapped(before)), 'counter:total');
    expect(outcome?.after).toBe(unwrapped(expected));
    if (outcome === undefined) return;
    const { parseDiagnostics } = parse(file, outcome.after) as { parseDiagnostics?: unknown[] };
    expect(parseDiagnostics).toEqual([]);
    expect(writeFix(outcome.again, outcome.after), 'a second application changes nothing').toBeUndefined();
  });

  test('leaves the types right', () => {
    const modules = new Map<string, string>();
    for (const [index, [, name, before, after]] of cases.entries()) {
      if (!isTypeScript(name)) continue;
      const extension = path.extname(name);
      modules.set(`before${index}${extension}`, unmark(unwrapped(before)).text);
      modules.set(`after${index}${extension}`, unwrapped(after));
    }
    const errors = typeErrors(modules);
    expect(errors.size).toBe(modules.size);
    expect([...errors].filter(([, messages]) => messages.length > 0)).toEqual([]);
  });

  test('the type check sees what is wrong', () => {
    const wrong =
      "import { CombinedLock } from 'lockkit';\nconst n: string = await new CombinedLock('x').request(async () => 1);\n";
    expect(typeErrors(new Map([['wrong.ts', wrong]])).get('wrong.ts')).toEqual([
      "Type 'number' is not assignable to type 'string'.",
    ]);
  });
});

describe('no fix', () => {
  test.each(silent)('%s', (_title, name, text) => {
    expect(fix(`/project/${name}`, unmark(unwrapped(text)), 'counter:total')).toBeUndefined();
  });

  test('in a language without a writer', () => {
    expect(fix('/project/a.rb', unmark('⟦a⟧\n⟪b⟫\n'), 'counter:total')).toBeUndefined();
  });

  test('at a place that the text does not have', () => {
    const { region, ...request } = requestFor(
      '/project/a.js',
      unmark('async function f() { ⟪x = ⟦x⟧⟫; }'),
      'x',
    );
    const beyond = { ...region, to: { start: 100, end: 120 } };
    expect(writeFix({ ...request, region: beyond }, 'async function f() { x = x; }')).toBeUndefined();
  });
});

describe('the name of the lock', () => {
  test.each([
    ['counter:total', 'totalLock', "'counter:total'"],
    ['data/user-store.json', 'userStoreLock', "'data/user-store.json'"],
    ['user:42', 'userLock', "'user:42'"],
    ['TOTAL_COUNT', 'totalCountLock', "'TOTAL_COUNT'"],
    ['app:writeLock', 'writeLock', "'app:writeLock'"],
    ['42', 'sharedLock', "'42'"],
    ["it's", 'itSLock', "'it\\'s'"],
    ['konto:größe', 'größeLock', "'konto:größe'"],
  ])('%s', (lockName, identifier, literal) => {
    const { text, ...ends } = unmark(
      'let x = 0;\nexport async function f() {\n  ⟪x = ⟦x⟧ + (await 1)⟫;\n}\n',
    );
    const after = fix('/project/a.ts', { text, ...ends }, lockName)?.after;
    expect(after).toContain(`const ${identifier} = new CombinedLock(${literal});`);
    expect(after).toContain(`await ${identifier}.request(`);
  });
});

describe('the kind of module', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'lockkit-fixes-'));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test.each([
    ['{ "type": "module" }', "import { CombinedLock } from 'lockkit';"],
    ['{ "type": "commonjs" }', "const { CombinedLock } = require('lockkit');"],
    ['{}', "const { CombinedLock } = require('lockkit');"],
    ['not JSON', "const { CombinedLock } = require('lockkit');"],
  ])('of a file that does not say it, in a package %s', (text, expected) => {
    writeFileSync(path.join(directory, 'package.json'), text);
    const marked = unmark('let x = 0;\nasync function f() {\n  ⟪x = ⟦x⟧ + (await 1)⟫;\n}\nf();\n');
    expect(fix(path.join(directory, 'src', 'a.js'), marked, 'x')?.after.split('\n')[0]).toBe(expected);
  });
});

/** A lock among the tasks of one process, which refuses to be taken twice by one of them. */
const LOCK_FOR_TASKS = `
const { AsyncLocalStorage } = require('node:async_hooks');
const tails = new Map();
const held = new AsyncLocalStorage();
exports.CombinedLock = class {
  constructor(name) { this.name = name; }
  async request(callback) {
    if (held.getStore() === this.name) throw new Error('taken twice');
    const grant = await this.acquire();
    try { return await held.run(this.name, () => callback(grant)); } finally { await grant.release(); }
  }
  async acquire() {
    const before = tails.get(this.name) ?? Promise.resolve();
    let release;
    tails.set(this.name, new Promise((resolve) => { release = resolve; }));
    await before;
    return { release: async () => release() };
  }
};
`;

describe('a program that loses updates', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'lockkit-fixes-'));
    const module = path.join(directory, 'node_modules', 'lockkit');
    mkdirSync(module, { recursive: true });
    writeFileSync(path.join(module, 'index.js'), LOCK_FOR_TASKS);
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  function run(text: string): number {
    const file = path.join(directory, 'program.cjs');
    writeFileSync(file, text);
    return Number(execFileSync(process.execPath, [file], { encoding: 'utf8' }));
  }

  const around = (add: string): string => `'use strict';
const { setImmediate: next } = require('node:timers/promises');
let total = 0;
const load = async () => { await next(); return total; };
const save = async (value) => { await next(); total = value; return value; };
${add}
Promise.all(Array.from({ length: 10 }, () => add(1))).then(() => console.log(total));
`;

  test.each([
    ['request', 'async function add(n) {\n  const t = await ⟦load()⟧;\n  await ⟪save(t + n)⟫;\n}'],
    ['request, one expression', 'const add = async (n) => ⟪save((await ⟦load()⟧) + n)⟫;'],
    [
      'request, handing a value out',
      'async function add(n) {\n  const t = await ⟦load()⟧;\n  await ⟪save(t + n)⟫;\n  await next(t);\n}',
    ],
    [
      'request, returned',
      'async function add(n) {\n  const t = await ⟦load()⟧;\n  if (t > 50) return 0;\n  return ⟪save(t + n)⟫;\n}',
    ],
    [
      'acquire, returning a promise',
      'async function add(n) {\n  if (n) {\n    const t = await ⟦load()⟧;\n    return t > 50 ? t : ⟪save(t + n)⟫;\n  }\n  return next();\n}',
    ],
    [
      'acquire, in a loop',
      'async function add(n) {\n  for (;;) {\n    const t = await ⟦load()⟧;\n    if (t < 0) continue;\n    await ⟪save(t + n)⟫;\n    break;\n  }\n}',
    ],
    ['a chain of promises', 'function add(n) {\n  return ⟦load()⟧.then((t) => ⟪save(t + n)⟫);\n}'],
  ])('counts right with %s', (_title, add) => {
    const marked = unmark(around(add));
    expect(run(marked.text)).toBeLessThan(10);
    const outcome = fix('/project/program.cjs', marked, 'counter:total');
    expect(run(outcome?.after ?? '')).toBe(10);
  });
});
