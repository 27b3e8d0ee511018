/** `--fix`: makes the fixes, or shows them as a diff. */
import { createTwoFilesPatch } from 'diff';
import type { Level, Problem } from '../model/diagnostics.js';
import { fixFiles, missingRuntimes, writeFixed, type FixedFile, type Project } from '../project/index.js';
import { relativeTo } from './output/outcome.js';

export interface Fixing {
  readonly fixed: number;
  /** What kept fixes from being written. */
  readonly problems: readonly Problem[];
  /** What is still to be done by hand. */
  readonly notes: readonly Problem[];
  /** A unified diff, when nothing was to be written. */
  readonly diff?: string;
}

export const NO_FIXING: Fixing = { fixed: 0, problems: [], notes: [] };

/** @param dryRun true to leave the files as they are */
export async function fixAll(
  project: Project,
  files: readonly string[],
  level: Level,
  dryRun: boolean,
): Promise<Fixing> {
  const result = await fixFiles(project, files, { level });
  const problems = dryRun ? [] : writeFixed(result.files);
  // From here on the project reads what is on disk.
  for (const { file } of result.files) project.removeOverlay(file);
  const notes = missingRuntimes(result.files.filter(importsAnew).map(({ file }) => file));
  const fixed = dryRun || problems.length > 0 ? 0 : result.fixed;
  if (!dryRun) return { fixed, problems, notes };
  const diff = result.files.map((one) => patchOf(project.directory, one)).join('');
  return { fixed, problems, notes, diff };
}

/** In the form that `patch -p1` and `git apply` take. */
function patchOf(directory: string, { file, before, after }: FixedFile): string {
  const name = relativeTo(directory, file);
  const patch = createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after);
  return patch.replace(/^=+\n/, '');
}

const IMPORT =
  /\bfrom\s+['"]lockkit['"]|\brequire\(\s*['"]lockkit['"]\s*\)|^\s*(?:from\s+lockkit\s+import|import\s+lockkit)\b/m;

function importsAnew({ before, after }: FixedFile): boolean {
  return IMPORT.test(after) && !IMPORT.test(before);
}
