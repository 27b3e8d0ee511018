/** As much of a shell's language as start commands use. */

/** One command of a command line. */
export interface Command {
  /** The words, without quotes, redirections, and assignments of environment variables before them. */
  readonly words: readonly string[];
  /** True when the next command starts without waiting for this one (`&`). */
  readonly background: boolean;
}

const TOKEN = /"(?:\\.|[^"\\])*"|'[^']*'|\\.|&&|\|\||[;|&\n]|\s+|[^\s"'\\;|&]+/g;

/** Splits a command line into its commands, whatever joins them. */
export function commandsOf(line: string): Command[] {
  const commands: Command[] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (background: boolean): void => {
    endWord();
    if (words.length > 0) commands.push({ words: withoutAssignments(words), background });
    words = [];
  };
  for (const [token] of line.matchAll(TOKEN)) {
    if (/^\s+$/.test(token) && token !== '\n') endWord();
    else if (token === '&') endCommand(true);
    else if (/^(&&|\|\||[;|\n])$/.test(token)) endCommand(false);
    else word = (word ?? '') + unquoted(token);
  }
  endCommand(false);
  return commands;
}

function unquoted(token: string): string {
  if (token.startsWith("'")) return token.slice(1, -1);
  if (token.startsWith('"') && token.length > 1) return token.slice(1, -1).replace(/\\(["\\$`])/g, '$1');
  return token.startsWith('\\') ? token.slice(1) : token;
}

function withoutAssignments(words: readonly string[]): string[] {
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  return first === -1 ? [] : words.slice(first);
}

/** Commands that run the command after them, with the options of theirs that take a word. */
const WRAPPERS = new Map<string, readonly string[]>([
  ['npx', ['-p', '--package']],
  ['bunx', []],
  ['exec', []],
  ['env', ['-u']],
  ['sudo', ['-u']],
  ['nohup', []],
  ['cross-env', []],
  ['cross-env-shell', []],
  ['dotenv', ['-e', '-v', '-c']],
  ['env-cmd', ['-f', '-e', '-r']],
  ['dotenvx', ['-f']],
  ['doppler', []],
]);

/** Without what comes before the command proper: `npx`, `cross-env NODE_ENV=production`, `dotenv -e .env --`. */
export function unwrapped(words: readonly string[]): readonly string[] {
  const [name = '', second = ''] = words;
  if (['pnpm', 'yarn', 'npm', 'bun'].includes(name) && ['exec', 'dlx', 'x'].includes(second))
    return unwrapped(words.slice(words[2] === '--' ? 3 : 2));
  const withWord = WRAPPERS.get(baseName(name));
  if (withWord === undefined) return words;
  let index = 1;
  for (; index < words.length; index++) {
    const word = words[index] ?? '';
    if (withWord.includes(word)) index++;
    else if (!word.startsWith('-') && word !== 'run' && !/^[A-Za-z_]\w*=/.test(word)) break;
  }
  return unwrapped(words.slice(index));
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
  'bun',
  'deno',
  'nodemon',
  'node-dev',
];
const OPTIONS_WITH_A_WORD =
  /^(-r|--require|--import|--loader|--experimental-loader|--env-file|-P|--project|-C|--conditions|-w|--watch-path|--exec|-x)$/;

export interface ProgramRun {
  /** The program as written. */
  readonly program: string;
  /** Its arguments, as one text to be compared. */
  readonly arguments: string;
}

/** The program that a command hands to Node or its like; undefined for other commands. */
export function programRun(words: readonly string[]): ProgramRun | undefined {
  const [name = '', ...rest] = unwrapped(words);
  if (!RUNTIMES.includes(baseName(name))) return undefined;
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? '';
    if (OPTIONS_WITH_A_WORD.test(word)) index++;
    else if (/^(-e|--eval|-p|--print|--test)$/.test(word)) return undefined;
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
