/**
 * Files of sections and `key = value`, each value with its place. uWSGI, Supervisor and systemd have a dialect each: none knows
 * quotes, and a `;` or `#` within a value (a shell's command, mostly) belongs to it.
 */
import type { TextRange } from '../../model/source.js';

export interface IniEntry {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** The key and its value. */
  readonly range: TextRange;
}

export interface IniDialect {
  /** True when an indented line goes on with the value above it (Python's configparser). */
  readonly indentContinues?: boolean;
  /** What starts a comment behind a value, after white space. */
  readonly inlineComment?: RegExp;
}

/** All entries, in the order of the text; a key may come several times. */
export function parseIni(text: string, dialect: IniDialect = {}): IniEntry[] {
  const entries: IniEntry[] = [];
  let section = '';
  let open: { key: string; parts: string[]; start: number; end: number } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const { key, parts, start, end } = open;
    const value = parts.join(' ').replace(dialect.inlineComment ?? /(?!)/, '');
    entries.push({ section, key, value: value.trim(), range: { start, end } });
    open = undefined;
  };
  let continues = false;
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const [line] = match;
    const trimmed = line.trim();
    const from = match.index + line.indexOf(trimmed);
    const indented = line !== line.trimStart();
    if (trimmed === '' || (/^[;#]/.test(trimmed) && !continues)) continue;
    if (open !== undefined && (continues || (indented && dialect.indentContinues === true))) {
      open.parts.push(trimmed.replace(/\\$/, ''));
      open.end = from + trimmed.length;
      continues = trimmed.endsWith('\\');
      continue;
    }
    close();
    const header = /^\[([^\]]*)\]/.exec(trimmed);
    if (header !== null) {
      section = (header[1] ?? '').trim();
      continue;
    }
    const entry = /^([^=:]+?)\s*(?:=|:(?=\s))\s*(.*)$/.exec(trimmed);
    if (entry === null) continue;
    const value = entry[2] ?? '';
    open = {
      key: entry[1] ?? '',
      parts: [value.replace(/\\$/, '')],
      start: from,
      end: from + trimmed.length,
    };
    continues = value.endsWith('\\');
  }
  close();
  return entries;
}
