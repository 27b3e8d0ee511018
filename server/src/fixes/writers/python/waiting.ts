/** Whether the work of a place is done when its statements are: a lock that is freed before would guard nothing. */
import type { FixRegion } from '../../../model/findings.js';
import type { TextRange } from '../../../model/source.js';
import { childOf, type SyntaxNode } from '../../../syntax/python/tree.js';
import type { Stretch } from './place.js';
import { calleeOf, isAsync, isFunction, methodOf, pathTo, textOf, visitAll, type Source } from './syntax.js';

/** What starts work and returns before it is done, whatever object it is a method of. */
const STARTS =
  /^(start|start_soon|submit|create_task|ensure_future|run_coroutine_threadsafe|apply_async|map_async|starmap_async|call_soon|call_soon_threadsafe|call_later|call_at|add_task|add_done_callback|delay|enqueue)$/;

export function isWaitedFor(source: Source, { from, to }: FixRegion, stretch: Stretch): boolean {
  return [from, to].every((end) => isPlain(source, end, stretch)) && !startsWork(source, from, to, stretch);
}

/** Whether an end stands in the function's own text, and not in a function inside of it. */
function isPlain(source: Source, end: TextRange, { path }: Stretch): boolean {
  const suite = path.at(-1);
  const inner = pathTo(source, end);
  const between = inner.slice(suite === undefined ? 0 : inner.indexOf(suite) + 1);
  return !between.some((node) => isFunction(node) || node.type === 'class_definition');
}

function startsWork(source: Source, from: TextRange, to: TextRange, { host }: Stretch): boolean {
  const write = callAt(source, to);
  if (write === undefined || isAwaited(source, write)) return false;
  const method = methodOf(source, write);
  const name = method?.name ?? textOf(source, calleeOf(write) ?? write);
  if (STARTS.test(name)) return true;
  const own = method === undefined || /^(self|cls)$/.test(textOf(source, method.receiver));
  if (own && isCoroutine(source, name)) return true;
  if (!isAsync(host)) return false;
  // What is read with `await` from an object is written with it, too.
  const read = callAt(source, from);
  const reader = read && methodOf(source, read);
  if (read === undefined || reader === undefined || method === undefined) return false;
  return isAwaited(source, read) && textOf(source, reader.receiver) === textOf(source, method.receiver);
}

function callAt(source: Source, range: TextRange): SyntaxNode | undefined {
  return pathTo(source, range).find(
    ({ type, start, end }) => type === 'call' && start === range.start && end === range.end,
  );
}

function isAwaited(source: Source, call: SyntaxNode): boolean {
  const path = pathTo(source, call);
  const outer = path[path.indexOf(call) - 1];
  return outer?.type === 'await';
}

function isCoroutine(source: Source, name: string): boolean {
  let found = false;
  visitAll(source.root, (node) => {
    if (node.type !== 'function_definition' || !isAsync(node)) return;
    const given = childOf(node, 'name');
    found ||= given !== undefined && textOf(source, given) === name;
  });
  return found;
}
