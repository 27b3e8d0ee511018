import path from 'node:path';
import { fileOf, type Fix, type FixRequest } from '../model/diagnostics.js';

/** Writes a request out in one language. */
type Writer = (request: FixRequest, text: string) => Fix | undefined;

type LoadWriter = () => Promise<Writer>;

const loadTypeScript: LoadWriter = async () =>
  (await import('./writers/typescript/index.js')).writeTypeScriptFix;

const loadPython: LoadWriter = async () => {
  const { loadParser, writePythonFix } = await import('./writers/python/index.js');
  await loadParser();
  return writePythonFix;
};

/** What loads the writers, by file name extension: they come with the parser of their language, which is much to load. */
const loaders = new Map<string, LoadWriter>([
  ...['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'].map(
    (extension) => [extension, loadTypeScript] as const,
  ),
  ...['.py', '.pyw'].map((extension) => [extension, loadPython] as const),
]);

const writers = new Map<LoadWriter, Writer>();

/** Makes {@link writeFix} ready for a file. */
export async function prepareFixes(file: string): Promise<void> {
  const load = loaders.get(path.extname(file));
  if (load !== undefined && !writers.has(load)) writers.set(load, await load());
}

/**
 * Writes a fix in the language of its file, for which {@link prepareFixes} was called.
 * @param text the file's text, as it is now
 * @returns the edits, in the order of the text and apart from each other; or undefined when the place has no form in
 *   which the fix would be right, or nothing is left to be done
 */
export function writeFix(request: FixRequest, text: string): Fix | undefined {
  const load = loaders.get(path.extname(fileOf(request)));
  return load && writers.get(load)?.(request, text);
}
