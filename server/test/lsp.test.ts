import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { DiagnosticSeverity, DiagnosticTag, type CodeAction } from 'vscode-languageserver/node';
import { CLI, LOSING, LOSING_LINE, run, SAFE } from './cli-support.js';
import { edited, EDITOR, LspClient, SIMPLE, until, uriOf, type ClientOptions } from './lsp-support.js';
import { directoryWith } from './project-support.js';

const clients: LspClient[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.kill()));
});

async function start(
  options: ClientOptions = {},
  settings: Record<string, unknown> = {},
): Promise<LspClient> {
  const client = await LspClient.start(options, settings);
  clients.push(client);
  return client;
}

/** A server with one folder. */
async function startIn(
  files: Readonly<Record<string, string>>,
  options: ClientOptions = {},
  settings: Record<string, unknown> = {},
): Promise<{ client: LspClient; at: (name: string) => string; uri: (name: string) => string }> {
  const directory = directoryWith(files);
  const at = (name: string): string => path.join(directory, name);
  const client = await start({ folders: [directory], ...options }, settings);
  return { client, at, uri: (name) => uriOf(at(name)) };
}

const WRITE = {
  start: { line: LOSING_LINE - 1, character: 2 },
  end: { line: LOSING_LINE - 1, character: 7 },
};

describe('diagnostics that the client asks for', () => {
  test('say what, where, why and where to read on', async () => {
    const { client, uri } = await startIn({ 'a.ts': SAFE });
    await client.open(uri('a.ts'), LOSING);
    expect(await client.diagnose(uri('a.ts'))).toEqual([
      {
        range: WRITE,
        severity: DiagnosticSeverity.Warning,
        source: 'lockkit',
        code: 'unguarded-rmw',
        codeDescription: { href: expect.stringMatching(/^file:.*\/unguarded-rmw\/page\.md$/) as string },
        message: expect.stringContaining('`total` is read on line 6') as string,
        relatedInformation: expect.arrayContaining([
          {
            message: expect.stringContaining('read') as string,
            location: {
              uri: uri('a.ts'),
              range: { start: { line: 5, character: 17 }, end: { line: 5, character: 22 } },
            },
          },
        ]) as unknown,
      },
    ]);
    expect(client.published).toEqual([]);
  });

  test('follow edits of a part of the text, and are unchanged when nothing is', async () => {
    const { client, uri } = await startIn({ 'a.ts': LOSING });
    await client.open(uri('a.ts'), LOSING);
    const first = await client.pull(uri('a.ts'));
    expect(first).toMatchObject({ kind: 'full', items: [{ code: 'unguarded-rmw' }] });
    expect(await client.pull(uri('a.ts'), first.resultId)).toEqual({
      kind: 'unchanged',
      resultId: first.resultId,
    });
    await client.change(uri('a.ts'), 'other', WRITE);
    const second = await client.pull(uri('a.ts'), first.resultId);
    expect(second).toMatchObject({ kind: 'full', items: [] });
    expect(second.resultId).not.toBe(first.resultId);
    await client.change(uri('a.ts'), 'total', {
      start: WRITE.start,
      end: { ...WRITE.start, character: 7 },
    });
    expect(await client.diagnose(uri('a.ts'))).toHaveLength(1);
    await client.close(uri('a.ts'));
    expect(await client.diagnose(uri('a.ts'))).toHaveLength(1);
  });

  test('an unused suppression fades', async () => {
    const { client, uri } = await startIn({ 'a.ts': SAFE });
    await client.open(uri('a.ts'), `  // lockkit-disable lock-order\n${SAFE}`);
    expect(await client.diagnose(uri('a.ts'))).toEqual([
      {
        range: { start: { line: 0, character: 2 }, end: { line: 0, character: 31 } },
        severity: DiagnosticSeverity.Hint,
        source: 'lockkit',
        code: 'suppression',
        message: 'unused suppression: lock-order reports nothing in this file; remove it',
        tags: [DiagnosticTag.Unnecessary],
      },
    ]);
  });

  test('a document without a file is checked by its language', async () => {
    const { client } = await startIn({});
    await client.open('untitled:Untitled-1', LOSING);
    expect(await client.diagnose('untitled:Untitled-1')).toHaveLength(1);
    await client.open('untitled:Untitled-2', LOSING, 'plaintext');
    expect(await client.diagnose('untitled:Untitled-2')).toEqual([]);
  });

  test('a document outside of all folders is checked, a test is not', async () => {
    const outside = uriOf(path.join(directoryWith({ 'a.ts': LOSING }), 'a.ts'));
    const { client, uri } = await startIn({ 'a.test.ts': LOSING });
    await client.open(outside, LOSING);
    expect(await client.diagnose(outside)).toHaveLength(1);
    await client.open(uri('a.test.ts'), LOSING);
    expect(await client.diagnose(uri('a.test.ts'))).toEqual([]);
  });

  test('pages of rules where the client says they are', async () => {
    const { client, uri } = await startIn(
      { 'a.ts': LOSING },
      { initializationOptions: { rulePages: 'https://docs.example/rules/' } },
    );
    const [diagnostic] = await client.diagnose(uri('a.ts'));
    expect(diagnostic?.codeDescription?.href).toBe('https://docs.example/rules/unguarded-rmw/page.md');
  });
});

