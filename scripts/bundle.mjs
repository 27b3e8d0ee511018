// @ts-check
// Writes dist/ and prebuilds/: all that the extension and its command line need, without node_modules.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const PREBUILDS = join(ROOT, 'prebuilds');

/** @type {import('esbuild').BuildOptions} */
const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  outdir: DIST,
  logLevel: 'warning',
  legalComments: 'none',
  // Names stay, so that a stack trace in someone's log can be read.
  minifySyntax: true,
  minifyWhitespace: true,
};

/** @type {import('esbuild').BuildOptions} */
const NODE = {
  ...COMMON,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  outExtension: { '.js': '.cjs' },
  // The workspaces as they are written, whether or not the compiler has been run.
  alias: {
    '@lockkit/server/protocol': join(ROOT, 'server/src/lsp/protocol.ts'),
    'lockkit/flock': join(ROOT, 'lockkit/src/flock.ts'),
    lockkit: join(ROOT, 'lockkit/src/index.ts'),
  },
  // CommonJS has no import.meta; the bundle is the module.
  define: { 'import.meta': '__importMeta' },
};

const IMPORT_META =
  "const __importMeta={url:require('node:url').pathToFileURL(__filename).href,filename:__filename,dirname:__dirname};";
/** Saves the time in which Node compiles the bundle, from the second start on (Node 22.8 and later). */
const COMPILE_CACHE = "require('node:module').enableCompileCache?.();";

/**
 * One program of the bundle.
 *
 * @param {string} name file in dist/, without extension
 * @param {string} source
 * @param {import('esbuild').BuildOptions} [options]
 */
function program(name, source, options = {}) {
  return build({
    ...NODE,
    entryPoints: { [name]: source },
    banner: { js: IMPORT_META },
    plugins: [sharedTypeScript],
    ...options,
  });
}

/**
 * The compiler is two thirds of all code. The server and the command line share one copy of it, and Node reads it when it
 * is first needed.
 *
 * @type {import('esbuild').Plugin}
 */
const sharedTypeScript = {
  name: 'shared TypeScript',
  setup({ onResolve }) {
    onResolve({ filter: /^typescript$/ }, () => ({ path: './typescript.cjs', external: true }));
  },
};

function addons() {
  const others = join(ROOT, 'lockkit/prebuilds');
  if (existsSync(others)) cpSync(others, PREBUILDS, { recursive: true });
  // After those, one of which may be an older one for the same platform.
  const built = join(ROOT, 'lockkit/native/build/lockkit.node');
  const target = join(PREBUILDS, `${process.platform}-${process.arch}`);
  if (existsSync(built)) {
    mkdirSync(target, { recursive: true });
    cpSync(built, join(target, 'lockkit.node'));
  } else if (process.platform === 'linux') {
    throw new Error(`${built} is missing: run "npm run build:native" first.`);
  }
}

/** The rules' pages for `lockkit explain`, the schema of lockkit.json for the editor, the counter of the seed's experiment, and the prover's Python. */
function texts() {
  const rules = join(ROOT, 'server/src/rules');
  for (const rule of readdirSync(rules)) {
    const page = join(rules, rule, 'page.md');
    if (existsSync(page)) cpSync(page, join(DIST, 'rules', rule, 'page.md'));
  }
  const schema = join(ROOT, 'server/lockkit.schema.json');
  if (existsSync(schema)) cpSync(schema, join(DIST, 'lockkit.schema.json'));
  cpSync(join(ROOT, 'server/src/scenario/seed/counter.py'), join(DIST, 'seed/counter.py'));
  const packages = {
    'lockkit/python/src/lockkit': 'python/lockkit',
    'server/src/scenario/prove/python/lockkit_prove': 'prove-python/lockkit_prove',
  };
  for (const [source, target] of Object.entries(packages)) {
    cpSync(join(ROOT, source), join(DIST, target), {
      recursive: true,
      filter: (file) => !file.endsWith('__pycache__'),
    });
  }
}

/** The packages that `lockkit add-runtime` puts into projects. */
function runtimes() {
  const target = join(DIST, 'runtime');
  mkdirSync(target);
  const [npm, python] = [join(ROOT, 'lockkit'), join(ROOT, 'lockkit/python')];
  execFileSync('npm', ['pack', '--silent', '--pack-destination', target], {
    cwd: npm,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  execFileSync('python3', ['tools/wheel.py', target], {
    cwd: python,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(
    join(target, 'lockkit.py'),
    execFileSync('python3', ['tools/single_file.py'], { cwd: python }),
  );
}

/** The parser of Python: its runtime and its grammar, in WebAssembly. */
function grammars() {
  const { resolve } = createRequire(join(ROOT, 'server/package.json'));
  for (const module of ['web-tree-sitter/web-tree-sitter.wasm', 'tree-sitter-python/tree-sitter-python.wasm'])
    cpSync(resolve(module), join(DIST, basename(module)));
}

for (const folder of [DIST, PREBUILDS]) rmSync(folder, { recursive: true, force: true });
mkdirSync(DIST);

await Promise.all([
  program('client', 'client/src/extension.ts', { external: ['vscode'] }),
  program('server', 'server/src/lsp/main.ts', { banner: { js: COMPILE_CACHE + IMPORT_META } }),
  program('cli', 'server/src/cli.ts', { banner: { js: COMPILE_CACHE + IMPORT_META } }),
  program('job', 'server/src/cli/job.ts'),
  program('scenario-process', 'server/src/scenario/process.ts'),
  program('scenario-thread', 'server/src/scenario/thread.ts'),
  program('prove-driver', 'server/src/scenario/prove/driver.ts'),
  program('prove-resolve-hook', 'server/src/scenario/prove/resolve-hook.ts', {
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    banner: {},
  }),
  program('typescript', createRequire(import.meta.url).resolve('typescript'), {
    banner: {},
    plugins: [],
    minifyIdentifiers: true,
    external: [...builtinModules],
  }),
  build({
    ...COMMON,
    entryPoints: { 'scenario-panel': 'client/webview/main.ts' },
    platform: 'browser',
    format: 'iife',
    target: 'chrome120',
  }),
  build({ ...COMMON, entryPoints: { 'scenario-panel': 'client/webview/panel.css' }, target: 'chrome120' }),
]);
addons();
grammars();
runtimes();
texts();
