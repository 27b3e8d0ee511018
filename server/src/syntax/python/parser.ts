import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Language, Parser } from 'web-tree-sitter';
import { copyTree, type SyntaxNode } from './tree.js';

/** Where the files of WebAssembly lie: beside this module in a bundle, else in the packages that ship them. */
function locate(name: string, module: string): string {
  const beside = fileURLToPath(new URL(`./${name}`, import.meta.url));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(module);
}

interface Loaded {
  readonly parser: Parser;
  readonly language: Language;
}

let loading: Promise<void> | undefined;
let loaded: Loaded | undefined;
let failure: string | undefined;

async function load(): Promise<void> {
  try {
    const { Parser, Language } = await import('web-tree-sitter');
    const runtime = locate('web-tree-sitter.wasm', 'web-tree-sitter/web-tree-sitter.wasm');
    await Parser.init({ locateFile: () => runtime });
    const grammar = locate('tree-sitter-python.wasm', 'tree-sitter-python/tree-sitter-python.wasm');
    const language = await Language.load(grammar);
    const parser = new Parser();
    parser.setLanguage(language);
    loaded = { parser, language };
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
}

/** Loads the parser, once. Never rejects: what went wrong is told by {@link parseTree}. */
export function loadParser(): Promise<void> {
  return (loading ??= load());
}

/** @throws when the parser is not loaded or could not be */
export function parseTree(text: string): SyntaxNode {
  if (loaded === undefined) {
    throw new Error(`the Python parser is not loaded: ${failure ?? 'it was not asked for'}`);
  }
  const { parser, language } = loaded;
  const tree = parser.parse(text);
  if (tree === null) throw new Error('the Python parser gave up');
  try {
    return copyTree(tree, language);
  } finally {
    tree.delete();
  }
}