describe('diagnostics of the workspace', () => {
  test('all folders; then only what changed', async () => {
    const other = directoryWith({ 'c.ts': LOSING });
    const directory = directoryWith({ 'a.ts': LOSING, 'b.ts': SAFE, 'test/a.ts': LOSING });
    const at = (name: string): string => path.join(directory, name);
    const client = await start({ folders: [directory, other] });
    const { items } = await client.pullWorkspace();
    expect(items.map((item) => [item.kind, item.uri])).toEqual([
      ['full', uriOf(at('a.ts'))],
      ['full', uriOf(path.join(other, 'c.ts'))],
    ]);
    let known = items.map((item) => ({ uri: item.uri, value: item.resultId ?? '' }));
    const again = await client.pullWorkspace(known);
    expect(again.items.map(({ kind }) => kind)).toEqual(['unchanged', 'unchanged']);

    writeFileSync(at('b.ts'), LOSING);
    rmSync(at('a.ts'));
    await client.filesChanged(at('a.ts'), at('b.ts'));
    const later = await client.pullWorkspace(known);
    expect(later.items).toMatchObject([
      { kind: 'full', uri: uriOf(at('b.ts')), items: [{ code: 'unguarded-rmw' }] },
      { kind: 'unchanged' },
      { kind: 'full', uri: uriOf(at('a.ts')), items: [] },
    ]);
    known = later.items.flatMap(({ uri, resultId }) =>
      resultId === undefined ? [] : [{ uri, value: resultId }],
    );
    await client.open(uriOf(at('b.ts')), SAFE);
    expect((await client.pullWorkspace(known)).items).toMatchObject([
      { kind: 'full', uri: uriOf(at('b.ts')), version: 1, items: [] },
      { kind: 'unchanged' },
    ]);
  });

  test('a folder comes and goes', async () => {
    const other = directoryWith({ 'c.ts': LOSING });
    const { client } = await startIn({ 'a.ts': SAFE });
    const change = (added: string[], removed: string[]): Promise<void> =>
      client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
        event: {
          added: added.map((folder) => ({ uri: uriOf(folder), name: '' })),
          removed: removed.map((folder) => ({ uri: uriOf(folder), name: '' })),
        },
      });
    expect((await client.pullWorkspace()).items).toEqual([]);
    await change([other], []);
    await until(() => client.refreshes > 1);
    expect((await client.pullWorkspace()).items).toHaveLength(1);
    await change([], [other]);
    await until(() => client.refreshes > 2);
    expect((await client.pullWorkspace()).items).toEqual([]);
  });
});

describe('diagnostics that are sent', () => {
  test('to clients that do not ask: the newest text only, and none after closing', async () => {
    const { client, uri } = await startIn({ 'a.ts': SAFE }, { capabilities: SIMPLE });
    expect(client.initialized.capabilities.diagnosticProvider).toBeUndefined();
    await client.open(uri('a.ts'), SAFE);
    await client.change(uri('a.ts'), LOSING);
    await until(() => client.published.length > 0);
    expect(client.published).toMatchObject([
      { uri: uri('a.ts'), version: 2, diagnostics: [{ code: 'unguarded-rmw' }] },
    ]);
    expect(client.published[0]?.diagnostics[0]).not.toHaveProperty('relatedInformation');
    await client.close(uri('a.ts'));
    await until(() => client.published.length > 1);
    expect(client.published[1]).toEqual({ uri: uri('a.ts'), diagnostics: [] });
  });
});

