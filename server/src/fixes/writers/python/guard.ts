/** Holds a CombinedLock from the read to the write, by `with`. */
import type { GuardRequest } from '../../../model/diagnostics.js';
import { childOf, type SyntaxNode } from '../../../syntax/python/tree.js';
import type { Change } from '../edits.js';
import { CombinedLocks } from './combined-locks.js';
import { importName } from './imports.js';
import { below } from './indent.js';
import { findStretch, type Stretch } from './place.js';
import { quoted, styleOf } from './style.js';
import { isAsync, textOf, visitOwn, type Source } from './syntax.js';
import { isWaitedFor } from './waiting.js';

/** @returns undefined where that cannot be written rightly, or the lock is held there already */
export function guard(source: Source, { region, lockName }: GuardRequest): Change[] | undefined {
  const stretch = findStretch(source, region);
  if (stretch === undefined) return undefined;
  const locks = new CombinedLocks(source);
  if (locks.isHeldAt(stretch) || !isWaitedFor(source, region, stretch)) return undefined;
  const statements = withReadsOfOwnWrites(source, stretch);
  if (statements.some(({ type }) => type.startsWith('import') || type.startsWith('future_import')))
    return undefined;
  if (locks.wouldReenter(lockName, statements, stretch.host)) return undefined;
  const style = styleOf(source);
  const variable = locks.variableOf(lockName);
  const imported = variable === undefined ? importName(source, 'lockkit', 'CombinedLock', style) : undefined;
  const lock = variable ?? `${imported?.expression ?? ''}(${quoted(lockName, style)})`;
  const head = `${isAsync(stretch.host) ? 'async ' : ''}with ${lock}:`;
  return [...(imported?.changes ?? []), ...below(source, statements, head, style)];
}

/** The statements, and those right after them that read back what they have written for all. */
function withReadsOfOwnWrites(source: Source, { list, first, last, host }: Stretch): SyntaxNode[] {
  const core = list.slice(first, last + 1);
  if (host.type === 'module') return core;
  const written = sharedWrites(source, core, host);
  let end = last + 1;
  while (end < list.length && written.size > 0) {
    const next = list[end];
    if (next === undefined || !mentions(source, next, written)) break;
    end++;
  }
  return list.slice(first, end);
}

/** Names of others that statements assign: attributes, elements and global variables, as written. */
function sharedWrites(source: Source, statements: readonly SyntaxNode[], host: SyntaxNode): Set<string> {
  const globals = new Set<string>();
  visitOwn(childOf(host, 'body') ?? host, (node) => {
    if (node.type !== 'global_statement' && node.type !== 'nonlocal_statement') return;
    for (const name of node.children) if (name.named) globals.add(textOf(source, name));
  });
  const written = new Set<string>();
  for (const statement of statements) {
    visitOwn(statement, (node) => {
      if (node.type !== 'assignment' && node.type !== 'augmented_assignment') return;
      const left = childOf(node, 'left');
      if (left === undefined) return;
      const text = textOf(source, left);
      if (left.type === 'attribute' || left.type === 'subscript' || globals.has(text)) written.add(text);
    });
  }
  return written;
}

function mentions(source: Source, statement: SyntaxNode, names: ReadonlySet<string>): boolean {
  if (statement.type.endsWith('definition')) return false;
  let found = false;
  visitOwn(statement, (node) => {
    if (node.type === 'attribute' || node.type === 'subscript' || node.type === 'identifier')
      found ||= names.has(textOf(source, node));
  });
  return found;
}
