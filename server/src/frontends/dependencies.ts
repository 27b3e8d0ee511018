/** What a file imports, by a look at its text that is far cheaper than its facts. */
import ts from 'typescript';

export interface Dependencies {
  /** Specifiers as written, of code; those of types only are among them. */
  readonly modules: readonly string[];
  /** True when the file also loads modules that its text does not name: `require(path)`, a folder of plugins. */
  readonly open: boolean;
}

/** Loads by a name that is computed, and libraries that load whole folders. */
const OPEN_SCRIPT =
  /\b(?:require|import)\s*\(\s*(?!\s)(?!(?:\/\*[^*]*\*\/\s*)?(?:"[^"\n]*"|'[^'\n]*'|`[^`$]*`)\s*[,)])|\brequire\.context\b|\bimport\.meta\.glob\b|["'][^"'\n]*(?:auto-?load|require-?(?:all|dir)|import-?all|consign|express-load|fs-routes|file-rout)[^"'\n]*["']/;

/** @returns undefined for files of a language whose imports are not known */
export function dependenciesOf(file: string, text: string): Dependencies | undefined {
  if (/\.[cm]?[jt]sx?$/.test(file)) {
    const { importedFiles } = ts.preProcessFile(text, true, true);
    return {
      modules: [...new Set(importedFiles.map(({ fileName }) => fileName))],
      open: OPEN_SCRIPT.test(text),
    };
  }
  return undefined;
}
