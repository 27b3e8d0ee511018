import path from 'node:path';
import type { Fix, FixRequest } from '../model/diagnostics.js';
import { writeTypeScriptFix } from './writers/typescript/index.js';

/** Writes a request out in one language. */
type Writer = (request: FixRequest, text: string) => Fix | undefined;

/** Writers by file name extension. */
const writers = new Map<string, Writer>(
  ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'].map((extension) => [
    extension,
    writeTypeScriptFix,
  ]),
);

/**
 * Writes a fix in the language of its file.
 * @param text the file's text, as it is now
 * @returns the edits, in the order of the text and apart from each other; or undefined when the place has no form in
 *   which the fix would be right, or nothing is left to be done
 */
export function writeFix(request: FixRequest, text: string): Fix | undefined {
  return writers.get(path.extname(request.region.file))?.(request, text);
}
