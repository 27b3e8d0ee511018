/**
 * Whether an exported function is one that only the project's own code calls: then what its callers do decides, and not what
 * anybody could do.
 */
import type { Analysed } from '../analysis/index.js';
import { LEVELS, type Diagnostic } from '../model/diagnostics.js';
import type { EntryPoint, Finding } from '../model/findings.js';

export interface CallersHost {
  /** The files of the project that import a file. */
  importersOf(file: string): readonly string[];
  textOf(file: string): string | undefined;
  /** True for a file that other packages import. */
  isPublic(file: string): boolean;
}

/** Through how many files that hand on a name its users are looked for. */
const HANDED_ON = 3;
/** A function with more files that use it is left to stand for itself. */
const MOST = 16;

/**
 * The files that decide about the findings of a file: those that use the exported functions which lead to them.
 * @param names as {@link entryNames} has them
 * @returns none where there are too many, or where code of other packages may call the functions too
 */
export function usersOf(file: string, names: readonly string[], host: CallersHost): string[] {
  if (names.length === 0 || host.isPublic(file)) return [];
  const users = new Set<string>();
  const seen = new Set([file]);
  let level = [file];
  for (let depth = 0; depth <= HANDED_ON && level.length > 0; depth++) {
    const importers = level.flatMap((imported) => host.importersOf(imported)).filter((one) => !seen.has(one));
    level = [];
    for (const importer of new Set(importers)) {
      seen.add(importer);
      const text = host.textOf(importer);
      if (text === undefined) continue;
      if (names.some((name) => mentions(text, name))) users.add(importer);
      if (users.size > MOST) return [];
      if (!handsOn(importer, text)) continue;
      if (host.isPublic(importer)) return [];
      level.push(importer);
    }
  }
  return [...users].sort();
}

/** The exported functions whose calls from other files would make happen what was found. */
export function entryNames({ findings }: Analysed): string[] {
  return [...new Set(findings.flatMap((finding) => entriesOf(finding).map(({ name }) => name)))];
}

function entriesOf(finding: Finding): readonly EntryPoint[] {
  return 'entries' in finding ? (finding.entries ?? []) : [];
}

/** Statements that import names, or hand them on, and do nothing with them. */
const IMPORTS =
  /^[ \t]*(?:import|export)\b[^;'"()]*\bfrom[ \t]*['"][^'"\n]+['"]|^[ \t]*export[ \t]*\{[^}]*\}|^[ \t]*from[ \t]+\S+[ \t]+import[ \t]+(?:\([^)]*\)|.*)/gm;

/** Whether a file may give others what it imports: in Python, each does. */
function handsOn(file: string, text: string): boolean {
  return (
    !/\.[cm]?[jt]sx?$/.test(file) || /\bexport\s*(?:type\s*)?[*{]|\bexport\s+default\b|\bexports\b/.test(text)
  );
}

/** Whether a text does something with a name. */
function mentions(file: string, name: string): boolean {
  const text = file.includes(name) ? file.replaceAll(IMPORTS, '') : '';
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!/[\w$]/.test(text[at - 1] ?? ' ') && !/[\w$]/.test(text[at + name.length] ?? ' ')) return true;
  }
  return false;
}

/** A file that uses another one, as its own users have it. */
export interface User {
  readonly analysed: Analysed;
  readonly findings: readonly Finding[];
  readonly text: string;
}

/** Through how many files callers of callers are asked what they do. */
export const CALLERS_OF_CALLERS = 3;

/**
 * The findings of a file, as its users in the project have it.
 * @param users by file: those that {@link usersOf} names
 * @param written the file whose findings are asked for, if it is another one
 */
export function withUsers(
  file: string,
  own: Analysed,
  users: ReadonlyMap<string, User>,
  written = file,
): Finding[] {
  if (users.size === 0) return [...own.findings];
  const isCalledByAll = ({ key, name }: EntryPoint): boolean => {
    const using = [...users.values()].filter(({ text }) => mentions(text, name));
    return using.length > 0 && using.every(({ analysed }) => analysed.entered.has(key));
  };
  const kept = own.findings.filter((finding) => {
    const entries = entriesOf(finding);
    return entries.length === 0 || !entries.every(isCalledByAll);
  });
  const theirs = [...users.values()].flatMap(({ findings }) =>
    findings.filter(
      (finding) =>
        (finding.kind === 'read-modify-write' || finding.kind === 'different-locks') &&
        finding.write.file === written,
    ),
  );
  return [...kept, ...theirs];
}

/** The same update may be found from several files; the surest word of it stands. */
export function onceEach(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const kept = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { rule, place, level } = diagnostic;
    const key = `${rule} ${place.file} ${place.start}`;
    const known = kept.get(key);
    if (known === undefined || LEVELS.indexOf(level) < LEVELS.indexOf(known.level)) kept.set(key, diagnostic);
  }
  return [...kept.values()];
}
