import {
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  parseDocument,
  type Document,
  type Node,
  type Scalar,
} from 'yaml';
import type { DataEntry, DataValue } from './data.js';
import type { ParsedData } from './javascript-data.js';

/** Reads the first document of a YAML text. Aliases stand for what they name. */
export function parseYaml(text: string): ParsedData {
  return read(parseDocument(text, OPTIONS));
}

/** Reads all documents of a YAML text, which `---` separates. */
export function parseYamlDocuments(text: string): ParsedData[] {
  const documents = parseAllDocuments(text, OPTIONS);
  // Without any document, a result that is no list says so.
  return Array.isArray(documents) ? documents.map(read) : [];
}

/** Tags that others give a meaning to (`!Sub`, `!reference`) are no reason to complain. */
const OPTIONS = { prettyErrors: false, logLevel: 'error' } as const;

function read(document: Document): ParsedData {
  const root = document.contents;
  const resolve = (node: unknown, depth: number): DataValue => {
    const range = rangeOf(node);
    if (depth > 40) return { kind: 'unknown', range };
    if (isScalar(node)) return scalar(node);
    if (isSeq(node))
      return { kind: 'list', items: node.items.map((item) => resolve(item, depth + 1)), range };
    if (isMap(node)) {
      const entries = new Map<string, DataEntry>();
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue;
        const resolved = resolve(value, depth + 1);
        if (key.value === '<<' && resolved.kind === 'record') {
          for (const [name, entry] of resolved.entries) if (!entries.has(name)) entries.set(name, entry);
        } else {
          const { start } = rangeOf(key);
          entries.set(String(key.value), {
            value: resolved,
            range: { start, end: Math.max(rangeOf(value).end, rangeOf(key).end) },
          });
        }
      }
      return { kind: 'record', entries, range };
    }
    if (typeof node === 'object' && node !== null && 'source' in node && 'resolve' in node) {
      // An alias whose anchor is missing is among the document's errors.
      const target = (node as { resolve(document: unknown): Node | undefined }).resolve(document);
      return target === undefined ? { kind: 'unknown', range } : resolve(target, depth + 1);
    }
    return { kind: 'unknown', range };
  };
  const [error] = document.errors;
  return {
    data: root === null ? undefined : resolve(root, 0),
    ...(error !== undefined && { error: { offset: error.pos[0], message: error.message } }),
  };
}

function scalar(node: Scalar): DataValue {
  const { value } = node;
  const range = rangeOf(node);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null)
    return { kind: 'scalar', value, range };
  return { kind: 'unknown', range };
}

/** Without the white space and comments after a node, which YAML counts to it. */
function rangeOf(node: unknown): { start: number; end: number } {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
  return range === undefined || range === null ? { start: 0, end: 0 } : { start: range[0], end: range[1] };
}
