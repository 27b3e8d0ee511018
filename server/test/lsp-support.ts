import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type {
  ClientCapabilities,
  CodeAction,
  Diagnostic,
  DocumentDiagnosticReport,
  InitializeResult,
  PreviousResultId,
  PublishDiagnosticsParams,
  Range,
  WorkspaceDiagnosticReport,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { InitializationOptions, StatusParams } from '../src/lsp/protocol.js';

const SERVER = fileURLToPath(new URL('../dist/lsp/main.js', import.meta.url));
if (!existsSync(SERVER)) throw new Error(`${SERVER} is missing. Run npm run build:ts first.`);

/** What VS Code can do, as far as the server asks. */
export const EDITOR: ClientCapabilities = {
  textDocument: {
    diagnostic: { relatedInformation: true, codeDescriptionSupport: true },
    codeAction: {
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'source'] } },
    },
  },
  workspace: {
    configuration: true,
    workspaceFolders: true,
    diagnostics: { refreshSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    workspaceEdit: { documentChanges: true },
  },
};

/** A client that can do little: diagnostics are sent to it. */
export const SIMPLE: ClientCapabilities = {
  textDocument: { publishDiagnostics: { relatedInformation: false } },
};

export interface ClientOptions {
  readonly capabilities?: ClientCapabilities;
  readonly folders?: readonly string[];
  readonly initializationOptions?: InitializationOptions;
  /** The program that serves, as arguments for Node. */
  readonly words?: readonly string[];
}

/** The editor's side of the protocol, over standard input and output of a real server. */
export class LspClient {
  readonly published: PublishDiagnosticsParams[] = [];
  readonly statuses: StatusParams[] = [];
  readonly registered: string[] = [];
  readonly log: string[] = [];
  /** How often the server asked for diagnostics to be pulled again. */
  refreshes = 0;
  /** The `lockkit` settings, by folder URI; `''` for all. */
  settings: Record<string, unknown> = {};
  initialized: InitializeResult = { capabilities: {} };
  readonly #versions = new Map<string, number>();

  private constructor(
    readonly connection: MessageConnection,
    readonly child: ChildProcessWithoutNullStreams,
  ) {
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.published.push(params);
    });
    connection.onNotification('lockkit/status', (params: StatusParams) => {
      this.statuses.push(params);
    });
    connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.log.push(message);
    });
    connection.onRequest('workspace/configuration', ({ items }: { items: { scopeUri?: string }[] }) =>
      items.map(({ scopeUri }) => this.settings[scopeUri ?? ''] ?? this.settings[''] ?? null),
    );
    connection.onRequest(
      'client/registerCapability',
      ({ registrations }: { registrations: { method: string }[] }) => {
        this.registered.push(...registrations.map(({ method }) => method));
      },
    );
    connection.onRequest('workspace/diagnostic/refresh', () => {
      this.refreshes++;
    });
  }

  static async start(options: ClientOptions, settings: Record<string, unknown> = {}): Promise<LspClient> {
    const child = spawn(process.execPath, options.words ?? [SERVER, '--stdio']);
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const client = new LspClient(connection, child);
    client.settings = settings;
    connection.listen();
    client.initialized = await connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: options.capabilities ?? EDITOR,
      initializationOptions: options.initializationOptions,
      workspaceFolders: options.folders?.map((folder) => ({ uri: uriOf(folder), name: folder })) ?? null,
    });
    await connection.sendNotification('initialized', {});
    return client;
  }

  open(uri: string, text: string, languageId = 'typescript'): Promise<void> {
    this.#versions.set(uri, 1);
    return this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version: 1, text },
    });
  }

  /** Replaces a range of a document, or all of it. */
  change(uri: string, text: string, range?: Range): Promise<void> {
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    return this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [range === undefined ? { text } : { range, text }],
    });
  }

  close(uri: string): Promise<void> {
    return this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  filesChanged(...files: string[]): Promise<void> {
    return this.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: files.map((file) => ({ uri: uriOf(file), type: 2 })),
    });
  }

  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.connection.sendRequest('textDocument/diagnostic', {
      textDocument: { uri },
      identifier: 'lockkit',
      previousResultId,
    });
  }

  /** The diagnostics of a document. */
  async diagnose(uri: string): Promise<Diagnostic[]> {
    const report = await this.pull(uri);
    if (report.kind !== 'full')
      throw new Error('without a previous result there is nothing that could be unchanged');
    return report.items;
  }

  pullWorkspace(previousResultIds: readonly PreviousResultId[] = []): Promise<WorkspaceDiagnosticReport> {
    return this.connection.sendRequest('workspace/diagnostic', { identifier: 'lockkit', previousResultIds });
  }

  codeActions(uri: string, range: Range, only?: readonly string[]): Promise<CodeAction[]> {
    return this.connection.sendRequest('textDocument/codeAction', {
      textDocument: { uri },
      range,
      context: { diagnostics: [], ...(only === undefined ? {} : { only }) },
    });
  }

  resolve(action: CodeAction): Promise<CodeAction> {
    return this.connection.sendRequest('codeAction/resolve', action);
  }

  /** Ends the server as an editor does, and gives its exit code. */
  async end(): Promise<number | null> {
    const ended = this.#ended();
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    return ended;
  }

  /** Ends the server whatever state it is in. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = this.#ended();
    this.child.kill('SIGKILL');
    await ended;
  }

  #ended(): Promise<number | null> {
    return new Promise((resolve) => this.child.once('close', resolve));
  }
}

export function uriOf(file: string): string {
  return pathToFileURL(file).href;
}

/** Waits until `holds` gives something; the test's own time limit ends the wait. */
export async function until<Value>(holds: () => Value | undefined | false): Promise<Value> {
  for (;;) {
    const value = holds();
    if (value !== undefined && value !== false) return value;
    await sleep(10);
  }
}

/** A text with the edits of one document made, as an editor makes them. */
export function edited(text: string, edit: WorkspaceEdit | undefined, uri: string): string {
  const edits = [
    ...(edit?.changes?.[uri] ?? []),
    ...(edit?.documentChanges ?? []).flatMap((change) =>
      'textDocument' in change && change.textDocument.uri === uri
        ? change.edits.flatMap((one) => ('newText' in one ? [one] : []))
        : [],
    ),
  ];
  const lines = text.split('\n');
  const offset = ({ line, character }: Range['start']): number =>
    lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
  return edits
    .map((one, index) => ({ ...one, index, from: offset(one.range.start), to: offset(one.range.end) }))
    .sort((left, right) => right.from - left.from || right.index - left.index)
    .reduce((result, one) => result.slice(0, one.from) + one.newText + result.slice(one.to), text);
}
