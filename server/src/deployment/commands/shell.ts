/** As much of a shell's language as start commands use. */

/** One command of a command line. */
export interface Command {
  /** The words, without quotes, redirections, and assignments of environment variables before them. */
  readonly words: readonly string[];
  /** The variables assigned before the words. */
  readonly environment: ReadonlyMap<string, string>;
  /** True when the next command starts without waiting for this one (`&`). */
  readonly background: boolean;
}

export type Environment = ReadonlyMap<string, string>;

const NO_VARIABLES: Environment = new Map();

/** Command substitutions and arithmetic are one word: `$(nproc)`, `$((2 * $(nproc) + 1))`. */
const TOKEN =
  /\$\(\((?:[^()]|\([^()]*\))*\)\)|\$\([^()]*\)|\$\{[^}]*\}|\$[A-Za-z_]\w*|"(?:\\.|[^"\\])*"|'[^']*'|\\.|&&|\|\||[;|&\n]|\s+|[^\s"'\\;|&$]+|\$/g;

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

/**
 * Splits a command line into its commands, whatever joins them.
 * @param environment values of variables; one that is not among them stands as written, or for its default (`${N:-4}`)
 */
export function commandsOf(line: string, environment: Environment = NO_VARIABLES): Command[] {
  const commands: Command[] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (background: boolean): void => {
    endWord();
    if (words.length > 0) commands.push(commandOf(words, background));
    words = [];
  };
  for (const [token] of joined(line).matchAll(TOKEN)) {
    if (/^\s+$/.test(token) && token !== '\n') endWord();
    else if (token === '&') endCommand(true);
    else if (/^(&&|\|\||[;|\n])$/.test(token)) endCommand(false);
    else word = (word ?? '') + unquoted(token, environment);
  }
  endCommand(false);
  return commands;
}

/** A backslash at the end of a line goes on with the next one. */
function joined(line: string): string {
  return line.replace(/\\\r?\n/g, ' ');
}

