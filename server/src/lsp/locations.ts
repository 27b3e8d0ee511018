import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Range } from 'vscode-languageserver/node';
import type { Place } from '../model/source.js';

/** The path of a `file:` URI; undefined for all others (untitled documents, virtual file systems). */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  try {
    return path.normalize(fileURLToPath(uri));
  } catch {
    // A host that is not this one, or an encoded slash.
    return undefined;
  }
}

export function uriOf(file: string): string {
  return pathToFileURL(file).href;
}

export function rangeOf(place: Omit<Place, 'file' | 'start' | 'end'>): Range {
  return {
    start: { line: place.line - 1, character: place.column - 1 },
    end: { line: place.endLine - 1, character: place.endColumn - 1 },
  };
}
