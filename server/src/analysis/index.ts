import type { FileFacts, FunctionFacts } from '../model/facts.js';
import type { Finding, Overlap, Update } from '../model/findings.js';
import type { Place } from '../model/source.js';
import { Analysis, BudgetExceeded, type AnalysisContext, type OverlapContext } from './analysis.js';
import { initialize } from './calls.js';
import { settle } from './candidates.js';
import { Conditions } from './conditions.js';
import { callerOfExport, callerOfMethod, type EntryCaller } from './entry-callers.js';
import { runBody } from './execute.js';
import { placeIn, type Frame } from './frame.js';
import { isIdle } from './idle-calls.js';
import { tableModelOf } from './inheritance.js';
import { classMember } from './members.js';
import { runModuleBody } from './module-body.js';
import { publish } from './publish.js';
import { rowStandIn } from './row-effects.js';
import { leaveFrame } from './sections.js';
import { shareParts } from './stand-ins.js';
import type { State } from './state.js';
import { updates } from './updates.js';
import {
  classFacts,
  functionFacts,
  keyOfFunction,
  isSameClass,
  valueOf,
  type AbstractObject,
  type ProjectClass,
  type Shape,
  type Value,
} from './values.js';

export type { AnalysisContext } from './analysis.js';
export { ALONE, type Program } from './program.js';

/** What the analysis of a file came to. */
export interface Analysed {
  /** Wherever they stand: a function of another file may do with what this one hands it what it should not. */
  readonly findings: readonly Finding[];
  /** The files that were looked into, this one among them: what is found depends on them. */
  readonly files: readonly string[];
  /** Keys of the functions that were called and followed, with no lock out of sight that may be held. */
  readonly entered: ReadonlySet<string>;
}

/** Analyses the entry points of one file, and what they call in others. */
export function analyse(facts: FileFacts, context: AnalysisContext): Analysed {
  const analysis = followed(facts, context);
  return { findings: settle(analysis), files: analysis.files, entered: analysis.entered };
}

/** All updates of shared state that the entry points of one file make, guarded or not. */
export function updatesOf(facts: FileFacts, context: AnalysisContext): Update[] {
  return updates(followed(facts, context));
}

function followed(facts: FileFacts, context: AnalysisContext): Analysis {
  const analysis = new Analysis(facts, context);
  const script: OverlapContext = { overlaps: analysis.deployed({ ofProgram: true }) };
  analysis.within(script, () => {
    const loaded = runModuleBody(analysis, analysis.root);
    loaded.held.clear();
    loaded.reads.clear();
    loaded.tested.clear();
    for (const handle of analysis.handlers) {
      bounded(analysis, () => {
        handle(loaded);
      });
    }
    runEntryPoints(analysis, loaded);
  });
  return analysis;
}

/** Runs one root; if it is too much to look at, what was found so far stands and the rest stays unsaid. */
function bounded<T>(analysis: Analysis, run: () => T): T | undefined {
  analysis.refill();
  try {
    return run();
  } catch (error) {
    if (error instanceof BudgetExceeded) return undefined;
    throw error;
  }
}

/** What other code calls: exported functions, and the methods of exported classes and of instances that live on. */
function runEntryPoints(analysis: Analysis, loaded: State): void {
  const { facts, frame } = analysis.root;
  facts.functions.forEach((fn, index) => {
    if (!fn.exported || fn.class !== undefined) return;
    const plain = { kind: 'function', function: index, frame } as const;
    const callee = fn.decorated === true ? decorated(analysis, loaded, fn) : plain;
    if (callee !== undefined) runEntryPoint(analysis, loaded, callee, fn.name, callerOfExport(analysis, fn));
  });
  facts.classes.forEach((classFacts, index) => {
    const own: ProjectClass = { class: index, frame };
    const instances = analysis.longLived.filter((object) => isSameClass(object.class, own));
    const exposed = classFacts.exported || instances.some((object) => isExported(analysis, object));
    if (!exposed) return;
    const state = loaded.copy();
    const isTable = tableModelOf(analysis, own) !== undefined;
    const receivers: Value[] =
      instances.length > 0 && !isTable
        ? instances.map((object) => valueOf({ kind: 'object', object }))
        : [isTable ? valueOf({ kind: 'class', ...own }) : standIn(analysis, state, own)];
    const itself: Value = valueOf({ kind: 'class', ...own });
    for (const method of classFacts.methods) {
      const fn = facts.functions[method.function];
      // What a setter is given is written as it is: the assignments that call it are looked at where they stand.
      if (fn === undefined || method.private || method.kind === 'setter') continue;
      for (const receiver of method.static ? [itself] : receivers) {
        const plain = { kind: 'function', function: method.function, frame, receiver } as const;
        const callee = fn.decorated === true ? memberOf(analysis, own, method.name, receiver) : plain;
        const caller = callerOfMethod(analysis, frame, classFacts, method);
        if (caller?.once === true) continue;
        const made = !method.static && (isTable || caller?.own === true) ? own : undefined;
        if (callee !== undefined) runEntryPoint(analysis, state, callee, fn.name, caller, made);
      }
    }
  });
}

type Callee = Shape & { kind: 'function' };

function asCallee(value: Value | undefined): Callee | undefined {
  return value?.shape.kind === 'function' ? value.shape : undefined;
}

