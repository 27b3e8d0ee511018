/**
 * What a function can touch at most, with all that it calls, known without running it: so that the analysis spends its time on
 * functions that matter. In doubt a function touches all.
 */
import type { FunctionFacts, FunctionIndex, Node, VariableIndex } from '../model/facts.js';
import type { Analysis } from './analysis.js';
import { Callees, type Target } from './callees.js';
import type { Module } from './modules.js';
import { outlineOf, type Outline, type Path } from './outlines.js';
import { isLockName, isRelease } from './unseen.js';

/** What is done with something that is handed in. */
export interface Use {
  /** Properties that are read. */
  readonly keys: ReadonlySet<string>;
  /** True when some are written, or read by names that are not in the source. */
  readonly changes: boolean;
  /** True when methods are called of which nothing is known. */
  readonly calls: boolean;
}

export interface Footprint {
  /** True when it may touch a lock, a store, or state that is not among its inputs; or makes an object that may. */
  readonly touches: boolean;
  /** What it does with its receiver, and with what is reached through it. */
  readonly receiver: Use;
  /** What it does with its arguments. */
  readonly given: Use;
  /** Properties that it reads of objects that variables of the module hold. */
  readonly outside: Use;
  /** True when another task may run in the middle. */
  readonly waits: boolean;
  /** How many operations it takes to look at it. */
  readonly size: number;
}

const ANY: Use = { keys: new Set(), changes: true, calls: true };
const ALL: Footprint = {
  touches: true,
  receiver: ANY,
  given: ANY,
  outside: ANY,
  waits: true,
  size: Infinity,
};

/** Functions that one may lead to, before it counts as touching all. */
const MOST = 200;

interface Lead extends Target {
  /** True when its receiver is that of the function that was asked for. */
  readonly ofReceiver: boolean;
}

/** What a function may lead to, while it is followed. */
class Gathered {
  readonly inside = new Map<FunctionFacts, { module: Module; outline: Outline; ofReceiver: boolean }>();
  readonly collections: { readonly module: Module; readonly variable: VariableIndex }[] = [];
  /** Whether methods are called of which nothing is known. */
  readonly methods = { receiver: false, given: false };
  /** True when a function is given the receiver, or what is in it. */
  handsOnReceiver = false;
}

class Uses implements Use {
  readonly keys = new Set<string>();
  changes = false;

  constructor(readonly calls: boolean) {}

  note(key: string | undefined, written: boolean): void {
    if (written || key === undefined) this.changes = true;
    else if (key !== 'length') this.keys.add(key);
  }

  with({ keys, changes, calls }: Use): Uses {
    const both = new Uses(this.calls || calls);
    both.changes = this.changes || changes;
    for (const key of [...this.keys, ...keys]) both.keys.add(key);
    return both;
  }
}

export class Footprints {
  private readonly known = new Map<FunctionFacts, Footprint>();
  private readonly loops = new Map<Node, boolean>();
  private readonly locking = new Map<FunctionFacts, boolean>();

  private readonly callees: Callees;

  constructor(private readonly analysis: Analysis) {
    this.callees = new Callees(analysis);
  }

  of(module: Module, index: FunctionIndex): Footprint {
    const facts = module.facts.functions[index];
    if (facts === undefined || this.analysis.context.followsAll === true) return ALL;
    let footprint = this.known.get(facts);
    if (footprint === undefined) {
      footprint = this.follow({ module, function: index });
      this.known.set(facts, footprint);
    }
    return footprint;
  }

  /** True for a loop of which one round shows all that it does. */
  isIdleLoop(module: Module, facts: FunctionFacts, loop: Node): boolean {
    if (this.analysis.context.followsAll === true) return false;
    let idle = this.loops.get(loop);
    if (idle === undefined) {
      const footprint = this.follow({ module, function: module.facts.functions.indexOf(facts) }, loop);
      const { touches, waits, receiver, given, outside } = footprint;
      const uses = [receiver, given, outside];
      idle = !touches && !waits && !uses.some((use) => use.changes || use.calls || this.readsCells(use));
      this.loops.set(loop, idle);
    }
    return idle;
  }

  /** True when cells are among the properties that are read, where others have the object. */
  readsCells({ keys }: Use): boolean {
    for (const key of keys) if (this.analysis.mutable.has(key)) return true;
    return false;
  }

  /** True when a lock may be held after a call of the function that was not held before. */
  mayLeaveLocked(module: Module, index: FunctionIndex): boolean {
    const facts = module.facts.functions[index];
    if (facts === undefined) return true;
    const known = this.locking.get(facts) ?? this.leavesLocked(module, index);
    this.locking.set(facts, known);
    return known;
  }

  private leavesLocked(module: Module, index: FunctionIndex): boolean {
    const seen = new Set<FunctionFacts>();
    const pending: Target[] = [{ module, function: index }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const facts = next.module.facts.functions[next.function];
      if (facts === undefined || seen.has(facts)) continue;
      if (isLockName(facts.name) || seen.size > MOST) return true;
      seen.add(facts);
      const outline = outlineOf(next.module.facts, facts);
      let taken = 0;
      for (const { call, callee } of outline.calls) {
        const found = this.callees.of(next.module, facts, callee, call.construct);
        if (Array.isArray(found)) pending.push(...(found as readonly Target[]));
        else if (isRelease(nameOf(callee))) taken--;
        else if (found === undefined && isLockName(nameOf(callee))) taken++;
      }
      if (taken > 0) return true;
    }
    return false;
  }

