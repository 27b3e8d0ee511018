import type { Diagnostic, Fix, Level, TextEdit } from '../model/diagnostics.js';
import { isAtLeast } from './levels.js';
import type { Project } from './project.js';

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

export interface FixedFile {
  /** What the file is to hold, with its byte order mark. */
  readonly text: string;
  readonly fixed: number;
}

/** More rounds than findings that a person would have fixed unseen in one file. */
const MOST_ROUNDS = 200;

/**
 * Makes the fixes of one file, one after the other, each only if afterwards there are fewer findings, no others, and no new
 * syntax error. The file on disk stays as it is; the project goes on with the fixed text.
 * @param level findings below it are left alone
 */
export async function fixFile(project: Project, file: string, level: Level): Promise<FixedFile | undefined> {
  const byteOrderMark = project.hasByteOrderMark(file) ? '\uFEFF' : '';
  const rejected = new Set<string>();
  let fixed = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = await project.check(file);
    const text = project.textOf(file);
    const next = before.diagnostics
      .filter((diagnostic) => isAtLeast(diagnostic.level, level) && !rejected.has(nameOf(diagnostic)))
      .map((diagnostic) => ({ diagnostic, fix: project.fixes(diagnostic).find(isInOneFile) }))
      .find((candidate) => candidate.fix !== undefined);
    if (text === undefined || next?.fix === undefined) break;
    project.setOverlay(file, applyEdits(text, next.fix.edits));
    const after = await project.check(file);
    const better =
      after.state === 'checked' &&
      after.problems.length <= before.problems.length &&
      after.diagnostics.length < before.diagnostics.length;
    if (better) {
      fixed++;
      continue;
    }
    rejected.add(nameOf(next.diagnostic));
    project.setOverlay(file, text);
  }
  const text = project.textOf(file);
  return fixed === 0 || text === undefined ? undefined : { text: byteOrderMark + text, fixed };
}

function isInOneFile(fix: Fix): boolean {
  return fix.edits.every((edit) => edit.file === fix.edits[0]?.file);
}

/** Stays the same when other fixes move the finding. */
function nameOf(diagnostic: Diagnostic): string {
  return `${diagnostic.rule} ${diagnostic.cell ?? ''} ${diagnostic.message}`;
}
