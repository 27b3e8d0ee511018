/** A package of TypeScript or JavaScript, made to run from its scratch copy. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import ts from '#typescript';

import type { ProveTarget } from '../target.js';
import { instrument } from './instrument.js';

const TYPESCRIPT = /(?<!\.d)\.(ts|tsx|mts|cts)$/;

/** The name of what a source is compiled to; that of JavaScript is its own. */
export function compiledName(file: string): string {
  return file.replace(TYPESCRIPT, compiledExtension);
}

function compiledExtension(extension: string): string {
  return ({ '.mts': '.mjs', '.cts': '.cjs' } as Record<string, string>)[extension] ?? '.js';
}

/**
 * Compiles the TypeScript of a copied package in place, and makes the accesses tell of themselves.
 * @param root the package that was copied: accesses are of its files
 */
export async function compilePackage(root: string, copy: string, target: ProveTarget): Promise<void> {
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
      ...(isTarget && { caught: target.place }),
    });
    await writeFile(compiledName(file), text);
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
