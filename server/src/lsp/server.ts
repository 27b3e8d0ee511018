import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  CodeActionKind,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  TextDocumentSyncKind,
  type CancellationToken,
  type Connection,
  type DocumentDiagnosticReport,
  type InitializeParams,
  type InitializeResult,
  type WorkspaceDiagnosticParams,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import { internalError, VERSION, WATCHED_FILES } from '../project/index.js';
import { clientFeatures } from './client-features.js';
import { CodeActions, FIX_ALL } from './code-actions.js';
import type { Display } from './diagnostics.js';
import { Folders, type Folder } from './folders.js';
import { pathOf, uriOf } from './locations.js';
import { isFile, OpenDocuments } from './open-documents.js';
import type { InitializationOptions } from './protocol.js';
import { Reports } from './reports.js';
import { serveScenario } from './scenario.js';
import { DEFAULT_SETTINGS, settingsOf, type Settings } from './settings.js';
import { Status } from './status.js';

/** Time between a keystroke and the check, for clients that have diagnostics sent. */
const TYPING_PAUSE_MS = 200;
/** A check of many files lets requests in after this time. */
const TURN_MS = 20;

/** Wires the protocol to projects, one a workspace folder. Errors are logged, and shown as the server's status; it goes on. */
export class LanguageServer {
  readonly #folders: Folders;
  readonly #status: Status;
  readonly #documents: OpenDocuments;
  readonly #reports: Reports;
  readonly #pending = new Map<string, NodeJS.Timeout>();
  /** URIs of the documents that the client has pulled, by file, until the workspace is pulled after they were closed. */
  readonly #pulled = new Map<string, string>();
  /** Until the client says what it can do: nothing. */
  #features = clientFeatures({});
  #rulePages: string | undefined;
  /** Of clients that have no `workspace/configuration`. */
  #sentSettings: Settings = DEFAULT_SETTINGS;
  #workspaceFolders: readonly { readonly uri: string }[] = [];
  /** Folders and settings are read; requests wait for it. */
  #ready: Promise<void>;
  #start: () => void = () => undefined;
  #reading = Promise.resolve();

