/** Functions among the arguments of a call that a library runs. */
import type { Overlap } from '../model/findings.js';
import type { RunModel } from '../model/library-model.js';
import { isLost, isWork, startUnawaited } from './awaits.js';
import { runApart, runCallback, type CallSite, type Result } from './calls.js';
import { placeIn } from './frame.js';
import { overlapsOfStart } from './beside.js';
import { instanceValue } from './effects.js';
import { classMember } from './members.js';
import { publish } from './publish.js';
import { isGiven, isOneAtATime, propertyAt, valueAt, type Applied } from './references.js';
import type { State } from './state.js';
import { functionFacts, originsOf, unknown, type Value } from './values.js';

export function runArgument(
  site: CallSite,
  state: State,
  run: RunModel,
  applied: Applied,
  result: Value,
): Result {
  if (typeof run.argument === 'string' && run.argument.includes('*')) {
    return runEach(site, state, run, applied, result);
  }
  return runWork(site, state, run, applied, result, workOf(site, run, applied));
}

/** Runs every function that a path with `*` leads to. */
function runEach(site: CallSite, state: State, run: RunModel, applied: Applied, result: Value): Result {
  const [start = '', ...names] = String(run.argument).split('.');
  let values = [valueAt(site, start, applied.receiver)];
  for (const name of names) {
    values = values.flatMap((value) => {
      if (name !== '*') return [value && propertyAt(value, name)];
      return value?.shape.kind === 'object' ? [...value.shape.object.fields.values()] : [];
    });
  }
  let current = state;
  for (const value of values) {
    if (value?.shape.kind === 'function')
      ({ state: current } = runWork(site, current, run, applied, result, value));
  }
  return { state: current, value: result };
}

function runWork(
  site: CallSite,
  state: State,
  run: RunModel,
  applied: Applied,
  result: Value,
  callback: Value | undefined,
): Result {
  const { analysis, frame, operation } = site;
  const nothing: Result = { state, value: result };
  if (callback === undefined) return nothing;
  // What an imported module has set going is told where it is the root.
  if (analysis.isImporting && run.when !== 'now' && run.when !== 'each') return nothing;
  const parameters = parametersOf(site, run, applied);
  const place = placeIn(site.frame, operation.range);
  // Who registers a function does not start it: several that are registered one after another start nothing together.
  const called: CallSite = { ...site, operation: { ...operation, awaited: true } };
  switch (run.when) {
    case 'now':
      return runCallback(site, state, callback, parameters);
    case 'later':
      runApart(analysis, state, { overlaps: [] }, (apart) => {
        apart.held.clear();
        return handedOut(runCallback(called, apart, callback, parameters));
      });
      return nothing;
    case 'each': {
      const { receiver } = applied;
      const element: Value =
        receiver?.shape.kind === 'record'
          ? receiver
          : {
              shape: { kind: 'unknown', id: analysis.freshId(), label: 'element', each: analysis.depth + 1 },
              origins: originsOf(receiver === undefined ? [] : [receiver]),
            };
      const overlaps: Overlap[] = [
        {
          dimension: 'tasks',
          strength: 'shown',
          text: `the calls that ${operation.text} starts together`,
          place,
        },
      ];
      const serial = run.permits !== undefined && isOneAtATime(site, run.permits, applied.receiver);
      const each = runApart(analysis, state, { overlaps: serial ? [] : overlaps }, (apart) => {
        // Each call goes on with its own row of what was read for all of them.
        for (const [id, read] of state.reads) if (read.cell.kind === 'row') apart.reads.set(id, read);
        const works = callback.shape.kind === 'function' && isWork(analysis, callback.shape);
        if (works && (run.returned !== true || isLost(site)))
          startUnawaited(site, apart, state.held.values());
        return handedOut(runCallback(site, apart, callback, [element]));
      });
      return { state, value: { ...result, origins: originsOf([result, each.value]) } };
    }
    case 'beside': {
      const serial = run.permits !== undefined && isOneAtATime(site, run.permits, applied.receiver);
      const { dimension = 'tasks', several = false } = run;
      const overlaps = serial ? [] : overlapsOfStart({ site, work: callback, dimension, several });
      runApart(analysis, state, { overlaps }, (apart) => {
        apart.held.clear();
        return handedOut(runCallback(site, apart, callback, parameters));
      });
      return nothing;
    }
    case 'handler':
    case 'timer': {
      const own = isSerial(site, run, applied) ? [] : handlerOverlaps(site, run, callback, applied);
      const overlaps: Overlap[] = [...own, ...analysis.deployed()];
      const handle = (from: State): void => {
        runApart(analysis, from, { overlaps }, (apart) => {
          apart.held.clear();
          return handedOut(runCallback(called, apart, callback, parameters));
        });
      };
      // By the time that it is called, what stands below in the file is there, too.
      if (frame.facts.kind === 'module') analysis.handlers.push(handle);
      else handle(state);
      return nothing;
    }
  }
}

