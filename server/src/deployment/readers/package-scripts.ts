/** What the scripts of a `package.json` start more than once. */
import path from 'node:path';
import type { DeploymentEvidence } from '../../model/deployment.js';
import { lineStartsOf, placeOf, positionAt, type TextRange } from '../../model/source.js';
import { entryOf, textOf } from '../data/data.js';
import { parseInstances, sayInstances, type Instances } from '../instances.js';
import { parseJson } from '../data/javascript-data.js';
import { isAtOrInside, shown, type Layout } from '../layout.js';
import { baseName, commandsOf, programRun, sameRun, unwrapped, type ProgramRun } from '../commands/shell.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

/** Scripts that run checks, not the service. */
const TEST_SCRIPT = /(^|[:.-])(test|tests|e2e|bench|benchmark)([:.-]|$)|^(pre|post)test/;

/** Bounds the following of scripts that run scripts, which may go in a circle. */
const MAXIMUM_DEPTH = 8;

interface Many {
  readonly instances: Instances;
  readonly program?: string;
  /** How it runs them, to stand after the script's name. */
  readonly text: string;
}

export function readPackageScripts(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const { data, error } = parseJson(file, text);
  const lineStarts = lineStartsOf(text);
  const scripts = entryOf(data, 'scripts')?.value;
  const texts = new Map<string, string>();
  const evidence: DeploymentEvidence[] = [];
  if (scripts?.kind === 'record') {
    for (const [name, { value }] of scripts.entries) {
      const command = textOf(value);
      if (command !== undefined) texts.set(name, command);
    }
    for (const [name, { value }] of scripts.entries) {
      const command = texts.get(name);
      if (command === undefined || TEST_SCRIPT.test(name)) continue;
      for (const many of manyIn(command, texts))
        evidence.push(evidenceFor(many, name, source, layout, lineStarts, value.range));
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

function evidenceFor(
  many: Many,
  script: string,
  { file }: DeploymentSource,
  layout: Layout,
  lineStarts: readonly number[],
  range: TextRange,
): DeploymentEvidence {
  const directory = path.dirname(file);
  const resolved = many.program === undefined ? undefined : path.resolve(directory, many.program);
  const program =
    resolved !== undefined && isAtOrInside(resolved, directory) && path.extname(resolved) !== ''
      ? resolved
      : undefined;
  const { count } = many.instances;
  return {
    dimension: 'processes',
    says: many.instances.says,
    ...(count !== undefined && { count }),
    text: `the script "${script}" of ${shown(file, layout.rootOf(file))} ${many.text}`,
    place: placeOf(file, lineStarts, range),
    root:
      (program === undefined ? undefined : layout.packageOf(path.dirname(program))) ?? layout.rootOf(file),
    ...(program !== undefined && { program }),
  };
}

function manyIn(line: string, scripts: ReadonlyMap<string, string>): Many[] {
  const commands = commandsOf(line);
  const found = commands.flatMap(({ words }) => [
    ...(pm2(unwrapped(words)) ?? []),
    ...(egg(unwrapped(words)) ?? []),
  ]);
  const parallel = commands.flatMap(({ words }) => startedTogether(unwrapped(words)));
  const background = commands.filter(
    (command, index) => command.background || commands[index - 1]?.background === true,
  );
  const runs = [
    ...parallel.map((text) => runsOf(text, scripts, 0)),
    ...background.map(({ words }) => runsOfWords(words, scripts, 0)),
  ].flat();
  return [...found, ...repeated(runs)];
}

/** `pm2 start app.js -i 4`, `pm2-runtime app.js -i max`, `pm2 scale app 4`. */
function pm2(words: readonly string[]): Many[] | undefined {
  const [name = '', ...rest] = words;
  const command = baseName(name);
  if (!['pm2', 'pm2-runtime', 'pm2-docker', 'pm2-dev'].includes(command)) return undefined;
  if (rest[0] === 'scale') {
    // `+2` adds to however many there are, which are one at least.
    const many = /^\+[1-9]/.test(rest[2] ?? '') ? { says: 'many' as const } : parseInstances(rest[2] ?? '');
    if (many?.count === undefined && many?.says !== 'many') return undefined;
    return [{ instances: many, text: `runs ${sayInstances(many, rest[1])} (pm2 scale)` }];
  }
  if (command === 'pm2' && rest[0] !== 'start') return undefined;
  let instances: Instances | undefined;
  let program: string | undefined;
  for (let index = rest[0] === 'start' ? 1 : 0; index < rest.length; index++) {
    const word = rest[index] ?? '';
    if (word === '--') break;
    if (word === '-i' || word === '--instances') instances = parseInstances(rest[++index] ?? '');
    else if (word.startsWith('--instances=')) instances = parseInstances(word.slice('--instances='.length));
    else if (!word.startsWith('-') && /\.([cm]?[jt]sx?|py)$/.test(word)) program ??= word;
  }
  if (instances === undefined) return undefined;
  return [
    {
      instances,
      ...(program !== undefined && !program.includes('.config.') && { program }),
      text: `runs ${sayInstances(instances, program)} (${command})`,
    },
  ];
}

/** Egg.js starts a worker for each processor, unless it is told how many. https://www.eggjs.org/core/deployment */
function egg(words: readonly string[]): Many[] | undefined {
  if (baseName(words[0] ?? '') !== 'egg-scripts' || words[1] !== 'start') return undefined;
  const said = words.findIndex((word) => /^(--workers|-w)(=|$)/.test(word));
  const number = words[said]?.split('=')[1] ?? words[said + 1] ?? '';
  const instances = said === -1 ? { says: 'many' as const, perProcessor: true } : parseInstances(number);
  if (instances === undefined) return undefined;
  return [{ instances, text: `runs ${sayInstances(instances, 'the application')} (egg-scripts)` }];
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
function repeated(runs: readonly ProgramRun[]): Many[] {
  const many: Many[] = [];
  for (const [index, run] of runs.entries()) {
    const same = (other: ProgramRun): boolean =>
      other.program === run.program && sameRun(other.arguments, run.arguments);
    const count = runs.filter(same).length;
    if (count < 2 || runs.findIndex(same) !== index) continue;
    many.push({
      instances: { says: 'many', count },
      program: run.program,
      text: `runs ${run.program} ${count} times at once`,
    });
  }
  return many;
}
