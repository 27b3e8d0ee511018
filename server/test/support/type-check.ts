/** Type-checks many small projects in one program, with libraries that are not installed left unknown. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
/** Below the repository, so that Node's types and Lockkit's are found; nothing is written there. */
const BELOW = path.join(REPOSITORY, 'server/test/in-memory');

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  noUnusedLocals: true,
  allowJs: true,
  checkJs: false,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
  experimentalDecorators: true,
};

/** @returns for each project, one line for each error, without the places, which fixes move */
export function typeErrors(projects: readonly ReadonlyMap<string, string>[]): string[][] {
  const texts = new Map<string, string>();
  for (const [index, files] of projects.entries()) {
    for (const [name, text] of files) texts.set(path.join(BELOW, String(index), name), text);
    // Without one, the nearest says what `.ts` and `.js` files are.
    const manifest = path.join(BELOW, String(index), 'package.json');
    if (!texts.has(manifest)) texts.set(manifest, '{ "type": "module" }');
  }
  const host = ts.createCompilerHost(OPTIONS);
  const disk = ts.createCompilerHost(OPTIONS);
  host.readFile = (file) => texts.get(file) ?? disk.readFile(file);
  host.fileExists = (file) => texts.has(file) || disk.fileExists(file);
  host.directoryExists = (directory) =>
    directory.startsWith(BELOW) || (disk.directoryExists?.(directory) ?? false);
  const roots = [...texts.keys()].filter((file) => /\.[cm]?[jt]sx?$/.test(file));
  const program = ts.createProgram(roots, OPTIONS, host);
  const errors: string[][] = projects.map(() => []);
  const diagnostics = [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()];
  for (const { file, code, messageText } of diagnostics) {
    if (file?.fileName.startsWith(BELOW) !== true) continue;
    const [index = ''] = path.relative(BELOW, file.fileName).split(path.sep);
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    errors[Number(index)]?.push(`${path.basename(file.fileName)} TS${String(code)}: ${message}`);
  }
  return errors;
}