  constructor(private readonly connection: Connection) {
    this.#ready = new Promise((resolve) => (this.#start = resolve));
    this.#folders = new Folders(connection);
    this.#status = new Status(connection);
    this.#documents = new OpenDocuments(
      connection,
      this.#folders,
      (uri) => {
        this.#publishSoon(uri);
      },
      (uri) => {
        this.#closed(uri);
      },
    );
    this.#reports = new Reports(
      (folder) => this.#displayOf(folder),
      (message) => {
        connection.console.warn(message);
      },
    );
  }

  listen(): void {
    const { connection } = this;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => this.#guard('the start', () => this.#initialized()));
    connection.onDidChangeConfiguration(({ settings }) =>
      this.#guard('the settings', () => this.#configurationChanged(settings)),
    );
    connection.onDidChangeWatchedFiles(({ changes }) =>
      this.#guard('the watched files', () => this.#filesChanged(changes.map(({ uri }) => uri))),
    );
    connection.languages.diagnostics.on(({ textDocument, previousResultId }, token) =>
      this.#pullDocument(textDocument.uri, previousResultId, token),
    );
    connection.languages.diagnostics.onWorkspace((params, token) => this.#pullWorkspace(params, token));
    serveScenario(connection);
    connection.listen();
  }

  #initialize(params: InitializeParams): InitializeResult {
    const features = clientFeatures(params.capabilities);
    this.#features = features;
    const options = params.initializationOptions as InitializationOptions | undefined;
    this.#rulePages = options?.rulePages;
    this.#sentSettings = settingsOf(options?.settings);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- all that clients without workspace folders send
    const { rootUri } = params;
    this.#workspaceFolders = params.workspaceFolders ?? (rootUri === null ? [] : [{ uri: rootUri }]);
    const codeActions = new CodeActions(
      this.#documents,
      features,
      (open) => this.#displayOf(open.folder),
      options?.asksForReasons === true,
    );
    this.connection.onCodeAction(async (request) => {
      await this.#ready;
      return codeActions.offer(request);
    });
    this.connection.onCodeActionResolve((action) => codeActions.resolve(action));
    return {
      serverInfo: { name: 'lockkit', version: VERSION },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL], resolveProvider: true },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
        ...(features.pull
          ? {
              diagnosticProvider: {
                identifier: 'lockkit',
                interFileDependencies: true,
                workspaceDiagnostics: true,
              },
            }
          : {}),
      },
    };
  }

  async #initialized(): Promise<void> {
    const { connection } = this;
    if (this.#features.configurationChanges) {
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'lockkit' });
    }
    if (this.#features.watching) {
      await connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: WATCHED_FILES.map((globPattern) => ({ globPattern })),
      });
    }
    if (this.#features.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) =>
        this.#guard('the workspace folders', async () => {
          const gone = new Set(removed.map(({ uri }) => uri));
          this.#workspaceFolders = [...this.#workspaceFolders.filter(({ uri }) => !gone.has(uri)), ...added];
          await this.#readFolders();
        }),
      );
    }
    await this.#readFolders();
    this.#start();
    this.#status.tell({ state: 'ready' });
  }

  /** Reads the folders and their settings anew, and has everything checked again. */
  #readFolders(): Promise<void> {
    // One after the other: of two that overlap, the older answer must not come last.
    this.#reading = this.#reading.then(() =>
      this.#guard('the settings', async () => {
        await this.#folders.set(this.#workspaceFolders, (uri) => this.#settingsFor(uri));
        this.#documents.tellAgain();
        this.#checkAgain();
      }),
    );
    return this.#reading;
  }

  async #settingsFor(uri: string | undefined): Promise<Settings> {
    if (!this.#features.configuration) return this.#sentSettings;
    const value: unknown = await this.connection.workspace.getConfiguration({
      section: 'lockkit',
      ...(uri === undefined ? {} : { scopeUri: uri }),
    });
    return settingsOf(value);
  }

  async #configurationChanged(settings: unknown): Promise<void> {
    const sent =
      typeof settings === 'object' && settings !== null && 'lockkit' in settings ? settings.lockkit : {};
    this.#sentSettings = settingsOf(sent);
    await this.#readFolders();
  }

  #filesChanged(uris: readonly string[]): Promise<void> {
    const files = uris.flatMap((uri) => pathOf(uri) ?? []);
    let more = false;
    for (const folder of this.#folders.withLoose) {
      folder.files = undefined;
      folder.errors.clear();
      more = folder.project.filesChanged(files) || more;
    }
    if (more) this.#checkAgain();
    return Promise.resolve();
  }

  /** Has the client ask again, or sends what has changed. */
  #checkAgain(): void {
    if (this.#features.pull) {
      if (this.#features.refresh)
        void this.#guard('a refresh', () => this.connection.languages.diagnostics.refresh());
      return;
    }
    for (const uri of this.#documents.uris) this.#publishSoon(uri);
  }

  async #pullDocument(
    uri: string,
    previousResultId: string | undefined,
    token: CancellationToken,
  ): Promise<DocumentDiagnosticReport> {
    await this.#ready;
    refuseIfCancelled(token);
    const open = this.#documents.get(uri);
    const file = open?.file ?? pathOf(uri);
    if (file === undefined) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    try {
      const folder = this.#folders.of(file);
      const { resultId, items } = await this.#reports.of(folder, file, !isFile(uri));
      if (isFile(uri)) this.#pulled.set(file, uri);
      this.#tellReady();
      return resultId === previousResultId
        ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
        : { kind: DocumentDiagnosticReportKind.Full, resultId, items: [...items] };
    } catch (error) {
      throw this.#failed('the check of a document', error);
    }
  }

  async #pullWorkspace(
    { previousResultIds }: WorkspaceDiagnosticParams,
    token: CancellationToken,
  ): Promise<{ items: WorkspaceDocumentDiagnosticReport[] }> {
    await this.#ready;
    const previous = new Map<string, { uri: string; resultId: string | undefined }>(
      previousResultIds.map(({ uri, value }) => [pathOf(uri) ?? uri, { uri, resultId: value }]),
    );
    const closed = [...this.#pulled].filter(([, uri]) => this.#documents.get(uri) === undefined);
    for (const [file, uri] of closed) {
      // The client still shows what it pulled, and no longer knows the id of that: VS Code's client forgets it with the document.
      if (!previous.has(file)) previous.set(file, { uri, resultId: undefined });
    }
    const items: WorkspaceDocumentDiagnosticReport[] = [];
    try {
      for (const folder of this.#folders.all) {
        for await (const file of this.#filesOf(folder)) {
          refuseIfCancelled(token);
          const known = previous.get(file);
          previous.delete(file);
          const shown = await this.#reports.of(folder, file, false);
          if (known === undefined && shown.items.length === 0) continue;
          const uri = this.#documents.uriOf(file) ?? known?.uri ?? uriOf(file);
          const version = this.#documents.get(uri)?.document.version ?? null;
          items.push(
            shown.resultId === known?.resultId
              ? { kind: DocumentDiagnosticReportKind.Unchanged, uri, version, resultId: shown.resultId }
              : {
                  kind: DocumentDiagnosticReportKind.Full,
                  uri,
                  version,
                  resultId: shown.resultId,
                  items: [...shown.items],
                },
          );
        }
      }
    } catch (error) {
      throw this.#failed('the check of the workspace', error);
    }
    // What is left is no longer there, or no longer checked.
    for (const { uri } of previous.values()) {
      items.push({ kind: DocumentDiagnosticReportKind.Full, uri, version: null, items: [] });
    }
    for (const [file] of closed) this.#pulled.delete(file);
    this.#tellReady();
    return { items };
  }

  /** The files of a folder, with a pause now and then for other requests. */
  async *#filesOf(folder: Folder): AsyncGenerator<string> {
    if (folder.files === undefined) {
      this.#status.tell({ state: 'checking', message: 'Looking for lost updates.' });
      folder.files = folder.project.select([folder.path]).then(({ files }) => files);
      folder.files.catch(() => (folder.files = undefined));
    }
    const files = await folder.files;
    // Without word of what is made and deleted, the files are looked for each time.
    if (!this.#features.watching) folder.files = undefined;
    let turn = performance.now();
    for (const file of files) {
      yield file;
      if (performance.now() - turn < TURN_MS) continue;
      await nextTurn();
      turn = performance.now();
    }
  }

  #publishSoon(uri: string): void {
    if (this.#features.pull) return;
    clearTimeout(this.#pending.get(uri));
    const publish = (): void => {
      this.#pending.delete(uri);
      void this.#guard('the check of a document', () => this.#publish(uri));
    };
    this.#pending.set(uri, setTimeout(publish, TYPING_PAUSE_MS));
  }

  async #publish(uri: string): Promise<void> {
    await this.#ready;
    const open = this.#documents.get(uri);
    if (open === undefined) return;
    const { version } = open.document;
    const { items } = await this.#reports.of(open.folder, open.file, !isFile(uri));
    // A newer text has a check of its own on the way.
    if (this.#documents.get(uri)?.document.version !== version) return;
    await this.connection.sendDiagnostics({ uri, version, diagnostics: [...items] });
    this.#tellReady();
  }

  #closed(uri: string): void {
    if (this.#features.pull) return;
    clearTimeout(this.#pending.get(uri));
    this.#pending.delete(uri);
    void this.connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  #displayOf(folder: Folder): Display {
    return {
      features: this.#features,
      level: folder.settings.level,
      rulePages: this.#rulePages,
      uriOf: (file) => this.#documents.uriOf(file),
    };
  }

  #tellReady(): void {
    const error = this.#folders.withLoose.flatMap((folder) => [...folder.errors.values()])[0];
    this.#status.tell(error === undefined ? { state: 'ready' } : { state: 'failed', message: error.message });
  }

  /** Logs an error, and makes it one for the client. */
  #failed(what: string, error: unknown): ResponseError<unknown> {
    if (error instanceof ResponseError) return error;
    const message = internalError(what, error);
    this.connection.console.error(error instanceof Error ? (error.stack ?? message) : message);
    this.#status.tell({ state: 'failed', message });
    return new ResponseError(LSPErrorCodes.RequestFailed, message);
  }

  async #guard(what: string, step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#failed(what, error);
    }
  }
}

function refuseIfCancelled(token: CancellationToken): void {
  if (token.isCancellationRequested) {
    // Not ServerCancelled with `retriggerRequest: false`: VS Code's client, which cancels a pull in order to pull anew, then does not.
    throw new ResponseError(LSPErrorCodes.RequestCancelled, 'The check was cancelled.');
  }
}