describe('configuration', () => {
  const DIAGNOSE_HINTS = { '': { level: 'hint' } };

  test('settings give the level that is shown, rules and deployment; a change is seen', async () => {
    const { client, uri } = await startIn(
      { 'a.ts': LOSING },
      {},
      { '': { rules: { 'unguarded-rmw': 'hint' } } },
    );
    await client.open(uri('a.ts'), LOSING);
    expect(await client.diagnose(uri('a.ts'))).toEqual([]);
    expect(client.registered).toContain('workspace/didChangeConfiguration');
    client.settings = { '': { rules: { 'unguarded-rmw': 'hint' }, level: 'hint' } };
    const before = client.refreshes;
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await until(() => client.refreshes > before);
    expect(await client.diagnose(uri('a.ts'))).toMatchObject([{ severity: DiagnosticSeverity.Hint }]);
  });

  test('each folder has settings of its own', async () => {
    const [quiet, loud] = [directoryWith({ 'a.ts': LOSING }), directoryWith({ 'a.ts': LOSING })];
    const client = await start(
      { folders: [quiet, loud] },
      { [uriOf(quiet)]: { rules: { 'unguarded-rmw': 'off' } }, ...DIAGNOSE_HINTS },
    );
    expect((await client.pullWorkspace()).items.map(({ uri }) => uri)).toEqual([
      uriOf(path.join(loud, 'a.ts')),
    ]);
  });

  test('of clients that cannot be asked, as they were sent', async () => {
    const { client, uri } = await startIn(
      { 'a.ts': LOSING },
      {
        capabilities: { ...EDITOR, workspace: { diagnostics: { refreshSupport: true } } },
        initializationOptions: { settings: { rules: { 'unguarded-rmw': 'off' } } },
      },
    );
    expect(await client.diagnose(uri('a.ts'))).toEqual([]);
    const before = client.refreshes;
    await client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { lockkit: {} },
    });
    await until(() => client.refreshes > before);
    expect(await client.diagnose(uri('a.ts'))).toHaveLength(1);
  });

  test('lockkit.json is watched; while it is broken the last good one holds, and the status says so', async () => {
    const { client, at, uri } = await startIn({ 'a.ts': LOSING });
    expect(await client.diagnose(uri('a.ts'))).toHaveLength(1);
    expect(client.registered).toContain('workspace/didChangeWatchedFiles');
    const rewrite = async (text: string): Promise<void> => {
      writeFileSync(at('lockkit.json'), text);
      const before = client.refreshes;
      await client.filesChanged(at('lockkit.json'));
      await until(() => client.refreshes > before);
    };
    await rewrite('{ "rules": { "unguarded-rmw": "off" } }');
    expect(await client.diagnose(uri('a.ts'))).toEqual([]);
    await rewrite('{ "rules": ');
    expect(await client.diagnose(uri('a.ts'))).toEqual([]);
    const failed = await until(() => client.statuses.find(({ state }) => state === 'failed'));
    expect(failed.message).toMatch(/lockkit\.json:1: not JSON: /);
    await rewrite('{}');
    expect(await client.diagnose(uri('a.ts'))).toHaveLength(1);
    await until(() => client.statuses.at(-1)?.state === 'ready');
  });
});

