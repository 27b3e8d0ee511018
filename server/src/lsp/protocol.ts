/**
 * What the server and the extension say to each other beyond the Language Server Protocol. The extension imports this file
 * (as `@lockkit/server/protocol`) and nothing else of the server, so it imports types only.
 */
import type { ScenarioOptions } from '../scenario/options.js';
import type { ScenarioEvent, ScenarioReport } from '../scenario/report.js';

/** `initializationOptions` of the client. */
export interface InitializationOptions {
  /** URI of a directory that holds `<rule>/page.md` for each rule. Default: the pages that the server is shipped with. */
  readonly rulePages?: string;
  /** The `lockkit` settings, of clients that cannot be asked for them. */
  readonly settings?: unknown;
  /** True when the client has {@link DISABLE_WITH_REASON_COMMAND}. */
  readonly asksForReasons?: boolean;
}

/** A command of the client: asks for a reason, and puts the comment with it above a line. Its argument is {@link DisableWithReason}. */
export const DISABLE_WITH_REASON_COMMAND = 'lockkit.disableWithReason';

export interface DisableWithReason {
  readonly uri: string;
  /** The version of the document that `line` is of. */
  readonly version: number;
  /** 0-based; the comment goes above it. */
  readonly line: number;
  /** The comment without the reason, with the line's indentation. */
  readonly comment: string;
}

/** Notification from the server, whenever its state changes; its parameters are {@link StatusParams}. */
export const STATUS_NOTIFICATION = 'lockkit/status';

export interface StatusParams {
  /** `checking`: files are being looked at. `failed`: the last check broke off; `message` says why and what to do. */
  readonly state: 'ready' | 'checking' | 'failed';
  /** A line for people. */
  readonly message?: string;
}

/**
 * Request to the server: run the experiment. Parameters are {@link RunScenarioParams}; the result is a {@link ScenarioReport}.
 * Cancelling the request ends all processes of the experiment; it is then answered with the error `RequestCancelled`. An
 * experiment that cannot run is answered with the error `RequestFailed`, whose message is for people.
 */
export const RUN_SCENARIO_REQUEST = 'lockkit/runScenario';

/** The size of the experiment; what is left out has the scenario's own default. */
export type ScenarioSize = Pick<
  ScenarioOptions,
  'locks' | 'processes' | 'threads' | 'tasks' | 'iterations' | 'windowMs' | 'redisUrl'
>;

export interface RunScenarioParams extends ScenarioSize {
  /** With it, each {@link ScenarioEvent} is sent as the value of a `$/progress` notification for this token. */
  readonly partialResultToken?: string | number;
  /** With it, the request reports work-done progress. */
  readonly workDoneToken?: string | number;
}

export type { ScenarioEvent, ScenarioReport };
