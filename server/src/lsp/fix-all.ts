/** Many fixes as one edit. */
import { diffLines } from 'diff';
import type { RuleId, TextEdit } from '../model/diagnostics.js';
import { fixFiles, Project, type FixedFile } from '../project/index.js';
import type { Display } from './diagnostics.js';
import type { OpenDocument, OpenDocuments } from './open-documents.js';

export interface FixAll {
  readonly scope: 'file' | 'project';
  /** Only the findings of this rule. */
  readonly rule?: RuleId;
}

/** Worked out in a project of its own: the documents must not change before the client has changed them. */
export async function editsOfAll(
  open: OpenDocument,
  documents: OpenDocuments,
  level: Display['level'],
  { scope, rule }: FixAll,
): Promise<TextEdit[]> {
  const project = new Project(open.folder.project.options);
  for (const uri of documents.uris) {
    const other = documents.get(uri);
    if (other?.folder === open.folder) project.setOverlay(other.file, other.document.getText());
  }
  const files = scope === 'file' ? [open.file] : (await project.select([open.folder.path])).files;
  const fixed = await fixFiles(project, files, { level, ...(rule !== undefined && { rule }) });
  return fixed.files.flatMap(editsOf);
}

/** Line by line, so that what stays the same is not touched. */
function editsOf({ file, before, after }: FixedFile): TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  for (const { value, added, removed } of diffLines(withoutMark(before), withoutMark(after))) {
    const end = added ? at : at + value.length;
    const previous = edits.at(-1);
    if (added && previous?.range.end === at && previous.newText === '') {
      edits[edits.length - 1] = { ...previous, newText: value };
    } else if (added || removed) {
      edits.push({ file, range: { start: at, end }, newText: added ? value : '' });
    }
    at = end;
  }
  return edits;
}

/** The offsets in a document do not count the byte order mark of its file. */
function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, '');
}
