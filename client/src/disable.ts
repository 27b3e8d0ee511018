import { DISABLE_WITH_REASON_COMMAND, type DisableWithReason } from '@lockkit/server/protocol';
import {
  commands,
  type Disposable,
  EndOfLine,
  Position,
  Uri,
  window,
  workspace,
  WorkspaceEdit,
} from 'vscode';

/** The command behind "Disable … with a reason": whoever reads the comment later wants to know why. */
export function registerDisable(): Disposable {
  return commands.registerCommand(DISABLE_WITH_REASON_COMMAND, disableWithReason);
}

async function disableWithReason({ uri, version, line, comment }: DisableWithReason): Promise<void> {
  const reason = await window.showInputBox({
    title: 'Disable for this line',
    prompt: 'Why is this right as it is?',
    placeHolder: 'one process only: the lock file is held',
  });
  if (reason === undefined) return;
  const document = await workspace.openTextDocument(Uri.parse(uri));
  if (document.version !== version) {
    void window.showWarningMessage('The document has changed since; ask for the quick fixes again.');
    return;
  }
  const eol = document.eol === EndOfLine.CRLF ? '\r\n' : '\n';
  const words = reason.trim().replaceAll(/\s+/g, ' ');
  const edit = new WorkspaceEdit();
  edit.insert(document.uri, new Position(line, 0), `${comment}${words === '' ? '' : ` -- ${words}`}${eol}`);
  await workspace.applyEdit(edit);
}