/** What decorators have made of an exported function, if it can be followed. */
function decorated(analysis: Analysis, loaded: State, { name }: FunctionFacts): Callee | undefined {
  const { facts, frame } = analysis.root;
  const variable = facts.variables.findIndex((candidate) => candidate.scope === 0 && candidate.name === name);
  return asCallee(loaded.variables.get(frame, variable));
}

function memberOf(
  analysis: Analysis,
  owner: ProjectClass,
  name: string,
  receiver: Value,
): Callee | undefined {
  return asCallee(classMember(analysis, owner, name, receiver));
}

/** True when a variable of the module that others import holds the object. */
function isExported(analysis: Analysis, object: AbstractObject): boolean {
  return analysis.root.facts.variables.some(
    (variable) => variable.exported && variable.name === object.variable,
  );
}

/** An instance that some caller makes: whether it lives on and is shared, nothing here says. */
function standIn(analysis: Analysis, state: State, made: ProjectClass, depth = 0): Value {
  const facts = classFacts(made);
  const managed = (facts?.decorators.length ?? 0) > 0;
  const object: AbstractObject = {
    id: `instance of class ${String(made.class)}`,
    label: analysis.traits.receiver,
    class: made,
    depth,
    sharing: managed ? 'usual' : 'likely',
    fields: new Map(),
  };
  const instance = valueOf({ kind: 'object', object });
  const range = facts?.nameRange ?? { start: 0, end: 0 };
  bounded(analysis, () => {
    const site = {
      analysis,
      frame: made.frame,
      named: new Map<string, Value>(),
      arguments: [],
      operation: {
        kind: 'call',
        into: -1,
        target: { kind: 'value', callee: -1 },
        arguments: [],
        construct: true,
        awaited: true,
        returned: false,
        text: facts?.name ?? '',
        range,
      },
    } as const;
    initialize(site, state, made, instance);
    shareParts(instance);
  });
  return instance;
}

/** What a framework does with the tasks of one process is shown; along how many hosts it runs them is only usual. */
function overlapsOfCaller(
  analysis: Analysis,
  { along, text, usually }: EntryCaller,
  place: Place,
): Overlap[] {
  const own = along.map((dimension): Overlap => {
    const strength = dimension === 'tasks' ? 'shown' : 'usual';
    return { dimension, strength, text, place };
  });
  if (usually === undefined || analysis.hasEvidence(['threads', 'processes'])) return own;
  const usual = usually.along.map((dimension): Overlap => ({
    dimension,
    strength: 'usual',
    text: usually.text,
    place,
  }));
  return [...own, ...usual];
}

/** Names of functions that programs call once, when they start or are looked after, and of which nothing else is known. */
const RUNS_ONCE =
  /^_?(?:init|initiali[sz]e|set_?up|configure|main|boot(?:strap)?|start_?up|shut_?down|tear_?down|upgrade|downgrade|migrate)(?=$|_|[A-Z])/;

/**
 * @param caller who calls it, where a library model says so
 * @param made the class that each call has an instance of its own of
 */
function runEntryPoint(
  analysis: Analysis,
  loaded: State,
  callee: Callee,
  name: string,
  caller: EntryCaller | undefined,
  made?: ProjectClass,
): void {
  const facts = functionFacts(callee);
  if (facts === undefined) return;
  const { frame: outer, function: index, receiver } = callee;
  if (isIdle(analysis, callee, receiver !== undefined)) return;
  const place = placeIn(outer, facts.nameRange);
  const ofTasks = facts.async || analysis.traits.alwaysTasks;
  const tasks: Overlap = {
    dimension: 'tasks',
    strength: 'usual',
    text: `calls of ${name} that overlap`,
    place,
  };
  const own = caller === undefined ? (ofTasks ? [tasks] : []) : overlapsOfCaller(analysis, caller, place);
  const isOfStart = caller === undefined && RUNS_ONCE.test(name.split('.').at(-1) ?? name);
  const overlaps: Overlap[] = [
    ...own,
    ...analysis
      .deployed()
      .map((overlap) => (isOfStart ? { ...overlap, strength: 'likely' as const } : overlap)),
  ];
  analysis.entry = { key: keyOfFunction(callee), name: facts.name.split('.').at(-1) ?? facts.name };
  analysis.expects = !facts.async;
  analysis.within({ overlaps }, () => {
    let frame: Frame = {
      id: `entry ${outer.id}:${String(index)}${receiver?.shape.kind === 'object' ? ` ${receiver.shape.object.id}` : ''}`,
      module: outer.module,
      facts,
      outer,
      awaited: true,
      depth: analysis.depth,
      temporaries: new Map(),
      followed: new Set(),
      ...(receiver !== undefined && { receiver }),
    };
    const state = loaded.copy();
    state.conditions = new Conditions();
    if (made !== undefined) {
      const own = rowStandIn(analysis, state, frame, made, analysis.traits.receiver);
      frame = { ...frame, receiver: own ?? standIn(analysis, state, made, analysis.depth) };
    }
    const [parameter] = facts.parameters;
    if (callee.first !== undefined && parameter !== undefined)
      state.variables.set(frame, parameter.variable, callee.first);
    const end = bounded(analysis, () => runBody(analysis, frame, state));
    if (end !== undefined) leaveFrame(analysis, frame);
    if (end !== undefined) publish(end.state, end.value);
    // What is still held when the function is left is held while others run.
    for (const { handle } of end?.state.held.values() ?? []) if (handle !== undefined) handle.crossed = true;
  });
}
