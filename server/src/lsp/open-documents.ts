import os from 'node:os';
import path from 'node:path';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { TextDocuments, type Connection } from 'vscode-languageserver/node';
import type { Folder, Folders } from './folders.js';
import { pathOf } from './locations.js';

/** A document that the client has open, and the file that the engine knows it as. */
export interface OpenDocument {
  readonly document: TextDocument;
  /** Absolute path; of a document without a file, one at which there is none. */
  readonly file: string;
  readonly folder: Folder;
}

/** For documents without a file, whose names need not end in one. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  typescript: '.ts',
  typescriptreact: '.tsx',
  javascript: '.js',
  javascriptreact: '.jsx',
  python: '.py',
};

/** The documents that the client has open. Their texts stand before what is on disk. */
export class OpenDocuments {
  readonly #documents = new TextDocuments(TextDocument);
  /** The client's URIs, by file: it may write them otherwise than we do. */
  readonly #uris = new Map<string, string>();

  /**
   * @param onChange called with a document that was opened or changed
   * @param onClose called with the URI of a document that was closed
   */
  constructor(
    connection: Connection,
    private readonly folders: Folders,
    onChange: (uri: string) => void,
    onClose: (uri: string) => void,
  ) {
    this.#documents.onDidChangeContent(({ document }) => {
      this.#tell(document);
      onChange(document.uri);
    });
    this.#documents.onDidClose(({ document }) => {
      const file = this.#fileOf(document);
      this.#uris.delete(file);
      this.folders.of(file).project.removeOverlay(file);
      onClose(document.uri);
    });
    this.#documents.listen(connection);
  }

  get uris(): readonly string[] {
    return this.#documents.keys();
  }

  get(uri: string): OpenDocument | undefined {
    const document = this.#documents.get(uri);
    if (document === undefined) return undefined;
    const file = this.#fileOf(document);
    return { document, file, folder: this.folders.of(file) };
  }

  /** The client's URI of a file that it has open. */
  uriOf(file: string): string | undefined {
    return this.#uris.get(file);
  }

  /** Tells all texts to the projects, which were made anew. */
  tellAgain(): void {
    for (const document of this.#documents.all()) this.#tell(document);
  }

  #tell(document: TextDocument): void {
    const file = this.#fileOf(document);
    this.#uris.set(file, document.uri);
    this.folders.of(file).project.setOverlay(file, document.getText());
  }

  #fileOf(document: TextDocument): string {
    const file = pathOf(document.uri);
    if (file !== undefined) return file;
    const directory = this.folders.all[0]?.path ?? os.tmpdir();
    const name = document.uri.replaceAll(/[^\w.-]+/g, '_');
    return path.join(directory, `.lockkit-unsaved`, `${name}${EXTENSIONS[document.languageId] ?? ''}`);
  }
}

/** Whether a document has a file on disk, or could have. */
export function isFile(uri: string): boolean {
  return pathOf(uri) !== undefined;
}
