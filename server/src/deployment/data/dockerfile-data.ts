/** The instructions of a Dockerfile, each with its place. https://docs.docker.com/reference/dockerfile/ */
import type { TextRange } from '../../model/source.js';

export interface Instruction {
  /** In capital letters. */
  readonly name: string;
  /** Lines joined, comments between them left out. */
  readonly value: string;
  readonly range: TextRange;
}

/** All instructions in the order of the text. What is none is left out. */
export function parseInstructions(text: string): Instruction[] {
  const escape = /^#\s*escape\s*=\s*`/im.test(text.split(/\r?\n(?!#)/, 1)[0] ?? '') ? '`' : '\\';
  const instructions: Instruction[] = [];
  let open: { name: string; parts: string[]; start: number; end: number } | undefined;
  let here: string | undefined;
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    const [line] = match;
    const trimmed = line.trim();
    if (here !== undefined) {
      if (trimmed === here) here = undefined;
      continue;
    }
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const end = match.index + line.trimEnd().length;
    const goesOn = trimmed.endsWith(escape);
    const part = goesOn ? trimmed.slice(0, -1).trimEnd() : trimmed;
    if (open === undefined) {
      const [, name, value = ''] = /^([A-Za-z]+)(?:\s+(.*))?$/s.exec(part) ?? [];
      if (name === undefined) continue;
      open = { name: name.toUpperCase(), parts: [value], start: match.index + line.indexOf(trimmed), end };
    } else {
      open.parts.push(part);
      open.end = end;
    }
    if (goesOn) continue;
    here = /<<-?["']?(\w+)["']?/.exec(part)?.[1];
    const { name, parts, start } = open;
    instructions.push({ name, value: parts.join(' ').trim(), range: { start, end } });
    open = undefined;
  }
  if (open !== undefined) {
    const { name, parts, start, end } = open;
    instructions.push({ name, value: parts.join(' ').trim(), range: { start, end } });
  }
  return instructions;
}

/** The words of an instruction in exec form (`["node", "server.js"]`); undefined for the shell form. */
export function execForm(value: string): string[] | undefined {
  if (!value.startsWith('[')) return undefined;
  try {
    const words: unknown = JSON.parse(value);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    // Docker takes it for the shell form, too.
    return undefined;
  }
}
