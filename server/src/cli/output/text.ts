import { createColors } from 'picocolors';
import type { Level, Problem } from '../../model/diagnostics.js';
import type { Place } from '../../model/source.js';
import { codeFrame, visible } from './code-frame.js';
import { relativeTo, type Outcome, type Reported } from './outcome.js';

type Colors = ReturnType<typeof createColors>;

export interface TextStyle {
  readonly colors: boolean;
  /** Findings only. */
  readonly quiet: boolean;
}

/** For people: each finding with the line, what explains it, and what to do; grouped by file; a summary. */
export function formatText(outcome: Outcome, style: TextStyle): string {
  const colors = createColors(style.colors);
  const blocks = outcome.findings.map((finding) => block(outcome, finding, colors));
  if (!style.quiet) blocks.push(summary(outcome, colors));
  return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

/** One line for each problem. */
export function formatProblems(outcome: Outcome): string {
  return outcome.problems.map((problem) => `${problemLine(outcome, problem)}\n`).join('');
}

function problemLine(outcome: Outcome, problem: Problem): string {
  return visible(`${relativeTo(outcome.directory, problem.file)}:${problem.line}: ${problem.message}`);
}

function block(outcome: Outcome, { diagnostic, fixes }: Reported, colors: Colors): string[] {
  const { place, level, rule, message, related, evidence } = diagnostic;
  const text = outcome.textOf(place.file);
  const rows: [label: string, what: string, where: string][] = [
    ...related.map(({ message: what, place: at }): [string, string, string] => [
      'see',
      what,
      name(outcome, at),
    ]),
    ...evidence.map(({ message: what, place: at }): [string, string, string] => [
      'because',
      what,
      name(outcome, at),
    ]),
    ...fixes.map(({ title }): [string, string, string] => ['fix', title, '']),
  ];
  return [
    `${colors.bold(name(outcome, place))}  ${paint(colors, level)}  ${colors.dim(rule)}`,
    `  ${visible(message)}`,
    ...(text === undefined
      ? []
      : codeFrame(text, place, (underline) => color(colors, level)(underline)).map((line) => `    ${line}`)),
    ...rows.map(
      ([label, what, where]) =>
        `  ${colors.dim(label.padEnd(8))}${visible(what)}${where === '' ? '' : colors.dim(`  ${where}`)}`,
    ),
  ];
}

function summary(outcome: Outcome, colors: Colors): string[] {
  const { findings, files, fixed, suppressed, inBaseline } = outcome;
  if (files === 0) return ['No files to check here.'];
  const counts = (['error', 'warning', 'hint'] as const).flatMap((level) => {
    const number = findings.filter(({ diagnostic }) => diagnostic.level === level).length;
    return number === 0 ? [] : [color(colors, level)(counted(number, level))];
  });
  const inFiles = new Set(findings.map(({ diagnostic }) => diagnostic.place.file)).size;
  const found =
    findings.length === 0
      ? `${colors.green('Nothing found')} in ${counted(files, 'file')}.`
      : `${counted(findings.length, 'finding')} (${counts.join(', ')}) in ${inFiles} of ${counted(files, 'file')}.`;
  const fixable = findings.filter((finding) => finding.fixes.length > 0).length;
  const rest = [
    fixed > 0 ? `${counted(fixed, 'finding')} fixed.` : '',
    fixable > 0 ? `${fixable} can be fixed with --fix.` : '',
    suppressed > 0 ? `${suppressed} suppressed by comments.` : '',
    inBaseline > 0 ? `${inBaseline} in the baseline.` : '',
    findings.length > 0 ? 'lockkit explain RULE says more of a rule.' : '',
  ];
  return [[found, ...rest.filter((sentence) => sentence !== '')].join(' ')];
}

function name(outcome: Outcome, place: Place): string {
  return `${relativeTo(outcome.directory, place.file)}:${place.line}:${place.column}`;
}

function paint(colors: Colors, level: Level): string {
  return colors.bold(color(colors, level)(level));
}

function color(colors: Colors, level: Level): (text: string) => string {
  switch (level) {
    case 'error':
      return colors.red;
    case 'warning':
      return colors.yellow;
    case 'hint':
      return colors.cyan;
  }
}

function counted(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}
