/** Imports a class in the module's own manner. */
import { childOf, childrenOf, namedChildren, type SyntaxNode } from '../../../syntax/python/tree.js';
import { insertion, type Change } from '../edits.js';
import { indentationAt, isFirstOnLine, lineEnd, nextLine } from '../lines.js';
import { STANDARD_MODULES } from './standard-modules.js';
import type { Style } from './style.js';
import { freeName, identifiersIn, textOf, type Source } from './syntax.js';

export interface Imported {
  /** How the name is written in the file. */
  readonly expression: string;
  readonly changes: readonly Change[];
}

/**
 * Makes a name of a module available.
 * @param module an absolute one: `lockkit`, `django.db.models`
 */
export function importName(source: Source, module: string, name: string, style: Style): Imported {
  const head = headOf(source);
  for (const statement of head) {
    const found =
      statement.type === 'import_from_statement'
        ? fromImport(source, statement, module, name, style)
        : fromModule(source, statement, module, name);
    if (found !== undefined) return found;
  }
  const local = identifiersIn(source).has(name)
    ? freeName(`${module.split('.')[0] ?? ''}_${name}`, identifiersIn(source))
    : name;
  const written = `from ${module} import ${name}${local === name ? '' : ` as ${local}`}`;
  return { expression: local, changes: [placed(source, head, written, style)] };
}

function fromImport(
  source: Source,
  statement: SyntaxNode,
  module: string,
  name: string,
  { eol }: Style,
): Imported | undefined {
  const from = childOf(statement, 'module_name');
  if (from === undefined || textOf(source, from) !== module) return undefined;
  const names = childrenOf(statement, 'name');
  for (const imported of names) {
    const original = imported.type === 'aliased_import' ? childOf(imported, 'name') : imported;
    if (original === undefined || textOf(source, original) !== name) continue;
    const alias = imported.type === 'aliased_import' ? childOf(imported, 'alias') : original;
    return { expression: textOf(source, alias ?? original), changes: [] };
  }
  const last = names.at(-1);
  // `from module import *` says nothing of the names that it brings.
  if (last === undefined) return undefined;
  const separator = isFirstOnLine(source.text, last.start)
    ? `,${eol}${indentationAt(source.text, last.start)}`
    : ', ';
  return { expression: name, changes: [insertion(last.end, separator + name)] };
}

/** `import lockkit`, `import lockkit as lk`. */
function fromModule(
  source: Source,
  statement: SyntaxNode,
  module: string,
  name: string,
): Imported | undefined {
  if (statement.type !== 'import_statement') return undefined;
  for (const imported of childrenOf(statement, 'name')) {
    const original = imported.type === 'aliased_import' ? childOf(imported, 'name') : imported;
    if (original === undefined || textOf(source, original) !== module) continue;
    const alias = imported.type === 'aliased_import' ? childOf(imported, 'alias') : original;
    return { expression: `${textOf(source, alias ?? original)}.${name}`, changes: [] };
  }
  return undefined;
}

const IMPORTS = new Set(['import_statement', 'import_from_statement', 'future_import_statement']);

/** The imports that the module starts with, after its docstring. */
function headOf({ root }: Source): SyntaxNode[] {
  const statements = root.children.filter((child, index) => !(index === 0 && isString(child)));
  const end = statements.findIndex(({ type }) => !IMPORTS.has(type));
  return statements.slice(0, end === -1 ? statements.length : end);
}

function isString(statement: SyntaxNode): boolean {
  return statement.type === 'expression_statement' && statement.children[0]?.type === 'string';
}

function placed(source: Source, head: readonly SyntaxNode[], written: string, style: Style): Change {
  const { text, root } = source;
  const { eol } = style;
  const anchor = head.findLast((statement) => !isRelative(source, statement));
  const relative = head.find((statement) => isRelative(source, statement));
  if (anchor !== undefined && anchor.type !== 'future_import_statement') {
    const end = lineEnd(text, anchor.end);
    return insertion(end, (isStandard(source, anchor) ? eol + eol : eol) + written);
  }
  if (relative !== undefined) return insertion(relative.start, written + eol + eol);
  const docstring = root.children[0];
  const above = anchor ?? (docstring !== undefined && isString(docstring) ? docstring : undefined);
  if (above !== undefined) {
    const end = lineEnd(text, above.end);
    const next = nextLine(text, end);
    const close = next < text.length && !/^[ \t]*[\n\r]/.test(text.slice(next));
    return insertion(end, eol + eol + written + (close ? eol : ''));
  }
  const [first] = root.children;
  const start = first === undefined ? text.length : startOf(text, first);
  const gap = first !== undefined && /^(class|decorated|function)/.test(first.type) ? eol + eol : eol;
  return insertion(start, written + eol + gap);
}

/** Where a first statement starts with the comments that are its own: not those that speak of the file. */
function startOf(text: string, statement: SyntaxNode): number {
  const above = text.slice(0, statement.start);
  const own =
    /(?:^|(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r))((?:#[^\n\r]*(?:\r\n|\n|\r))+)$/.exec(above)?.[1] ?? '';
  return /^#!|coding[:=]|licen[cs]e|copyright/im.test(own) ? statement.start : statement.start - own.length;
}

function isRelative(source: Source, statement: SyntaxNode): boolean {
  const from = childOf(statement, 'module_name');
  return from !== undefined && textOf(source, from).startsWith('.');
}

/** Whether an import is of the standard library, whose imports stand in a group of their own (PEP 8). */
function isStandard(source: Source, statement: SyntaxNode): boolean {
  const from = childOf(statement, 'module_name');
  const names = from === undefined ? namedChildren(statement) : [from];
  return names.every((name) => STANDARD_MODULES.has(textOf(source, name).split(/[.\s]/, 1)[0] ?? ''));
}
