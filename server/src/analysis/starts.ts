/** Which calls of a function start work that overlaps with itself. */
import type { Call, FunctionFacts, Node } from '../model/facts.js';
import { append } from './multimap.js';
import { walk } from './walk.js';

export class Starts {
  private readonly overlapping: ReadonlySet<Call>;
  private readonly looped: ReadonlySet<Call>;

  constructor(facts: FunctionFacts) {
    this.overlapping = overlappingCalls(facts.body);
    this.looped = loopedCalls(facts.body);
  }

  /** True for calls that stand in a loop. */
  isLooped(call: Call): boolean {
    return this.looped.has(call);
  }

  overlap(call: Call): boolean {
    return this.overlapping.has(call);
  }
}

function isWaitedFor(call: Call): boolean {
  return call.awaited || call.returned;
}

function loopedCalls(body: Node): Set<Call> {
  const looped = new Set<Call>();
  walk(body, (node) => {
    if (node.kind !== 'loop') return;
    walk(node.body, (inner) => {
      if (inner.kind === 'call') looped.add(inner);
    });
  });
  return looped;
}

/** Calls that are not waited for and stand in a loop, or are made more than once. */
function overlappingCalls(body: Node): Set<Call> {
  const looped = new Set<Call>();
  const calls: Call[] = [];
  walk(body, (node) => {
    if (node.kind === 'call' && !isWaitedFor(node)) calls.push(node);
    if (node.kind === 'loop') {
      walk(node.body, (inner) => {
        if (inner.kind === 'call' && !isWaitedFor(inner)) looped.add(inner);
      });
    }
  });
  const waited = waitedFor(body);
  const unwaited = calls.filter((call) => !waited.has(call.into));
  const times = new Map<string, number>();
  for (const { text } of unwaited) times.set(text, (times.get(text) ?? 0) + 1);
  return new Set(unwaited.filter((call) => looped.has(call) || (times.get(call.text) ?? 0) > 1));
}

/** Results that the function itself waits for, by way of a variable. */
function waitedFor(body: Node): Set<number> {
  const stored = new Map<number, number[]>();
  const loaded = new Map<number, number>();
  const waited = new Set<number>();
  walk(body, (node) => {
    if (node.kind === 'store-variable') append(stored, node.variable, node.value);
    if (node.kind === 'load-variable') loaded.set(node.into, node.variable);
    if (node.kind === 'point' && node.value !== undefined) {
      const variable = loaded.get(node.value);
      for (const value of variable === undefined ? [] : (stored.get(variable) ?? [])) waited.add(value);
    }
  });
  return waited;
}
