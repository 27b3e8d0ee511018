import type { Fix, FixRequest } from '../model/diagnostics.js';

/**
 * Writes a fix in the language of its file.
 * @param text the file's text, as it is now
 * @returns the edits, or undefined when the place has no form in which the fix would be right
 */
export function writeFix(_request: FixRequest, _text: string): Fix | undefined {
  return undefined;
}
