import { afterEach, beforeEach, expect, test } from 'vitest';
import { CancellationTokenSource, ProgressType } from 'vscode-jsonrpc/node';
import { LSPErrorCodes } from 'vscode-languageserver/node';
import type { RunScenarioParams, ScenarioEvent, ScenarioReport } from '../src/lsp/protocol.js';
import { LspClient, until } from './lsp-support.js';

const SMALL = { processes: 2, threads: 1, tasks: 2, iterations: 5, windowMs: 1 };

let client: LspClient;
beforeEach(async () => {
  client = await LspClient.start({});
});
afterEach(async () => {
  await client.kill();
});

test('the scenario runs in the server, and tells its steps and its progress', async () => {
  const events: ScenarioEvent[] = [];
  const progress: { kind: string; percentage?: number }[] = [];
  client.connection.onProgress(new ProgressType<ScenarioEvent>(), 'steps', (event) => {
    events.push(event);
  });
  client.connection.onProgress(new ProgressType<{ kind: string }>(), 'work', (step) => {
    progress.push(step);
  });
  const report = await client.connection.sendRequest<ScenarioReport>('lockkit/runScenario', {
    ...SMALL,
    locks: ['none', 'combined'],
    partialResultToken: 'steps',
    workDoneToken: 'work',
  } satisfies RunScenarioParams);
  expect(report).toMatchObject({ ...SMALL, store: 'file' });
  expect(report.results).toMatchObject([{ lock: 'none' }, { lock: 'combined', counted: 20, lost: 0 }]);
  expect(events.filter(({ kind }) => kind !== 'progress')).toEqual([
    expect.objectContaining({ kind: 'lock-started', lock: 'none', number: 1, of: 2 }),
    { kind: 'lock-finished', lock: 'none', result: report.results[0] },
    expect.objectContaining({ kind: 'lock-started', lock: 'combined', number: 2, of: 2 }),
    { kind: 'lock-finished', lock: 'combined', result: report.results[1] },
  ]);
  expect(progress[0]).toMatchObject({ kind: 'begin', percentage: 0, cancellable: true });
  expect(progress.at(-1)).toEqual({ kind: 'end' });
  const percentages = progress.flatMap(({ percentage }) => percentage ?? []);
  expect(percentages).toEqual(percentages.toSorted((left, right) => left - right));
  expect(percentages.at(-1)).toBeGreaterThanOrEqual(50);
});

test('cancelling ends its processes, and is answered as such', async () => {
  const started: Extract<ScenarioEvent, { kind: 'lock-started' }>[] = [];
  client.connection.onProgress(new ProgressType<ScenarioEvent>(), 'steps', (event) => {
    if (event.kind === 'lock-started') started.push(event);
  });
  const source = new CancellationTokenSource();
  const answer = client.connection.sendRequest(
    'lockkit/runScenario',
    {
      ...SMALL,
      iterations: 100_000,
      locks: ['none'],
      partialResultToken: 'steps',
    } satisfies RunScenarioParams,
    source.token,
  );
  const { pids } = await until(() => started[0]);
  expect(pids).toHaveLength(2);
  source.cancel();
  await expect(answer).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(await client.end()).toBe(0);
});

test('what cannot run is answered with a message for people', async () => {
  await expect(
    client.connection.sendRequest('lockkit/runScenario', { ...SMALL, processes: 0 }),
  ).rejects.toMatchObject({
    code: LSPErrorCodes.RequestFailed,
    message: 'processes must be a whole number from 1 to 64; it is 0.',
  });
});
