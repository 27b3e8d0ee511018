import {
  LSPErrorCodes,
  ProgressType,
  ResponseError,
  WorkDoneProgress,
  type CancellationToken,
  type Connection,
} from 'vscode-languageserver/node';
import {
  RUN_SCENARIO_REQUEST,
  type RunScenarioParams,
  type ScenarioEvent,
  type ScenarioReport,
} from './protocol.js';

/** Answers requests to run the experiment. */
export function serveScenario(connection: Connection): void {
  const running = new Set<AbortController>();
  connection.onRequest(RUN_SCENARIO_REQUEST, async (params: RunScenarioParams, token: CancellationToken) => {
    const abort = new AbortController();
    running.add(abort);
    const cancelled = token.onCancellationRequested(() => {
      abort.abort();
    });
    try {
      return await run(connection, params, abort.signal);
    } finally {
      cancelled.dispose();
      running.delete(abort);
    }
  });
  connection.onShutdown(() => {
    for (const abort of running) abort.abort();
  });
}

async function run(
  connection: Connection,
  params: RunScenarioParams,
  signal: AbortSignal,
): Promise<ScenarioReport> {
  const { partialResultToken, workDoneToken, ...size } = params;
  // The experiment brings stores and locks along, which no check needs.
  const { runScenario, ScenarioError } = await import('../scenario/index.js');
  const report = (value: Parameters<typeof progressOf>[0]): void => {
    if (workDoneToken !== undefined)
      void connection.sendProgress(WorkDoneProgress.type, workDoneToken, progressOf(value));
  };
  if (workDoneToken !== undefined) {
    void connection.sendProgress(WorkDoneProgress.type, workDoneToken, {
      kind: 'begin',
      title: 'Lockkit scenario',
      cancellable: true,
      percentage: 0,
    });
  }
  let started: Started | undefined;
  try {
    return await runScenario(
      size,
      (event) => {
        if (partialResultToken !== undefined) {
          void connection.sendProgress(new ProgressType<ScenarioEvent>(), partialResultToken, event);
        }
        if (event.kind === 'lock-started') started = event;
        if (started !== undefined && event.kind !== 'lock-finished') {
          report({ started, done: event.kind === 'progress' ? event.done : 0 });
        }
      },
      signal,
    );
  } catch (error) {
    if (signal.aborted)
      throw new ResponseError(LSPErrorCodes.RequestCancelled, 'The scenario was cancelled.');
    if (error instanceof ScenarioError) throw new ResponseError(LSPErrorCodes.RequestFailed, error.message);
    throw error;
  } finally {
    if (workDoneToken !== undefined) {
      void connection.sendProgress(WorkDoneProgress.type, workDoneToken, { kind: 'end' });
    }
  }
}

type Started = Extract<ScenarioEvent, { kind: 'lock-started' }>;

function progressOf({ started, done }: { started: Started; done: number }): {
  kind: 'report';
  message: string;
  percentage: number;
} {
  const share = (started.number - 1 + done / started.expected) / started.of;
  return {
    kind: 'report',
    message: `${started.title} (${started.number} of ${started.of})`,
    percentage: Math.floor(share * 100),
  };
}
