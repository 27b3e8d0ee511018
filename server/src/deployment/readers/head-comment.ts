/** Start commands in the comment at the head of a program: `# uwsgi --http :8000 --processes 4 --wsgi-file foo.py`. */
import path from 'node:path';
import { evidenceOf } from '../claims.js';
import { SERVER_COMMANDS, startsOf } from '../commands/index.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

export const PROGRAM_FILE = /\.([cm]?[jt]sx?|py)$/;

/** Matches texts that may have such a comment; to be asked before one is read. */
export const HEAD_COMMENT = new RegExp(
  `^[\\s\\S]{0,4000}?\\b(?:${SERVER_COMMANDS.map((name) => name.replaceAll('.', '\\.')).join('|')})\\s`,
);

/** A line that is a command, after a prompt or a word such as `Run:` and nothing else. */
const LINE = /^(?:[$>%]\s+|(?:\w+\s+){0,3}\w+\s*:\s*)?[`"]?([\w./-]+\s.*?)[`"]?$/;

export function readHeadComment(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const context = {
    directories: [path.dirname(file), layout.rootOf(file)],
    layout,
    environment: new Map<string, string>(),
  };
  const evidence = commentLines(headOf(file, text)).flatMap(({ line, offset }) => {
    const command = LINE.exec(line)?.[1];
    if (command === undefined || !saysHowMany(command)) return [];
    const range = { start: offset, end: offset + line.length };
    return startsOf(command, context).flatMap((start) =>
      evidenceOf({ ...start, program: start.program ?? file }, { source, range }, layout),
    );
  });
  return { evidence, problems: [] };
}

/** Prose may begin with a server's name too; a command has an option. */
function saysHowMany(command: string): boolean {
  const [name = '', ...words] = command.split(/\s+/);
  const known = [name, ...(name === 'python' || name === 'python3' ? words.slice(1, 2) : [])];
  return (
    known.some((word) => SERVER_COMMANDS.includes(path.basename(word))) &&
    words.some((word) => word.startsWith('-') || word === 'runserver')
  );
}

/** The comments and the documentation string before the first code. */
function headOf(file: string, text: string): string {
  const python = /^(?:#[^\n]*\n|\s*\n)*(?:\s*[ru]*("""|''')[\s\S]*?\1)?(?:\s*#[^\n]*(?:\n|$))*/i;
  const script = /^(?:#![^\n]*\n)?(?:\s*\/\/[^\n]*(?:\n|$)|\s*\/\*[\s\S]*?\*\/|\s*(['"])use strict\1;?)*/;
  return (file.endsWith('.py') ? python : script).exec(text)?.[0] ?? '';
}

/** The lines of a comment without its marks, each with its offset; a backslash at the end joins the next one. */
function commentLines(head: string): { line: string; offset: number }[] {
  const lines: { line: string; offset: number }[] = [];
  let joined: { line: string; offset: number } | undefined;
  for (const match of head.matchAll(/[^\r\n]+/g)) {
    const [whole] = match;
    const line = whole
      .replace(/^\s*(?:#+!?|\/\/+|\/\*+|\*+\/?|[ru]*"""|[ru]*''')?\s*/i, '')
      .replace(/\s*(?:\*\/|"""|''')?\s*$/, '');
    if (line === '') continue;
    const offset = match.index + whole.indexOf(line);
    if (joined === undefined) joined = { line, offset };
    else joined.line += ` ${line}`;
    if (joined.line.endsWith('\\')) {
      joined.line = joined.line.slice(0, -1).trimEnd();
      continue;
    }
    lines.push(joined);
    joined = undefined;
  }
  return joined === undefined ? lines : [...lines, joined];
}
