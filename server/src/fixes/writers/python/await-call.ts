import type { AwaitRequest } from '../../../model/diagnostics.js';
import { childOf } from '../../../syntax/python/tree.js';
import { insertion, type Change } from '../edits.js';
import { isAsync, isFunction, pathTo, type Source } from './syntax.js';

/**
 * Waits for a call where it is made.
 * @returns undefined when it is awaited already, or its function is none that can wait: its callers would get a coroutine
 */
export function awaitCall(source: Source, { region }: AwaitRequest): Change[] | undefined {
  const path = pathTo(source, region.from);
  const index = path.findIndex(
    ({ type, start, end }) => type === 'call' && start === region.from.start && end === region.from.end,
  );
  const [call, outer] = [path[index], path[index - 1]];
  if (call === undefined || outer === undefined || outer.type === 'await') return undefined;
  const host = path.slice(0, index).findLast(isFunction);
  if (host === undefined || !isAsync(host)) return undefined;
  const isOperand =
    (outer.type === 'attribute' && childOf(outer, 'object') === call) ||
    (outer.type === 'subscript' && childOf(outer, 'value') === call) ||
    (outer.type === 'call' && childOf(outer, 'function') === call) ||
    outer.type === 'binary_operator';
  if (isOperand) return [insertion(call.start, '(await '), insertion(call.end, ')')];
  return [insertion(call.start, 'await ')];
}
