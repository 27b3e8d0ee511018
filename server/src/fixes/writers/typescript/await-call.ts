import ts from '#typescript';
import type { AwaitRequest } from '../../../model/diagnostics.js';
import type { TextRange } from '../../../model/source.js';
import { insertion, type Change } from '../edits.js';
import { canAwait } from './place.js';
import { functionAround, isAsync, smallestAround } from './syntax.js';

/**
 * Waits for a call where it is made. The callback of a critical section becomes async for it: whoever runs a section waits for
 * its promise. Any other function would give its callers a promise that they do not expect.
 * @returns undefined when it is awaited already, or gives nothing that can be awaited
 */
export function awaitCall(source: ts.SourceFile, request: AwaitRequest): Change[] | undefined {
  const { region, section } = request;
  const call = smallestAround(source, region.from);
  if (!ts.isCallExpression(call) || call.getStart(source) !== region.from.start) return undefined;
  if (call.end !== region.from.end || ts.isAwaitExpression(call.parent) || givesNothing(call))
    return undefined;
  const host = functionAround(call) ?? source;
  const changes: Change[] = [];
  if (!canAwait(host)) {
    if (!isCallbackOf(host, section, source)) return undefined;
    changes.push(insertion(host.getStart(source), 'async '));
  }
  const { parent } = call;
  const start = call.getStart(source);
  if (ts.isVoidExpression(parent)) {
    changes.push({ range: { start: parent.getStart(source), end: start }, newText: 'await ' });
  } else if (isOperandOfAccess(call)) {
    changes.push(insertion(start, '(await '), insertion(call.end, ')'));
  } else changes.push(insertion(start, 'await '));
  return changes;
}

/** Whether a function is the plain callback of the call that runs the section. */
function isCallbackOf(host: ts.Node, section: TextRange | undefined, source: ts.SourceFile): boolean {
  if (!ts.isArrowFunction(host) && !ts.isFunctionExpression(host)) return false;
  if (isAsync(host) || host.asteriskToken !== undefined || !ts.isCallExpression(host.parent)) return false;
  return host.parent.getStart(source) === section?.start && host.parent.end === section.end;
}

/** `forEach` throws away what its callback gives. */
function givesNothing({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && /^(forEach|map|flatMap)$/.test(expression.name.text);
}

function isOperandOfAccess(call: ts.CallExpression): boolean {
  const { parent } = call;
  const accesses =
    ts.isPropertyAccessExpression(parent) ||
    ts.isElementAccessExpression(parent) ||
    ts.isCallExpression(parent);
  return accesses && parent.expression === call;
}