function unquoted(token: string, environment: Environment): string {
  if (token.startsWith("'")) return token.slice(1, -1);
  if (token.startsWith('"') && token.length > 1)
    return expanded(token.slice(1, -1).replace(/\\(["\\$`])/g, '$1'), environment);
  return token.startsWith('\\') ? token.slice(1) : expanded(token, environment);
}

/** Puts in what variables hold, as far as that is known: `$N`, `${N}`, `${N:-4}`. */
export function expanded(text: string, environment: Environment): string {
  return text.replace(
    /\$\{(\w+)(?::?[-=]([^}]*))?\}|\$([A-Za-z_]\w*)/g,
    (written, braced: string | undefined, fallback: string | undefined, bare: string | undefined) =>
      environment.get(braced ?? bare ?? '') ?? fallback ?? written,
  );
}

/** A command by its words, the assignments in front of which are taken off. */
export function commandOf(words: readonly string[], background = false): Command {
  const first = words.findIndex((word) => !ASSIGNMENT.test(word));
  const assignments = first === -1 ? words : words.slice(0, first);
  const environment = new Map<string, string>();
  for (const assignment of assignments) {
    const [, name = '', value = ''] = ASSIGNMENT.exec(assignment) ?? [];
    environment.set(name, value);
  }
  return { words: first === -1 ? [] : words.slice(first), environment, background };
}

/** Commands that run the command after them, with the options of theirs that take a word. */
const WRAPPERS = new Map<string, readonly string[]>([
  ['npx', ['-p', '--package']],
  ['bunx', []],
  ['exec', []],
  ['env', ['-u']],
  ['sudo', ['-u']],
  ['nohup', []],
  ['time', []],
  ['nice', ['-n']],
  ['stdbuf', []],
  ['tini', []],
  ['dumb-init', []],
  ['catatonit', []],
  ['cross-env', []],
  ['cross-env-shell', []],
  ['dotenv', ['-e', '-v', '-c', '-f']],
  ['env-cmd', ['-f', '-e', '-r']],
  ['dotenvx', ['-f']],
  ['doppler', []],
  ['pipenv', []],
  ['poetry', []],
  ['pdm', []],
  ['uv', ['--with', '--extra', '--group', '--project', '-p', '--python']],
  ['uvx', ['--from', '--with']],
  ['rye', []],
  ['hatch', []],
  ['ddtrace-run', []],
  ['opentelemetry-instrument', []],
  ['newrelic-admin', []],
]);

/** Words that some wrappers have before the command. */
const WRAPPER_WORDS: readonly string[] = ['run', 'run-program', 'run-python'];

/** The first word of the command is a user: `gosu app gunicorn …`. */
const AS_USER: readonly string[] = ['gosu', 'su-exec', 'chroot', 'setpriv'];

/** Without what comes before the command proper: `npx`, `cross-env NODE_ENV=production`, `dotenv -e .env --`. */
export function unwrapped(words: readonly string[]): readonly string[] {
  const [name = '', second = ''] = words;
  if (['pnpm', 'yarn', 'npm', 'bun'].includes(name) && ['exec', 'dlx', 'x'].includes(second))
    return unwrapped(words.slice(words[2] === '--' ? 3 : 2));
  const command = baseName(name);
  // `wait-for-it db:5432 -- gunicorn …`, and a script of the image's own that ends in `exec "$@"`
  if (/^(wait-for|wait-for-it|dockerize|docker-entrypoint|entrypoint)(\.sh)?$/.test(command)) {
    const separator = words.indexOf('--');
    return unwrapped(words.slice(separator === -1 ? 1 : separator + 1));
  }
  // `python -m gunicorn …` runs a module as the command that it installs.
  if (/^(python|pypy)[\d.]*$/.test(command)) {
    const flags = words.slice(1).findIndex((word) => !/^-[a-zA-Z]+$/.test(word) || word === '-m');
    return words[flags + 1] === '-m' && flags !== -1 ? unwrapped(words.slice(flags + 2)) : words;
  }
  if (AS_USER.includes(command)) return unwrapped(words.slice(2));
  const withWord = WRAPPERS.get(command);
  if (withWord === undefined) return words;
  let index = 1;
  for (; index < words.length; index++) {
    const word = words[index] ?? '';
    if (withWord.includes(word)) index++;
    else if (!word.startsWith('-') && !WRAPPER_WORDS.includes(word) && !ASSIGNMENT.test(word)) break;
  }
  return unwrapped(words.slice(index));
}

/** The variables that a wrapper sets for its command: `cross-env WEB_CONCURRENCY=2 gunicorn …`. */
export function wrappedEnvironment(words: readonly string[]): Environment {
  const environment = new Map<string, string>();
  if (!WRAPPERS.has(baseName(words[0] ?? ''))) return environment;
  for (const word of words.slice(1)) {
    const [, name, value] = ASSIGNMENT.exec(word) ?? [];
    if (name !== undefined && value !== undefined) environment.set(name, value);
    else if (!word.startsWith('-')) break;
  }
  return environment;
}

/** The command line that a shell is given: `sh -c "…"`. */
export function shellLine(words: readonly string[]): string | undefined {
  if (!/^(ba|da|a|z|k)?sh$/.test(baseName(words[0] ?? ''))) return undefined;
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  return at === -1 ? undefined : words[at + 1];
}

/** `pm2` of `./node_modules/.bin/pm2` and of `pm2@latest`. */
export function baseName(command: string): string {
  return (command.split(/[\\/]/).at(-1) ?? '').replace(/(?!^)@.*$/, '');
}

const RUNTIMES: readonly string[] = [
  'node',
  'nodejs',
  'tsx',
  'ts-node',
  'ts-node-dev',
  'bun',
  'deno',
  'nodemon',
  'node-dev',
];
const PYTHON = /^(python|pypy)[\d.]*$/;
const OPTIONS_WITH_A_WORD =
  /^(-r|--require|--import|--loader|--experimental-loader|--env-file|-P|--project|-C|--conditions|-w|--watch-path|--exec|-x|-X|-W)$/;

export interface ProgramRun {
  /** The program as written. */
  readonly program: string;
  /** Its arguments, as one text to be compared. */
  readonly arguments: string;
}

/** The program that a command hands to Node, to Python, or to their like; undefined for other commands. */
export function programRun(words: readonly string[]): ProgramRun | undefined {
  const [name = '', ...rest] = unwrapped(words);
  const command = baseName(name);
  if (!RUNTIMES.includes(command) && !PYTHON.test(command)) return undefined;
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? '';
    if (OPTIONS_WITH_A_WORD.test(word)) index++;
    else if (/^(-e|--eval|-p|--print|--test|--run)$/.test(word) || (PYTHON.test(command) && word === '-c'))
      return undefined;
    else if (!word.startsWith('-') && !['run', 'watch'].includes(word))
      return { program: word.replace(/^\.\//, ''), arguments: JSON.stringify(rest.slice(index + 1)) };
  }
  return undefined;
}

/** Whether two argument lists differ in numbers at most, as those of two workers on two ports do. */
export function sameRun(left: string, right: string): boolean {
  const normalised = (text: string): string => text.replace(/\d+/g, '#');
  return normalised(left) === normalised(right);
}
