import type { TextRange } from '../../../model/source.js';
import { parseTree } from '../../../syntax/python/parser.js';
import { recover } from '../../../syntax/python/recovery.js';
import { childOf, namedChildren, visitTree, type SyntaxNode } from '../../../syntax/python/tree.js';

/** A file of Python, read. */
export interface Source {
  readonly file: string;
  readonly text: string;
  readonly root: SyntaxNode;
}

export function parse(file: string, text: string): Source {
  return { file, text, root: recover(text, parseTree) };
}

/** Where the parser stumbled. */
export function syntaxErrors({ root }: Source): TextRange[] {
  const errors: TextRange[] = [];
  visitTree(root, (node) => {
    if (node.type === 'ERROR' || node.missing) errors.push({ start: node.start, end: node.end });
    return node.type !== 'ERROR';
  });
  return errors;
}

/** The nodes that contain a range, from the outermost to the smallest. */
export function pathTo({ root }: Source, range: TextRange): SyntaxNode[] {
  const path: SyntaxNode[] = [];
  for (let node: SyntaxNode | undefined = root; node !== undefined;) {
    path.push(node);
    node = node.children.find((child) => child.start <= range.start && range.end <= child.end);
  }
  return path;
}

export function textOf({ text }: Source, node: TextRange): string {
  return text.slice(node.start, node.end);
}

export function isFunction(node: SyntaxNode): boolean {
  return node.type === 'function_definition' || node.type === 'lambda';
}

export function isAsync(node: SyntaxNode): boolean {
  return node.children.some(({ type }) => type === 'async');
}

/** Whether a node's children are statements, one below the other. */
export function isSuite(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  return node.type === 'module' || (node.type === 'block' && parent?.type !== 'match_statement');
}

export function statementsOf(suite: SyntaxNode): SyntaxNode[] {
  return namedChildren(suite);
}

/** Visits a node and what is in it, but not what is in functions and classes inside it. */
export function visitOwn(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node);
  for (const child of node.children) {
    if (!isFunction(child) && child.type !== 'class_definition') visitOwn(child, visit);
  }
}

export function visitAll(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visitTree(node, (inner) => {
    visit(inner);
    return true;
  });
}

/** All identifiers in a node, whatever they name. */
export function identifiersIn(source: Source, node: SyntaxNode = source.root): Set<string> {
  const names = new Set<string>();
  visitAll(node, (inner) => {
    if (inner.type === 'identifier') names.add(textOf(source, inner));
  });
  return names;
}

/** `name`, or the first of `name2`, `name3`… that is not taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let number = 2; taken.has(candidate); number++) candidate = `${name}${String(number)}`;
  return candidate;
}

/** The value of a plain string, without what is computed in it. */
export function stringValue(source: Source, node: SyntaxNode | undefined): string | undefined {
  if (node?.type !== 'string' || node.children.some(({ type }) => type === 'interpolation')) return undefined;
  const contents = node.children.filter(({ type }) => type === 'string_content');
  const text = contents.map((content) => textOf(source, content)).join('');
  return text.includes('\\') ? undefined : text;
}

/** The arguments of a call, without the parentheses. */
export function argumentsOf(call: SyntaxNode): SyntaxNode[] {
  const list = childOf(call, 'arguments');
  return list === undefined ? [] : namedChildren(list);
}

export function calleeOf(call: SyntaxNode): SyntaxNode | undefined {
  return childOf(call, 'function');
}

/** The method and the receiver of a call such as `lock.acquire()`. */
export function methodOf(
  source: Source,
  call: SyntaxNode,
): { readonly receiver: SyntaxNode; readonly name: string } | undefined {
  const callee = call.type === 'call' ? calleeOf(call) : undefined;
  if (callee?.type !== 'attribute') return undefined;
  const receiver = childOf(callee, 'object');
  const attribute = childOf(callee, 'attribute');
  if (receiver === undefined || attribute === undefined) return undefined;
  return { receiver, name: textOf(source, attribute) };
}
