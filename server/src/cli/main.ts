import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { LEVELS } from '../model/diagnostics.js';
import { VERSION } from '../project/version.js';
import type { CheckFlags } from './check.js';
import { EXIT_COULD_NOT_RUN, EXIT_NOTHING_FOUND, UsageError } from './exit-codes.js';
import { FORMATS } from './output/formats.js';
import type { ProveFlags } from './prove.js';
import type { AddRuntimeFlags } from './runtime/index.js';
import type { ScenarioFlags } from './scenario.js';

/**
 * Runs the command line. What a command needs is loaded when it runs: the parser alone takes longer than `--help` should.
 * @param words the arguments after the program's name
 * @returns the exit code
 */
export async function main(words: readonly string[]): Promise<number> {
  let exitCode = EXIT_NOTHING_FOUND;
  const program = programWith((code) => (exitCode = code));
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT_NOTHING_FOUND;
      return refuse(error.code === 'commander.help' ? NO_COMMAND : error.message.replace(/^error: /, ''));
    }
    if (error instanceof UsageError) return refuse(error.message);
    process.stderr.write('lockkit: internal error; please report it:\n');
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT_COULD_NOT_RUN;
  }
}

const NO_COMMAND =
  'name a command: check, scenario, prove, add-runtime, explain or lsp; lockkit --help says more';

function refuse(message: string): number {
  process.stderr.write(`lockkit: ${message.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`);
  return EXIT_COULD_NOT_RUN;
}

function programWith(exit: (code: number) => void): Command {
  const program = new Command('lockkit')
    .description('Finds lost updates and locks that do not reach far enough, and fixes them.')
    .version(VERSION, '--version', 'print the version')
    .exitOverride()
    // Errors are written once, in one line, by main.
    .configureOutput({ writeErr: () => undefined });

  program
    .command('check')
    .description('check files; exit code 0: nothing found, 1: findings, 2: could not run')
    .argument('[paths...]', 'files, directories and globs; tests and build output only when named as files', [
      '.',
    ])
    .addOption(new Option('--format <format>', 'how to print what is found').choices(FORMATS).default('text'))
    .option('--fix', 'make the fixes in the files, then report what is left', false)
    .option('--dry-run', 'with --fix: print a diff of the fixes, and write nothing', false)
    .addOption(
      new Option('--level <level>', 'report findings of this level and above')
        .choices(LEVELS)
        .default('warning'),
    )
    .option('--config <file>', 'use this configuration instead of the nearest lockkit.json')
    .option('--baseline <file>', 'report only what this file does not list')
    .option('--write-baseline <file>', 'list what is found in this file, and exit with 0')
    .option('--stdin-filename <file>', 'check standard input as if it were this file')
    .addOption(
      new Option(
        '--jobs <number>',
        'threads that check files (default: by the files and the cores)',
      ).argParser(wholeFrom(1, MOST_JOBS)),
    )
    .option('--no-cache', 'check all anew, and keep nothing for the next run')
    .option(
      '--cache-dir <directory>',
      'where reports are kept for the next run (default: in node_modules/.cache, or in the cache directory of the user)',
    )
    .option('--quiet', 'print findings only: no problems, no summary', false)
    .action(async (paths: string[], flags: CheckFlags) => {
      const { check } = await import('./check.js');
      exit(await check(paths, flags));
    });

  program
    .command('scenario')
    .description('measure locks with real processes, threads and tasks; exit code 0: it ran, 2: it could not')
    .argument('[names...]', 'the locks to run; without names, those that tell most')
    .addOption(
      new Option('--format <format>', 'how to print the results').choices(['text', 'json']).default('text'),
    )
    .option('--processes <number>', 'processes', wholeFrom(1))
    .option('--threads <number>', 'worker threads in each process', wholeFrom(1))
    .option('--tasks <number>', 'async tasks in each thread', wholeFrom(1))
    .option('--iterations <number>', 'updates that each task makes', wholeFrom(1))
    .option('--window-ms <milliseconds>', 'time between the read and the write', milliseconds)
    .option('--redis <url>', 'count in Redis instead of a file')
    .action(async (names: string[], flags: ScenarioFlags) => {
      const { scenario } = await import('./scenario.js');
      exit(await scenario(names, flags));
    });

  program
    .command('prove')
    .description(
      'run a function twice at once until an update is lost; exit code 1: one was, 0: none in the schedules tried, 2: it could not be driven',
    )
    .argument('<FILE:FUNCTION>', 'a function, `object.method`, `Class.method`, or a line of one, in a file')
    .addOption(
      new Option('--format <format>', 'how to print the result').choices(['text', 'json']).default('text'),
    )
    .addOption(
      new Option('--dimension <dimension>', 'how the two interleave; without it, as the code is run').choices(
        ['tasks', 'threads', 'processes'],
      ),
    )
    .option('--schedule <schedule>', 'run this schedule only, as an earlier report names it')
    .option('--schedules <number>', 'schedules to try at most (default: 100)', wholeFrom(1))
    .action(async (subject: string, flags: ProveFlags) => {
      const { prove } = await import('./prove.js');
      exit(await prove(subject, flags));
    });

  program
    .command('add-runtime')
    .description('make the runtime that fixes import a dependency of a project; no registry is asked for it')
    .argument('[directory]', 'the project, or a directory in it', '.')
    .addOption(
      new Option('--language <language>', 'without it, what the directory holds').choices(['node', 'python']),
    )
    .option('--single-file', 'Python: one module instead of a package', false)
    .action(async (directory: string, flags: AddRuntimeFlags) => {
      const { addRuntime } = await import('./runtime/index.js');
      exit(addRuntime(directory, flags));
    });

  program
    .command('explain')
    .description("print a rule's page")
    .argument('<rule>', 'the id of the rule')
    .action(async (rule: string) => {
      const { explain } = await import('./explain.js');
      explain(rule);
    });

  program
    .command('lsp')
    .description('run the language server')
    .requiredOption('--stdio', 'talk over standard input and output')
    .addOption(new Option('--clientProcessId <id>', 'end when this process ends').hideHelp())
    .action(async () => {
      // It reads the arguments of the process itself.
      await import('../lsp/main.js');
    });

  return program;
}

/** Threads beyond this only wait for each other. */
const MOST_JOBS = 64;

function wholeFrom(smallest: number, largest = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= smallest && value <= largest) return value;
    const range = largest === Number.MAX_SAFE_INTEGER ? `${smallest} or more` : `${smallest} to ${largest}`;
    throw new InvalidArgumentError(`It must be a whole number, ${range}.`);
  };
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number of milliseconds, 0 or more.');
}
