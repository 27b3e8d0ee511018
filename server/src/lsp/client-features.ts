import type { ClientCapabilities } from 'vscode-languageserver/node';

/** What the client can do, as far as it changes what the server does. */
export interface ClientFeatures {
  /** It asks for diagnostics; others have them sent. */
  readonly pull: boolean;
  /** It can be told to ask again. */
  readonly refresh: boolean;
  readonly configuration: boolean;
  readonly configurationChanges: boolean;
  readonly workspaceFolders: boolean;
  readonly watching: boolean;
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  /** It asks for a code action's edit when it is chosen. */
  readonly resolveEdit: boolean;
  readonly documentChanges: boolean;
}

export function clientFeatures({ textDocument, workspace }: ClientCapabilities): ClientFeatures {
  return {
    pull: textDocument?.diagnostic !== undefined,
    refresh: workspace?.diagnostics?.refreshSupport === true,
    configuration: workspace?.configuration === true,
    configurationChanges: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    watching: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    relatedInformation:
      textDocument?.diagnostic?.relatedInformation === true ||
      textDocument?.publishDiagnostics?.relatedInformation === true,
    codeDescription:
      textDocument?.diagnostic?.codeDescriptionSupport === true ||
      textDocument?.publishDiagnostics?.codeDescriptionSupport === true,
    resolveEdit: textDocument?.codeAction?.resolveSupport?.properties.includes('edit') === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
  };
}
