/** What the scripts of a `package.json` start more than once. */
import path from 'node:path';
import type { DeploymentEvidence } from '../../model/deployment.js';
import { lineStartsOf, positionAt } from '../../model/source.js';
import { claim, evidenceOf, type Start } from '../claims.js';
import { SERVER_COMMANDS, startsOf, type CommandContext } from '../commands/index.js';
import { entryOf, textOf } from '../data/data.js';
import { parseJson } from '../data/javascript-data.js';
import type { Layout } from '../layout.js';
import { programFile } from '../programs.js';
import { baseName, commandsOf, programRun, sameRun, unwrapped, type ProgramRun } from '../commands/shell.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

/** Scripts that run checks, not the service. */
const TEST_SCRIPT = /(^|[:.-])(test|tests|e2e|bench|benchmark)([:.-]|$)|^(pre|post)test/;

/** Bounds the following of scripts that run scripts, which may go in a circle. */
const MAXIMUM_DEPTH = 8;

/** Without one of these words no script says how many of something it starts. */
const MANY = new RegExp(
  `\\b(?:${[...SERVER_COMMANDS, 'concurrently', 'conc', 'run-p'].map((name) => name.replaceAll('.', '\\.')).join('|')})\\b|&`,
);

/** Asked first, since it takes far less than parsing with places does. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function readPackageScripts(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file) || (!MANY.test(text) && isJson(text))) return NOTHING_READ;
  const { data, error } = parseJson(file, text);
  const lineStarts = lineStartsOf(text);
  const scripts = entryOf(data, 'scripts')?.value;
  const texts = new Map<string, string>();
  const evidence: DeploymentEvidence[] = [];
  const context = { directories: [path.dirname(file)], layout, environment: new Map<string, string>() };
  if (scripts?.kind === 'record') {
    for (const [name, { value }] of scripts.entries) {
      const command = textOf(value);
      if (command !== undefined) texts.set(name, command);
    }
    for (const [name, { value }] of scripts.entries) {
      const command = texts.get(name);
      if (command === undefined || TEST_SCRIPT.test(name)) continue;
      const speaker = {
        source,
        name: `the script "${name}" of ${layout.nameOf(file)}`,
        range: value.range,
        root: path.dirname(file),
      };
      for (const start of startsIn(command, texts, context))
        evidence.push(...evidenceOf(start, speaker, layout));
    }
  }
  const problems =
    error === undefined
      ? []
      : [
          {
            file,
            line: positionAt(lineStarts, error.offset).line,
            message: `is not valid JSON: ${error.message.replace(/\.$/, '')}; correct the file, or what its scripts start may be missed`,
          },
        ];
  return { evidence, problems };
}

/** What a script starts more than once, and what the commands in it say of themselves. */
function startsIn(line: string, scripts: ReadonlyMap<string, string>, context: CommandContext): Start[] {
  const commands = commandsOf(line);
  const parallel = commands.flatMap(({ words }) => startedTogether(unwrapped(words)));
  const background = commands.filter(
    (command, index) => command.background || commands[index - 1]?.background === true,
  );
  const runs = [
    ...parallel.map((text) => runsOf(text, scripts, 0)),
    ...background.map(({ words }) => runsOfWords(words, scripts, 0)),
  ].flat();
  return [
    ...startsOf(line, context),
    ...parallel.flatMap((text) => startsOf(text, context)),
    ...repeated(runs, context),
  ];
}

/** The command lines that one command runs side by side. */
function startedTogether(words: readonly string[]): string[] {
  const [name = '', ...rest] = words;
  switch (baseName(name)) {
    case 'concurrently':
    case 'conc':
      return rest.filter((word, index) => !word.startsWith('-') && !takesWord(rest[index - 1])).map(scriptOf);
    case 'run-p':
      return rest.filter((word) => !word.startsWith('-')).map((script) => `npm run ${script}`);
    default:
      return [];
  }
}

/** Options of concurrently that take a word. https://github.com/open-cli-tools/concurrently */
function takesWord(option: string | undefined): boolean {
  return (
    option !== undefined &&
    /^(-n|--names|-c|--prefix-colors|-p|--prefix|-s|--success|-m|--max-processes|-l|--prefix-length|-t|--timestamp-format|--restart-tries|--restart-after|--name-separator|--default-input-target|--hide)$/.test(
      option,
    )
  );
}

/** concurrently's own short form: `npm:start`. */
function scriptOf(text: string): string {
  return text.replace(/^(npm|yarn|pnpm|bun):(\S+)/, 'npm run $2');
}

function runsOf(line: string, scripts: ReadonlyMap<string, string>, depth: number): ProgramRun[] {
  return commandsOf(line).flatMap(({ words }) => runsOfWords(words, scripts, depth));
}

function runsOfWords(
  words: readonly string[],
  scripts: ReadonlyMap<string, string>,
  depth: number,
): ProgramRun[] {
  const run = programRun(words);
  if (run !== undefined) return [run];
  const [name = '', second = '', third = ''] = unwrapped(words);
  if (depth >= MAXIMUM_DEPTH || !['npm', 'yarn', 'pnpm', 'bun'].includes(name)) return [];
  const script = second === 'run' ? third : second;
  const pattern = script.includes('*') ? globOf(script) : undefined;
  return [...scripts]
    .filter(([candidate]) => (pattern === undefined ? candidate === script : pattern.test(candidate)))
    .flatMap(([, text]) => runsOf(text, scripts, depth + 1));
}

function globOf(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`);
}

/** Programs that are started more than once, with the same arguments but for numbers. */
function repeated(runs: readonly ProgramRun[], { directories, layout }: CommandContext): Start[] {
  const starts: Start[] = [];
  for (const [index, run] of runs.entries()) {
    const same = (other: ProgramRun): boolean =>
      other.program === run.program && sameRun(other.arguments, run.arguments);
    const count = runs.filter(same).length;
    if (count < 2 || runs.findIndex(same) !== index) continue;
    const program = programFile(run.program, directories, layout);
    starts.push({
      claims: [
        claim('processes', { says: 'many', count }, `runs ${run.program} ${count} times at once`, {
          load: 'in-each',
        }),
      ],
      ...(program !== undefined && { program }),
    });
  }
  return starts;
}
