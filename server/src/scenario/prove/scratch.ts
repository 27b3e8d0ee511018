/** The scratch copy that the user's function runs in: their files and stores are not touched. */
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import ts from 'typescript';

import { ScenarioError } from '../errors.js';
import { instrument } from './instrument.js';
import type { ProveTarget } from './target.js';

/** Megabytes of a package that are copied at most, its node_modules not counted: they are linked. */
const LARGEST_MB = 200;
const LEFT_OUT = new Set(['node_modules', '.git', '.hg', '.svn', 'coverage', '.cache']);
const TYPESCRIPT = /(?<!\.d)\.(ts|tsx|mts|cts)$/;

export class Scratch {
  private copies = 0;

  private constructor(
    private readonly directory: string,
    private readonly pristine: string,
    /** The module to be loaded, relative to a copy. */
    readonly module: string,
  ) {}

  /**
   * Copies the package around the file, compiles its TypeScript, and makes the accesses tell of themselves.
   * @throws ScenarioError when it is too large, or not to be read
   */
  static async make(target: ProveTarget): Promise<Scratch> {
    const root = packageRootOf(target.file);
    const directory = await mkdtemp(path.join(os.tmpdir(), 'lockkit-prove-'));
    try {
      const pristine = path.join(directory, 'pristine');
      await copyPackage(root, pristine);
      await compile(root, pristine, target);
      await linkModules(root, directory);
      const module = path.relative(root, target.file).replace(TYPESCRIPT, compiledExtension);
      return new Scratch(directory, pristine, module);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** A copy of its own for one run, in which all files are as they were. */
  async copy(): Promise<string> {
    const copy = path.join(this.directory, `run-${this.copies++}`);
    await cp(this.pristine, copy, { recursive: true });
    return copy;
  }

  /** A directory for what the prover itself needs. */
  async sideDirectory(name: string): Promise<string> {
    const side = path.join(this.directory, name);
    await mkdir(side, { recursive: true });
    return side;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The directory of the nearest package.json, or that of the file. */
export function packageRootOf(file: string): string {
  for (let at = path.dirname(file); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, 'package.json'))) return at;
    if (at === path.dirname(at)) return path.dirname(file);
  }
}

async function copyPackage(root: string, to: string): Promise<void> {
  let bytes = 0;
  await cp(root, to, {
    recursive: true,
    filter: async (source) => {
      if (LEFT_OUT.has(path.basename(source)) && source !== root) return false;
      const status = await stat(source).catch(() => undefined);
      if (status === undefined || !(status.isFile() || status.isDirectory())) return false;
      bytes += status.isFile() ? status.size : 0;
      if (bytes > LARGEST_MB * 1024 * 1024) {
        throw new ScenarioError(
          `The package in ${root} has more than ${LARGEST_MB} MB beside its node_modules, too much for a scratch copy.`,
        );
      }
      return true;
    },
  });
}

/** Its own node_modules, and the nearest one above it, which a workspace shares. All copies lie beside the links. */
async function linkModules(root: string, directory: string): Promise<void> {
  for (let at = root; ; at = path.dirname(at)) {
    const modules = path.join(at, 'node_modules');
    if (existsSync(modules)) {
      await symlink(modules, path.join(directory, 'node_modules'));
      return;
    }
    if (at === path.dirname(at)) return;
  }
}

function compiledExtension(extension: string): string {
  return ({ '.mts': '.mjs', '.cts': '.cjs' } as Record<string, string>)[extension] ?? '.js';
}

async function compile(root: string, copy: string, target: ProveTarget): Promise<void> {
  const options = compilerOptionsOf(root);
  const accesses = target.accesses.map((access, index) => ({ access, index: index + 1 }));
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const original = path.join(root, path.relative(copy, file));
    const own = accesses.filter(({ access }) => access.file === original);
    const isTarget = original === target.file;
    if (own.length === 0 && !isTarget && !TYPESCRIPT.test(file)) continue;
    const [expose] = target.function.split('.');
    const text = instrument(file, await readFile(file, 'utf8'), {
      accesses: own,
      compilerOptions: options,
      ...(isTarget && isOwnName(target, expose) && { expose }),
    });
    await writeFile(file.replace(TYPESCRIPT, compiledExtension), text);
  }
}

/** Whether the module has the name at its top level, exported or not. */
function isOwnName(target: ProveTarget, name: string | undefined): boolean {
  const source = ts.createSourceFile(target.file, readFileSync(target.file, 'utf8'), ts.ScriptTarget.Latest);
  return source.statements.some(
    (statement) =>
      ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) &&
        statement.name?.text === name) ||
      (ts.isVariableStatement(statement) &&
        statement.declarationList.declarations.some(
          (declaration) => ts.isIdentifier(declaration.name) && declaration.name.text === name,
        )),
  );
}

/** What the compiler must know to make JavaScript that runs: the module system of the package, and its kind of decorators. */
function compilerOptionsOf(root: string): ts.CompilerOptions {
  const config = path.join(root, 'tsconfig.json');
  const own = existsSync(config)
    ? ts.parseJsonConfigFileContent(
        ts.readConfigFile(config, (name) => ts.sys.readFile(name)).config,
        NO_FILES,
        root,
      ).options
    : {};
  const { experimentalDecorators, emitDecoratorMetadata, useDefineForClassFields, jsx } = own;
  return {
    target: ts.ScriptTarget.ES2022,
    module: isEsm(root) ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS,
    esModuleInterop: true,
    ...(experimentalDecorators !== undefined && { experimentalDecorators }),
    ...(emitDecoratorMetadata !== undefined && { emitDecoratorMetadata }),
    ...(useDefineForClassFields !== undefined && { useDefineForClassFields }),
    ...(jsx !== undefined && { jsx }),
  };
}

/** The configuration is wanted, and not the files that it lists. */
const NO_FILES: ts.ParseConfigHost = { ...ts.sys, readDirectory: () => [] };

function isEsm(root: string): boolean {
  try {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { type?: unknown };
    return manifest.type === 'module';
  } catch {
    return false;
  }
}
