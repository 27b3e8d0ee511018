import type { Diagnostic, Fix, Level, RuleId, TextEdit } from '../model/diagnostics.js';
import { isAtLeast } from './levels.js';
import type { FileReport, Project } from './project.js';

/** A text with edits made in it; edits at one place stand in their order. Their ranges must not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits.toSorted((left, right) => left.range.start - right.range.start)) {
    result += text.slice(at, edit.range.start) + edit.newText;
    at = edit.range.end;
  }
  return result + text.slice(at);
}

/** Which findings are to be fixed. */
export interface Fixing {
  /** Findings below it are left alone. */
  readonly level: Level;
  /** Only this rule's. */
  readonly rule?: RuleId;
}

/** A file that fixes change. Both texts have the byte order mark that the file has. */
export interface FixedFile {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

export interface Fixed {
  readonly files: readonly FixedFile[];
  /** How many findings are gone. */
  readonly fixed: number;
}

/** More rounds than findings that a person would have fixed unseen in one file. */
const MOST_ROUNDS = 200;

/**
 * Makes the fixes of files, one after the other, each only if afterwards there are fewer findings, no others, and no new syntax
 * error; of several fixes for one finding, the first that is so. The files on disk stay as they are; the project goes on with the
 * fixed texts.
 */
export async function fixFiles(project: Project, files: readonly string[], fixing: Fixing): Promise<Fixed> {
  const originals = new Map<string, Original>();
  let fixed = 0;
  for (const file of files) {
    const rejected = new Set<string>();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const next = await nextFix(project, file, fixing, rejected);
      if (next === undefined) break;
      if (await tryFix(project, file, next.fix, originals)) fixed++;
      else rejected.add(next.name);
    }
  }
  const changed = [...originals].flatMap(([file, original]): FixedFile[] => {
    const { byteOrderMark, text } = original;
    const after = project.textOf(file);
    if (after === undefined || after === text) return [];
    return [{ file, before: byteOrderMark + text, after: byteOrderMark + after }];
  });
  return { files: changed, fixed };
}

/** A file before its first fix. */
interface Original {
  readonly text: string;
  readonly byteOrderMark: string;
}

interface NamedFix {
  readonly fix: Fix;
  readonly name: string;
}

async function nextFix(
  project: Project,
  file: string,
  { level, rule }: Fixing,
  rejected: ReadonlySet<string>,
): Promise<NamedFix | undefined> {
  const { diagnostics } = await project.check(file);
  for (const diagnostic of diagnostics) {
    if (!isAtLeast(diagnostic.level, level) || (rule !== undefined && diagnostic.rule !== rule)) continue;
    for (const fix of project.fixes(diagnostic)) {
      const name = `${nameOf(diagnostic)} ${fix.title}`;
      if (!rejected.has(name)) return { fix, name };
    }
  }
  return undefined;
}

/** Makes a fix and keeps it if it is right. */
async function tryFix(
  project: Project,
  file: string,
  { edits }: Fix,
  originals: Map<string, Original>,
): Promise<boolean> {
  const touched = [...new Set([file, ...edits.map((edit) => edit.file)])];
  const marks = new Map(touched.map((one) => [one, project.hasByteOrderMark(one) ? '\uFEFF' : '']));
  const texts = new Map(touched.map((one) => [one, project.textOf(one)]));
  const before = await reportsOf(project, touched);
  for (const [one, text] of texts) {
    if (text === undefined) return false;
    project.setOverlay(
      one,
      applyEdits(
        text,
        edits.filter((edit) => edit.file === one),
      ),
    );
  }
  const isBetter = better(before, await reportsOf(project, touched));
  for (const [one, text] of texts) {
    if (text === undefined) continue;
    if (!isBetter) project.setOverlay(one, text);
    else if (!originals.has(one)) originals.set(one, { text, byteOrderMark: marks.get(one) ?? '' });
  }
  return isBetter;
}

async function reportsOf(project: Project, files: readonly string[]): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  for (const file of files) reports.push(await project.check(file));
  return reports;
}

function better(before: readonly FileReport[], after: readonly FileReport[]): boolean {
  const count = (reports: readonly FileReport[], of: 'diagnostics' | 'problems'): number =>
    reports.reduce((sum, report) => sum + report[of].length, 0);
  if (!after.every(({ state }) => state === 'checked')) return false;
  if (count(after, 'problems') > count(before, 'problems')) return false;
  if (count(after, 'diagnostics') >= count(before, 'diagnostics')) return false;
  const known = before.flatMap(({ diagnostics }) => diagnostics.map(kindOf));
  for (const kind of after.flatMap(({ diagnostics }) => diagnostics.map(kindOf))) {
    const index = known.indexOf(kind);
    if (index === -1) return false;
    known.splice(index, 1);
  }
  return true;
}

function kindOf({ rule, cell, place }: Diagnostic): string {
  return `${rule} ${cell ?? ''} ${place.file}`;
}

/** Stays the same when other fixes move the finding. */
function nameOf(diagnostic: Diagnostic): string {
  return `${diagnostic.rule} ${diagnostic.cell ?? ''} ${diagnostic.message}`;
}
