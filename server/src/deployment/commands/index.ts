/** What a command line starts. */
import path from 'node:path';
import type { Start } from '../claims.js';
import { entryOf, textOf } from '../data/data.js';
import { parseJson } from '../data/javascript-data.js';
import { asgiServers } from './asgi.js';
import { fileIn, moduleIn, start, type CommandContext, type CommandReader } from './command.js';
import { developmentServers, runserver } from './development-servers.js';
import { gunicorn } from './gunicorn.js';
import { nodeManagers } from './node-managers.js';
import { queueWorkers } from './queues.js';
import {
  baseName,
  commandOf,
  commandsOf,
  programRun,
  shellLine,
  unwrapped,
  wrappedEnvironment,
  type Command,
} from './shell.js';
import { uwsgi } from './uwsgi.js';

export type { CommandContext } from './command.js';

const readers = new Map<string, CommandReader>(
  [gunicorn, uwsgi, ...asgiServers, ...queueWorkers, ...developmentServers, ...nodeManagers].flatMap(
    (reader) => reader.names.map((name): [string, CommandReader] => [name, reader]),
  ),
);

/** The names of all commands that say how many of something they run. */
export const SERVER_COMMANDS: readonly string[] = [...readers.keys()];

/** Bounds the following of shells in shells, and of scripts that run scripts. */
const MAXIMUM_DEPTH = 8;

/**
 * What a command line starts.
 * @param line a line for a shell, or the words of one command
 */
export function startsOf(line: string | readonly string[], context: CommandContext, depth = 0): Start[] {
  if (depth > MAXIMUM_DEPTH) return [];
  const commands = typeof line === 'string' ? commandsOf(line, context.environment) : [commandOf(line)];
  return commands.flatMap((command) => startsOfCommand(command, context, depth));
}

function startsOfCommand(command: Command, context: CommandContext, depth: number): readonly Start[] {
  const words = unwrapped(command.words);
  const environment = new Map([
    ...context.environment,
    ...command.environment,
    ...wrappedEnvironment(command.words),
  ]);
  const inner: CommandContext = { ...context, environment };
  const line = shellLine(words);
  if (line !== undefined) return startsOf(line, inner, depth + 1);
  const [written = '', ...rest] = words;
  const name = baseName(written);
  const reader = readers.get(name);
  if (reader !== undefined) return reader.read(rest, inner, name);
  const script = scriptRun(words, inner);
  if (script !== undefined) {
    // What the script says of numbers is evidence of the package.json that it stands in.
    return startsOf(script, inner, depth + 1).map(({ program }) => start([], program));
  }
  const run = programRun(words);
  if (run !== undefined) {
    const [first, ...others] = JSON.parse(run.arguments) as string[];
    if (path.basename(run.program) === 'manage.py' && first !== undefined)
      return runserver([first, ...others], inner, run.program);
    return [start([], fileIn(run.program, inner))];
  }
  // `python -m app.main`
  if (/^[A-Za-z_][\w.]*$/.test(written) && words.length < command.words.length) {
    const program = moduleIn(`${written}.__main__`, inner) ?? moduleIn(written, inner);
    if (program !== undefined) return [start([], program)];
  }
  return [];
}

/** The text of the script that `npm start`, `yarn run serve` or `node --run serve` runs. */
function scriptRun(words: readonly string[], { directories, layout }: CommandContext): string | undefined {
  const [name = '', second = '', third = ''] = words;
  let script: string | undefined;
  if (['npm', 'yarn', 'pnpm', 'bun'].includes(baseName(name)))
    script = second === 'run' || second === 'run-script' ? third : second;
  else if (baseName(name) === 'node' && second === '--run') script = third;
  if (script === undefined) return undefined;
  for (const directory of directories) {
    const file = path.join(layout.packageOf(directory) ?? directory, 'package.json');
    const text = layout.textOf(file);
    if (text === undefined) continue;
    const found = textOf(entryOf(entryOf(parseJson(file, text).data, 'scripts')?.value, script)?.value);
    if (found !== undefined) return found;
  }
  return undefined;
}
