/** Makes a CombinedLock in place of a lock whose calls it answers as they are. */
import type { ReplaceLockRequest } from '../../../model/diagnostics.js';
import { childOf, namedChildren, type SyntaxNode } from '../../../syntax/python/tree.js';
import { applied, insertion, ordered, type Change } from '../edits.js';
import { CombinedLocks, lastName } from './combined-locks.js';
import { importName } from './imports.js';
import { quoted, styleOf } from './style.js';
import { argumentsOf, calleeOf, isAsync, methodOf, parse, textOf, type Source } from './syntax.js';
import { callAt, functionAround, importRemoved, usesOf, type Use } from './uses.js';

/** @returns undefined where the lock is used in a way that a CombinedLock is not, or would be asked for twice */
export function replaceLock(source: Source, { made, lockName }: ReplaceLockRequest): Change[] | undefined {
  const found = callAt(source, made);
  const [outer] = found?.around ?? [];
  if (found === undefined || outer === undefined) return undefined;
  const { call } = found;
  const uses = usesIn(source, call, outer);
  const changes = uses?.map(({ around }) => changesAt(source, around));
  if (changes === undefined || changes.includes(undefined)) return undefined;
  const style = styleOf(source);
  const imported = importName(source, 'lockkit', 'CombinedLock', style);
  const root = /^\w+/.exec(textOf(source, calleeOf(call) ?? call))?.[0] ?? '';
  const all = [
    ...changes.flatMap((change) => change ?? []),
    ...imported.changes,
    { range: call, newText: `${imported.expression}(${quoted(lockName, style)})` },
    ...importRemoved(source, root, call),
  ];
  const after = parse(source.file, applied(source.text, ordered(all)));
  return new CombinedLocks(after).reenters(lockName) ? undefined : all;
}

/** What speaks of the lock besides the place where it is made; undefined if it is not kept under one name. */
function usesIn(source: Source, call: SyntaxNode, outer: SyntaxNode): Use[] | undefined {
  if (outer.type === 'with_item') return [];
  const left = outer.type === 'assignment' ? childOf(outer, 'left') : undefined;
  if (left === undefined || childOf(outer, 'right') !== call) return undefined;
  const isField = left.type === 'attribute';
  const name = lastName(source, left);
  if (name === undefined || (!isField && left.type !== 'identifier')) return undefined;
  const uses = usesOf(source, name, isField).filter(({ node }) => node.start !== left.start);
  // A field of another class may have the name, too.
  const isOther = uses.some(
    ({ around: [parent] }) => parent?.type === 'assignment' && isTarget(parent, uses),
  );
  return isOther ? undefined : uses;
}

function isTarget(assignment: SyntaxNode, uses: readonly Use[]): boolean {
  return uses.some(({ node }) => childOf(assignment, 'left') === node);
}

/** What a use becomes; undefined for one that a CombinedLock does not answer. */
function changesAt(source: Source, around: readonly SyntaxNode[]): Change[] | undefined {
  const [parent, call, statement] = around;
  const inCoroutine = isAsync(functionAround(around) ?? source.root);
  if (parent?.type === 'global_statement' || parent?.type === 'nonlocal_statement') return [];
  if (parent?.type === 'with_item') {
    const section = around.find(({ type }) => type === 'with_statement');
    const clause = section && namedChildren(section)[0];
    if (section === undefined || clause === undefined) return undefined;
    if (!inCoroutine || isAsync(section)) return [];
    // The others in the same statement may have no asynchronous form.
    return namedChildren(clause).length === 1 ? [insertion(section.start, 'async ')] : undefined;
  }
  if (call === undefined || statement === undefined || inCoroutine) return undefined;
  const name = methodOf(source, call)?.name;
  const isPlain = argumentsOf(call).length === 0 && statement.type === 'expression_statement';
  return isPlain && (name === 'acquire' || name === 'release') ? [] : undefined;
}