describe('code actions', () => {
  test('a fix whose edit is made when it is chosen, and the comment that disables the rule', async () => {
    const { client, uri } = await startIn({ 'a.ts': LOSING });
    await client.open(uri('a.ts'), LOSING);
    const [fix, disable, all, ...more] = await client.codeActions(uri('a.ts'), WRITE);
    expect(all?.title).toBe('Fix all unguarded-rmw in the project');
    expect(more).toEqual([]);
    expect(fix).toMatchObject({
      title: expect.stringContaining('CombinedLock') as string,
      kind: 'quickfix',
      isPreferred: true,
      diagnostics: [{ code: 'unguarded-rmw', range: WRITE }],
    });
    expect(fix).not.toHaveProperty('edit');
    const resolved = await client.resolve(fix ?? never());
    const fixed = edited(LOSING, resolved.edit, uri('a.ts'));
    expect(fixed).toContain('CombinedLock');
    await client.change(uri('a.ts'), fixed);
    expect(await client.diagnose(uri('a.ts'))).toEqual([]);
    // The text that the action was offered for is gone.
    await expect(client.resolve(fix ?? never())).rejects.toThrow('The document has changed');

    await client.change(uri('a.ts'), LOSING);
    const silenced = edited(LOSING, disable?.edit, uri('a.ts'));
    expect(silenced.split('\n')[LOSING_LINE - 1]).toBe('  // lockkit-disable-next-line unguarded-rmw');
    await client.change(uri('a.ts'), silenced);
    expect(await client.diagnose(uri('a.ts'))).toEqual([]);
  });

  test('only where the finding is, and only of the kind that is asked for', async () => {
    const { client, uri } = await startIn({ 'a.ts': LOSING });
    await client.open(uri('a.ts'), LOSING);
    const elsewhere = { start: { line: 0, character: 0 }, end: { line: 0, character: 5 } };
    expect(await client.codeActions(uri('a.ts'), elsewhere)).toEqual([]);
    expect(await client.codeActions(uri('a.ts'), WRITE, ['refactor'])).toEqual([]);
    expect(await client.codeActions(uri('a.ts'), WRITE, ['quickfix'])).toHaveLength(3);
  });

  test('edits at once for clients that do not ask for them', async () => {
    const { client, uri } = await startIn({ 'a.ts': LOSING }, { capabilities: SIMPLE });
    await client.open(uri('a.ts'), LOSING);
    const actions = await client.codeActions(uri('a.ts'), WRITE);
    expect(actions).toHaveLength(2);
    for (const { edit } of actions) expect(edit?.changes?.[uri('a.ts')]?.length).toBeGreaterThan(0);
  });

  test('fix all, on demand', async () => {
    const { client, uri } = await startIn({ 'a.ts': LOSING });
    await client.open(uri('a.ts'), LOSING);
    const [action] = await client.codeActions(uri('a.ts'), WRITE, ['source.fixAll']);
    expect(action).toMatchObject({ kind: 'source.fixAll.lockkit' });
    const resolved = await client.resolve(action ?? never());
    await client.change(uri('a.ts'), edited(LOSING, resolved.edit, uri('a.ts')));
    expect(await client.diagnose(uri('a.ts'))).toEqual([]);
  });
});

test('all of one rule, in the file and in the project', async () => {
  const { client, uri } = await startIn({ 'a.ts': LOSING, 'b.ts': LOSING });
  await client.open(uri('a.ts'), LOSING);
  const actions = await client.codeActions(uri('a.ts'), WRITE);
  const inProject = actions.find(({ title }) => title === 'Fix all unguarded-rmw in the project');
  const { edit } = await client.resolve(inProject ?? never());
  for (const name of ['a.ts', 'b.ts']) expect(edited(LOSING, edit, uri(name))).toContain('CombinedLock');
});

describe('beginning and end', () => {
  test('shutdown and exit: code 0', async () => {
    const client = await start();
    await until(() => client.statuses.some(({ state }) => state === 'ready'));
    expect(await client.end()).toBe(0);
  });

  test('exit without shutdown: code 1', async () => {
    const client = await start();
    const ended = new Promise((resolve) => client.child.once('close', resolve));
    await client.connection.sendNotification('exit');
    expect(await ended).toBe(1);
  });

  test('the command line starts the same server', async () => {
    const { client, uri } = await startIn({ 'a.ts': LOSING }, { words: [CLI, 'lsp', '--stdio'] });
    expect(client.initialized.serverInfo?.name).toBe('lockkit');
    expect(await client.diagnose(uri('a.ts'))).toHaveLength(1);
    expect(await client.end()).toBe(0);
  });

  test('without a transport: code 2 and one line', async () => {
    const server = fileURLToPath(new URL('../dist/lsp/main.js', import.meta.url));
    expect(await run([server], '', {})).toEqual({
      code: 2,
      stdout: '',
      stderr: 'lockkit: the language server talks over --stdio or --node-ipc; name one\n',
    });
  });
});

function never(): CodeAction {
  throw new Error('there is no such action');
}