  /**
   * Looks at a function and at all that it may call.
   * @param part of the function, if not all of it is meant
   */
  private follow(start: Target, part?: Node): Footprint {
    const gathered = new Gathered();
    const pending: Lead[] = [{ ...start, ofReceiver: true }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { module, ofReceiver } = next;
      const facts = module.facts.functions[next.function];
      if (facts === undefined) return ALL;
      const known = gathered.inside.get(facts);
      if (known !== undefined) {
        known.ofReceiver &&= ofReceiver;
        continue;
      }
      const isStart = gathered.inside.size === 0;
      if (gathered.inside.size > MOST || this.known.get(facts)?.touches === true) return ALL;
      const outline = outlineOf(module.facts, facts, isStart ? part : undefined);
      gathered.inside.set(facts, { module, outline, ofReceiver });
      const leads = this.leadsOf(next, facts, outline, gathered);
      if (leads === undefined) return ALL;
      pending.push(...leads);
    }
    return this.sum(gathered);
  }

  private sum({ inside, collections, methods, handsOnReceiver }: Gathered): Footprint {
    const own = new Set(inside.keys());
    if (!collections.every(({ module, variable }) => isLocal(module, variable, own))) return ALL;
    const all = [...inside.values()];
    const waits = all.some(({ outline }) => outline.waits);
    const makes = all.some(({ outline }) => outline.calls.some(({ call }) => call.construct));
    const uses = { receiver: new Uses(methods.receiver), given: new Uses(methods.given) };
    const outside = new Uses(false);
    for (const [facts, { module, outline, ofReceiver }] of inside) {
      const isOutside = (variable: VariableIndex): boolean => isShared(module, variable, own);
      if ([...outline.loads, ...outline.stores].some(isOutside)) return ALL;
      // Callbacks that run together share the variables of the function around them, and the fields of one instance.
      const isAround = (variable: VariableIndex): boolean => !isLocal(module, variable, new Set([facts]));
      if (waits && [...outline.stores].some(isAround)) return ALL;
      for (const { object, key, written } of outline.properties) {
        const { root } = object;
        if (root.kind === 'global' || root.kind === 'module' || root.kind === 'plain') continue;
        if (root.kind === 'variable') {
          const isOuter = !isLocal(module, root.variable, own);
          if (waits && written && isAround(root.variable)) return ALL;
          if (isOuter && written) return ALL;
          if (isOuter) {
            if (this.callees.isTable(module, root.variable)) continue;
            if (key === undefined) return ALL;
            outside.note(key, false);
            continue;
          }
        }
        if (root.kind === 'receiver' && written && waits && makes) return ALL;
        const side = ofReceiver && isOfReceiver(module, facts, object) ? 'receiver' : 'given';
        uses[side].note(key, written);
      }
    }
    const size = all.reduce((total, { outline }) => total + outline.size, 0);
    // What a call has returned may come from the receiver, if anything does.
    const mixes = handsOnReceiver || uses.receiver.keys.size > 0 || uses.receiver.changes;
    const receiver = mixes ? uses.receiver.with(uses.given) : uses.receiver;
    return { touches: false, receiver, given: uses.given, outside, waits, size };
  }

  /** The functions that a function calls, or hands on to be called; undefined if it may call anything. */
  private leadsOf(
    { module, ofReceiver }: Lead,
    facts: FunctionFacts,
    outline: Outline,
    gathered: Gathered,
  ): Lead[] | undefined {
    if (outline.classes.length > 0 || outline.modules.length > 0) return undefined;
    const leads: Lead[] = outline.functions.map((inner) => ({
      module,
      function: inner,
      ofReceiver: ofReceiver && module.facts.functions[inner]?.inheritsReceiver === true,
    }));
    for (const variable of outline.loads) {
      const target = this.callees.functionOf(module, variable);
      if (target !== undefined) leads.push({ ...target, ofReceiver: false });
    }
    for (const { call, callee, given } of outline.calls) {
      const found = this.callees.of(module, facts, callee, call.construct);
      if (found === undefined) return undefined;
      if (found === 'nothing') continue;
      if (given.some((path) => isOfReceiver(module, facts, path))) gathered.handsOnReceiver = true;
      if (found === 'method') {
        const side = ofReceiver && isOfReceiver(module, facts, callee) ? 'receiver' : 'given';
        gathered.methods[side] = true;
      } else if ('collection' in found) gathered.collections.push({ module, variable: found.collection });
      else {
        const isOwn =
          callee.root.kind === 'receiver' && callee.names.length <= (callee.names[0] === 'super' ? 2 : 1);
        leads.push(...found.map((target) => ({ ...target, ofReceiver: ofReceiver && isOwn })));
      }
    }
    return leads;
  }
}

function nameOf({ root, names }: Path): string {
  return names.at(-1) ?? ('name' in root ? root.name : '');
}

/** True for what is reached through the receiver, by the names in the source or by a variable that holds it. */
function isOfReceiver(module: Module, facts: FunctionFacts, { root }: Path): boolean {
  if (root.kind === 'receiver') return true;
  if (root.kind !== 'variable') return false;
  const stored = outlineOf(module.facts, facts).values.get(root.variable) ?? [];
  return stored.some((path) => path.root.kind === 'receiver');
}

/** True for a variable that is assigned more than once and belongs to none of the functions. */
function isShared(module: Module, variable: VariableIndex, functions: ReadonlySet<FunctionFacts>): boolean {
  return module.facts.variables[variable]?.reassigned === true && !isLocal(module, variable, functions);
}

function isLocal(module: Module, variable: VariableIndex, functions: ReadonlySet<FunctionFacts>): boolean {
  const scope = module.facts.variables[variable]?.scope;
  const owner = scope === undefined ? undefined : module.facts.functions[scope];
  return owner !== undefined && functions.has(owner);
}
