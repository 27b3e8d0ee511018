import path from 'node:path';

import {
  type InitializationOptions,
  RUN_SCENARIO_REQUEST,
  type RunScenarioParams,
  type ScenarioEvent,
  type ScenarioReport,
  STATUS_NOTIFICATION,
  type StatusParams,
} from '@lockkit/server/protocol';
import { type CancellationToken, type Disposable, EventEmitter, type LogOutputChannel, Uri } from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  ProgressType,
  RevealOutputChannelOn,
  State,
  TransportKind,
} from 'vscode-languageclient/node';

import { DOCUMENTS } from './documents.js';

/** What the user should know of the server; `stopped` is one that will not come back by itself. */
export interface ServerState {
  readonly state: 'starting' | 'stopped' | StatusParams['state'];
  readonly message?: string;
}

/** The language server: a process of its own, started again when it dies, up to five times in three minutes. */
export class Server implements Disposable {
  readonly #dist: string;
  readonly #log: LogOutputChannel;
  readonly #changed = new EventEmitter<ServerState>();
  #client: LanguageClient | undefined;
  /** The last start or stop that was asked for; the next one waits for it. */
  #turn: Promise<void> = Promise.resolve();
  #runs = 0;

  readonly onDidChange = this.#changed.event;

  /** @param dist absolute path of the folder with the server's bundle and the rules' pages */
  constructor(dist: string, log: LogOutputChannel) {
    this.#dist = dist;
    this.#log = log;
  }

  /** Starts the server; where it cannot be started, says so in the log and in the state, and does not throw. */
  start(): Promise<void> {
    return this.#inTurn(() => this.#start());
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop());
  }

  /** Ends the server's process, if there is one, and starts another. */
  restart(): Promise<void> {
    this.#log.info('Restarting the server, as asked for.');
    return this.#inTurn(async () => {
      await this.#stop();
      await this.#start();
    });
  }

  /**
   * Runs the experiment in the server.
   *
   * @param onEvent called with each step of the experiment, in their order
   * @throws Error when the server is not running, when the experiment cannot run, and when `token` is cancelled
   */
  async runScenario(
    params: RunScenarioParams,
    onEvent: (event: ScenarioEvent) => void,
    token: CancellationToken,
  ): Promise<ScenarioReport> {
    const client = this.#client;
    if (client?.isRunning() !== true) {
      throw new Error(
        'The Lockkit server is not running. Restart it with the command "Lockkit: Restart Server".',
      );
    }
    const partialResultToken = `lockkit-scenario-${(this.#runs += 1)}`;
    const listener = client.onProgress(new ProgressType<ScenarioEvent>(), partialResultToken, onEvent);
    try {
      return await client.sendRequest<ScenarioReport>(
        RUN_SCENARIO_REQUEST,
        { ...params, partialResultToken } satisfies RunScenarioParams,
        token,
      );
    } finally {
      listener.dispose();
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(step);
    return this.#turn;
  }

  async #start(): Promise<void> {
    const client = new LanguageClient(
      'lockkit',
      'Lockkit',
      { module: path.join(this.#dist, 'server.cjs'), transport: TransportKind.ipc },
      this.#options(),
    );
    this.#client = client;
    client.onDidChangeState(({ newState }) => {
      if (client === this.#client) this.#tell(newState);
    });
    client.onNotification(STATUS_NOTIFICATION, (status: StatusParams) => {
      if (client === this.#client) this.#changed.fire(status);
    });
    try {
      await client.start();
    } catch (error) {
      this.#log.error('The server could not be started.', error);
      this.#changed.fire({ state: 'stopped', message: 'It could not be started; the log says why.' });
    }
  }

  async #stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.#log.warn('The server did not shut down in an orderly way.', error);
    }
  }

  #options(): LanguageClientOptions {
    return {
      documentSelector: [...DOCUMENTS],
      outputChannel: this.#log,
      initializationOptions: {
        rulePages: Uri.file(path.join(this.#dist, 'rules')).toString(),
        asksForReasons: true,
      } satisfies InitializationOptions,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
    };
  }

  #tell(state: State): void {
    switch (state) {
      case State.Starting:
        this.#changed.fire({ state: 'starting' });
        break;
      case State.Running:
        this.#changed.fire({ state: 'ready' });
        break;
      case State.Stopped:
      case State.StartFailed:
        this.#changed.fire({ state: 'stopped', message: 'It ended; the log says more.' });
        break;
    }
  }
}
