/** The constants that a Python module assigns at its top level, as far as single lines tell. Nothing is run. */
import type { TextRange } from '../../model/source.js';
import type { DataEntry, DataValue } from './data.js';

/** The last assignment of each name. */
export function parseAssignments(text: string): ReadonlyMap<string, DataEntry> {
  const entries = new Map<string, DataEntry>();
  for (const match of text.matchAll(/^([A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=[ \t]*([^=\s][^\r\n]*)$/gm)) {
    const [whole, name = '', written = ''] = match;
    const expression = withoutComment(written);
    const end = match.index + whole.length - written.length + expression.length;
    const range = { start: match.index, end };
    entries.set(name, { value: valueOf(expression, range, entries), range });
  }
  return entries;
}

function withoutComment(line: string): string {
  const [code = ''] = /^(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^#"'])*/.exec(line) ?? [];
  return code.trimEnd();
}

/** @param range that of the assignment, which messages point at */
function valueOf(expression: string, range: TextRange, known: ReadonlyMap<string, DataEntry>): DataValue {
  const text = expression.trim();
  const string = /^[rbuf]?(?:"([^"\\]*)"|'([^'\\]*)')$/i.exec(text);
  if (string !== null) return { kind: 'scalar', value: string[1] ?? string[2] ?? '', range };
  if (/^-?\d+$/.test(text)) return { kind: 'scalar', value: Number(text), range };
  if (text === 'True' || text === 'False') return { kind: 'scalar', value: text === 'True', range };
  const name = known.get(text);
  if (name !== undefined) return { ...name.value, range };
  // multiprocessing.cpu_count() * 2 + 1, len(os.sched_getaffinity(0)), os.process_cpu_count()
  if (/\b((process_)?cpu_count|sched_getaffinity)\(/.test(text)) return { kind: 'processors', range };
  // int(os.environ.get("WEB_CONCURRENCY", 4)), os.getenv("WORKERS", "4")
  const fallback = /\b(?:environ\.get|getenv)\([^,()]+,\s*([^()]+?)\s*\)/.exec(text)?.[1];
  if (fallback !== undefined) return valueOf(fallback, range, known);
  // os.environ.get("WORKERS") or 4
  const alternative = /\bor\s+(\w+|"[^"]*"|'[^']*')\)*$/.exec(text)?.[1];
  if (alternative !== undefined) return valueOf(alternative, range, known);
  return { kind: 'unknown', range };
}
