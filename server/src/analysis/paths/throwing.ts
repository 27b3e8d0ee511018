/** Which operations of a function may throw, as far as an analysis has seen what they call. */
import type { Call, FunctionFacts, Node, Temporary } from '../../model/facts.js';
import type { TextRange } from '../../model/source.js';
import { walk } from '../walk.js';
import { isLog } from './escapes.js';
import { rangeKey } from './paths.js';

/** What is noted of the operations of one call of a function. */
export class Failures {
  /** Calls that throw of themselves, and calls of code out of sight, which may. */
  readonly calls = new Map<TextRange, 'known' | 'unseen'>();
  /** Calls of functions that were looked into, with what was noted of those. */
  readonly callees = new Map<Temporary, { readonly facts: FunctionFacts; readonly failures: Failures }>();
  /** Waits for what cannot fail. */
  readonly calm = new Set<TextRange>();
  private verdict: boolean | undefined;

  /** @param unseen whether calls of code out of sight count */
  keys(facts: FunctionFacts, unseen: boolean): Set<string> {
    const keys = new Set<string>();
    for (const range of this.ranges(facts, unseen)) keys.add(rangeKey(range));
    return keys;
  }

  private ranges(facts: FunctionFacts, unseen: boolean): TextRange[] {
    const ranges: TextRange[] = [];
    const calls = new Map<Temporary, Call>();
    const late = callsInFinalizers(facts.body);
    walk(facts.body, (node) => {
      if (node.kind === 'call') {
        calls.set(node.into, node);
        if (late.has(node)) return;
        const said = this.calls.get(node.range);
        const isUnseen = said === 'unseen' && unseen && !node.awaited && !isCalm(node);
        if (said === 'known' || isUnseen) ranges.push(node.range);
        else if (!node.awaited && this.callee(node.into, 'sync')) ranges.push(node.range);
      }
      if (node.kind !== 'point' || node.cause === 'yield' || this.calm.has(node.range)) return;
      const call = node.value === undefined ? undefined : calls.get(node.value);
      if (node.value !== undefined && this.callees.has(node.value)) {
        if (this.callee(node.value, 'async')) ranges.push(node.range);
      } else if (call === undefined || !isCalm(call)) ranges.push(node.range);
    });
    return ranges;
  }

  private callee(into: Temporary, kind: 'sync' | 'async'): boolean {
    const callee = this.callees.get(into);
    if (callee?.facts.async !== (kind === 'async')) return false;
    return callee.failures.leave(callee.facts);
  }

  /** Whether an error may leave the function. */
  leave(facts: FunctionFacts): boolean {
    if (this.verdict === undefined) {
      this.verdict = false;
      this.verdict = throwsOut(facts.body, this.keys(facts, false));
    }
    return this.verdict;
  }
}

/** Names of what waits for time to pass, or has its errors handled. */
const CALM =
  /(^|[.\s])(sleep|delay|wait|pause|tick|nextTick|setTimeout|setImmediate|allSettled|Promise\.resolve)$/i;

function isCalm({ text, target }: Call): boolean {
  return CALM.test(text) || isLog(text) || (target.kind === 'method' && target.key === 'catch');
}

/** Calls on the way out: that one of them throws before the next is rarely thought of, and rarely happens. */
function callsInFinalizers(body: Node): ReadonlySet<Node> {
  const calls = new Set<Node>();
  walk(body, (node) => {
    if (node.kind !== 'try' || node.finalizer === undefined) return;
    walk(node.finalizer, (inner) => {
      if (inner.kind === 'call') calls.add(inner);
    });
  });
  return calls;
}

function throwsOut(node: Node, throwing: ReadonlySet<string>): boolean {
  switch (node.kind) {
    case 'sequence':
      return node.nodes.some((inner) => throwsOut(inner, throwing));
    case 'branch':
      return throwsOut(node.then, throwing) || throwsOut(node.else, throwing);
    case 'choice':
      return node.alternatives.some((inner) => throwsOut(inner, throwing));
    case 'loop':
      return [node.test, node.body, node.update].some((inner) => throwsOut(inner, throwing));
    case 'labelled':
      return throwsOut(node.body, throwing);
    case 'try': {
      const parts = [node.handler ?? node.body, ...(node.finalizer === undefined ? [] : [node.finalizer])];
      return parts.some((inner) => throwsOut(inner, throwing));
    }
    case 'throw':
      return true;
    case 'call':
    case 'point':
      return throwing.has(rangeKey(node.range));
    default:
      return false;
  }
}