/** True when a handler is called again only when it is done. */
function isSerial(
  site: CallSite,
  { permits, alone = [], limited }: RunModel,
  { receiver }: Applied,
): boolean {
  if (permits !== undefined && isOneAtATime(site, permits, receiver)) return true;
  if (alone.some((reference) => isGiven(valueAt(site, reference, receiver)))) return true;
  return limited === true && receiver?.shape.kind === 'instance' && receiver.shape.instance.limit === 1;
}

/** What the function is called with. */
function parametersOf(
  site: CallSite,
  { argument, parameters }: RunModel,
  applied: Applied,
): readonly Value[] {
  if (parameters === undefined) return [];
  if (parameters === 'arguments') return site.arguments;
  if (parameters === 'rest') return site.arguments.slice(typeof argument === 'number' ? argument + 1 : 0);
  if ('elements' in parameters) return elementsOf(valueAt(site, parameters.elements, applied.receiver));
  return parameters.map((className): Value => {
    const made = className === null ? undefined : instanceValue(site, applied.model, className);
    return made ?? unknown(site.analysis.freshId(), 'argument');
  });
}

/** The function that is run: an argument, or a method of the receiver that its own class may have overridden. */
function workOf(site: CallSite, run: RunModel, { receiver }: Applied): Value | undefined {
  const value = valueAt(site, run.argument, receiver);
  if (value !== undefined || typeof run.argument !== 'string' || receiver?.shape.kind !== 'object')
    return value;
  const [start, name] = run.argument.split('.');
  const owner = receiver.shape.object.class;
  if (start !== 'receiver' || name === undefined || owner === undefined) return undefined;
  return classMember(site.analysis, owner, name, receiver);
}

/** The elements of a list that is written out. */
function elementsOf(list: Value | undefined): Value[] {
  if (list?.shape.kind !== 'object') return [];
  const elements: Value[] = [];
  for (let index = 0; ; index++) {
    const element = list.shape.object.fields.get(String(index));
    if (element === undefined) return elements;
    elements.push(element);
  }
}

/** Along which dimensions runs of a handler overlap by themselves, and why. */
function handlerOverlaps(site: CallSite, run: RunModel, handler: Value, { likely }: Applied): Overlap[] {
  const { analysis, frame, operation } = site;
  const place = placeIn(frame, operation.range);
  const facts = handler.shape.kind === 'function' ? functionFacts(handler.shape) : undefined;
  const along = run.along?.[facts?.async === true ? 'async' : 'sync'] ?? ['tasks'];
  const text = run.text ?? `calls of the function given to ${operation.text}`;
  const strength = likely === true ? 'usual' : 'shown';
  const overlaps = along.map((dimension): Overlap => ({ dimension, strength, text, place }));
  const { usually } = run;
  if (usually === undefined || analysis.hasEvidence(['threads', 'processes'])) return overlaps;
  const usual = usually.along.map((dimension): Overlap => ({
    dimension,
    strength: 'usual',
    text: usually.text,
    place,
  }));
  return [...overlaps, ...usual];
}

/** What a callback returns is the library's. */
function handedOut(result: Result): Result {
  publish(result.state, result.value);
  return result;
}
