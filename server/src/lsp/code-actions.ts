import {
  CodeActionKind,
  LSPErrorCodes,
  ResponseError,
  type CodeAction,
  type CodeActionParams,
  type Range,
  type TextEdit as LspTextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { Diagnostic, RuleId, TextEdit } from '../model/diagnostics.js';
import { lineStartsOf, placeOf } from '../model/source.js';
import { isAtLeast } from '../project/index.js';
import type { ClientFeatures } from './client-features.js';
import { lspDiagnostic, type Display } from './diagnostics.js';
import { editsOfAll, type FixAll } from './fix-all.js';
import { rangeOf, uriOf } from './locations.js';
import type { OpenDocument, OpenDocuments } from './open-documents.js';
import { DISABLE_WITH_REASON_COMMAND, type DisableWithReason } from './protocol.js';

export const FIX_ALL = `${CodeActionKind.SourceFixAll}.lockkit`;

/** What an action is found again by when the client asks for its edit. */
type ActionData =
  | {
      readonly kind: 'fix';
      readonly uri: string;
      readonly version: number;
      readonly rule: RuleId;
      readonly start: number;
      readonly fix: number;
    }
  | ({ readonly kind: 'fix-all'; readonly uri: string; readonly version: number } & FixAll);

export class CodeActions {
  constructor(
    private readonly documents: OpenDocuments,
    private readonly features: ClientFeatures,
    private readonly displayOf: (open: OpenDocument) => Display,
    /** True when the client has the command that asks for the reason of a suppression. */
    private readonly asksForReasons: boolean,
  ) {}

  async offer(params: CodeActionParams): Promise<CodeAction[]> {
    const open = this.documents.get(params.textDocument.uri);
    if (!open?.folder.project.isSource(open.file)) return [];
    const wanted = (kind: string): boolean =>
      params.context.only?.some((only) => kind === only || kind.startsWith(`${only}.`)) ??
      !kind.startsWith('source');
    const actions: CodeAction[] = [];
    if (wanted(CodeActionKind.QuickFix)) actions.push(...(await this.#quickFixes(open, params.range)));
    if (wanted(FIX_ALL))
      actions.push(await this.#fixAll(open, 'Fix all that Lockkit can fix', FIX_ALL, { scope: 'file' }));
    return actions;
  }

  /** @throws ResponseError when the document is no longer the one that the action was offered for */
  async resolve(action: CodeAction): Promise<CodeAction> {
    const data = action.data as ActionData | undefined;
    if (data === undefined) return action;
    const open = this.documents.get(data.uri);
    if (open?.document.version !== data.version) throw changed();
    const edit = data.kind === 'fix' ? await this.#editOf(open, data) : await this.#editOfAll(open, data);
    if (edit === undefined) throw changed();
    return { ...action, edit };
  }

  async #quickFixes(open: OpenDocument, range: Range): Promise<CodeAction[]> {
    const { project } = open.folder;
    const display = this.displayOf(open);
    const report = await project.check(open.file);
    const shown = report.diagnostics.filter((diagnostic) => isAtLeast(diagnostic.level, display.level));
    const here = shown.filter((diagnostic) => touches(rangeOf(diagnostic.place), range));
    const fixable = new Set<RuleId>();
    const actions = here.flatMap((diagnostic): CodeAction[] => {
      const diagnostics = [lspDiagnostic(diagnostic, display)];
      const fixes = project.fixes(diagnostic).map((fix, index): CodeAction => ({
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        isPreferred: index === 0,
        ...(this.features.resolveEdit
          ? {
              data: {
                kind: 'fix',
                uri: open.document.uri,
                version: open.document.version,
                rule: diagnostic.rule,
                start: diagnostic.place.start,
                fix: index,
              } satisfies ActionData,
            }
          : { edit: this.#workspaceEdit(open, fix.edits) }),
      }));
      if (fixes.length > 0) fixable.add(diagnostic.rule);
      return [...fixes, ...this.#disable(open, diagnostic, diagnostics)];
    });
    for (const rule of fixable) {
      const isOnly = shown.filter((diagnostic) => diagnostic.rule === rule).length < 2;
      actions.push(...(await this.#fixRule(open, rule, isOnly ? ['project'] : ['file', 'project'])));
    }
    return actions;
  }

  /** All findings of one rule, for clients that do not want the edits before they are asked for. */
  async #fixRule(
    open: OpenDocument,
    rule: RuleId,
    scopes: readonly FixAll['scope'][],
  ): Promise<CodeAction[]> {
    if (!this.features.resolveEdit) return [];
    const where = { file: 'file', project: 'project' };
    return Promise.all(
      scopes.map((scope) =>
        this.#fixAll(open, `Fix all ${rule} in the ${where[scope]}`, CodeActionKind.QuickFix, {
          scope,
          rule,
        }),
      ),
    );
  }

  /** The comment that silences a rule for the line, on a line of its own above; with a reason, if the client asks for one. */
  #disable(open: OpenDocument, diagnostic: Diagnostic, diagnostics: CodeAction['diagnostics']): CodeAction[] {
    const { document, file } = open;
    const line = diagnostic.place.line - 1;
    const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
    const indentation = /^[ \t]*/.exec(text)?.[0] ?? '';
    const eol = /\r\n|\n|\r/.exec(document.getText())?.[0] ?? '\n';
    const comment = document.languageId === 'python' ? '#' : '//';
    const start = document.offsetAt({ line, character: 0 });
    const written = `${indentation}${comment} lockkit-disable-next-line ${diagnostic.rule}`;
    const title = `Disable ${diagnostic.rule} for this line`;
    const action: CodeAction = {
      title,
      kind: CodeActionKind.QuickFix,
      ...(diagnostics === undefined ? {} : { diagnostics }),
    };
    const edit = this.#workspaceEdit(open, [{ file, range: { start, end: start }, newText: written + eol }]);
    if (!this.asksForReasons) return [{ ...action, edit }];
    const asked: DisableWithReason = { uri: document.uri, version: document.version, line, comment: written };
    const command = { title, command: DISABLE_WITH_REASON_COMMAND, arguments: [asked] };
    return [
      { ...action, title: `${title}, with a reason…`, command },
      { ...action, edit },
    ];
  }

  async #fixAll(open: OpenDocument, title: string, kind: CodeActionKind, all: FixAll): Promise<CodeAction> {
    const { uri, version } = open.document;
    const action: CodeAction = { title, kind };
    if (this.features.resolveEdit)
      return { ...action, data: { kind: 'fix-all', uri, version, ...all } satisfies ActionData };
    return { ...action, edit: await this.#editOfAll(open, all) };
  }

  async #editOf(open: OpenDocument, data: ActionData & { kind: 'fix' }): Promise<WorkspaceEdit | undefined> {
    const { project } = open.folder;
    const report = await project.check(open.file);
    const diagnostic = report.diagnostics.find(
      ({ rule, place }) => rule === data.rule && place.start === data.start,
    );
    const fix = diagnostic === undefined ? undefined : project.fixes(diagnostic)[data.fix];
    return fix === undefined ? undefined : this.#workspaceEdit(open, fix.edits);
  }

  async #editOfAll(open: OpenDocument, all: FixAll): Promise<WorkspaceEdit> {
    const edits = await editsOfAll(open, this.documents, this.displayOf(open).level, all);
    return this.#workspaceEdit(open, edits);
  }

  #workspaceEdit(open: OpenDocument, edits: readonly TextEdit[]): WorkspaceEdit {
    const byFile = new Map<string, LspTextEdit[]>();
    for (const edit of edits) {
      const text = open.folder.project.textOf(edit.file) ?? '';
      const range = rangeOf(placeOf(edit.file, lineStartsOf(text), edit.range));
      byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), { range, newText: edit.newText }]);
    }
    const changes = [...byFile].map(([file, textEdits]) => {
      const uri = this.documents.uriOf(file) ?? uriOf(file);
      return { uri, version: this.documents.get(uri)?.document.version ?? null, edits: textEdits };
    });
    if (!this.features.documentChanges) {
      return { changes: Object.fromEntries(changes.map(({ uri, edits: textEdits }) => [uri, textEdits])) };
    }
    return {
      documentChanges: changes.map(({ uri, version, edits: textEdits }) => ({
        textDocument: { uri, version },
        edits: textEdits,
      })),
    };
  }
}

function changed(): ResponseError<undefined> {
  return new ResponseError(
    LSPErrorCodes.ContentModified,
    'The document has changed since; ask for the actions again.',
  );
}

function touches(left: Range, right: Range): boolean {
  return !isBefore(left.end, right.start) && !isBefore(right.end, left.start);
}

function isBefore(left: Range['start'], right: Range['start']): boolean {
  return left.line < right.line || (left.line === right.line && left.character < right.character);
}
