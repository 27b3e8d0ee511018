/** Functions among the arguments of a call that a library runs. */
import type { Overlap } from '../model/findings.js';
import type { RunModel } from '../model/library-model.js';
import { isLost, isWork, startUnawaited } from './awaits.js';
import { runApart, runCallback, type CallSite, type Result } from './calls.js';
import { placeIn } from './frame.js';
import { instanceValue } from './effects.js';
import { publish } from './publish.js';
import { isOneAtATime, valueAt, type Applied } from './references.js';
import type { State } from './state.js';
import { functionFacts, originsOf, unknown, type Value } from './values.js';

export function runArgument(
  site: CallSite,
  state: State,
  run: RunModel,
  applied: Applied,
  result: Value,
): Result {
  const { analysis, frame, operation } = site;
  const callback = valueAt(site, run.argument, applied.receiver);
  const nothing: Result = { state, value: result };
  if (callback === undefined) return nothing;
  // What an imported module has set going is told where it is the root.
  if (analysis.isImporting && run.when !== 'now' && run.when !== 'each') return nothing;
  const parameters =
    run.parameters === 'arguments'
      ? site.arguments
      : (run.parameters ?? []).map((className): Value => {
          const made = className === null ? undefined : instanceValue(site, applied.model, className);
          return made ?? unknown(analysis.freshId(), 'argument');
        });
  const place = placeIn(site.frame, operation.range);
  switch (run.when) {
    case 'now':
      return runCallback(site, state, callback, parameters);
    case 'later':
      runApart(analysis, state, { overlaps: [] }, (apart) => {
        apart.held.clear();
        return handedOut(runCallback(site, apart, callback, parameters));
      });
      return nothing;
    case 'each': {
      const { receiver } = applied;
      const element =
        receiver?.shape.kind === 'record'
          ? receiver
          : unknown(analysis.freshId(), 'element', originsOf(receiver === undefined ? [] : [receiver]));
      const overlaps: Overlap[] = [
        {
          dimension: 'tasks',
          strength: 'shown',
          text: `the calls that ${operation.text} starts together`,
          place,
        },
      ];
      const isSerial = run.permits !== undefined && isOneAtATime(site, run.permits, applied.receiver);
      const each = runApart(analysis, state, { overlaps: isSerial ? [] : overlaps }, (apart) => {
        // Each call goes on with its own row of what was read for all of them.
        for (const [id, read] of state.reads) if (read.cell.kind === 'row') apart.reads.set(id, read);
        const works = callback.shape.kind === 'function' && isWork(callback.shape);
        if (works && (run.returned !== true || isLost(site)))
          startUnawaited(site, apart, state.held.values());
        return handedOut(runCallback(site, apart, callback, [element]));
      });
      return { state, value: { ...result, origins: originsOf([result, each.value]) } };
    }
    case 'handler':
    case 'timer': {
      const isSerial = run.permits !== undefined && isOneAtATime(site, run.permits, applied.receiver);
      const own = isSerial ? [] : handlerOverlaps(site, run, callback, applied);
      const overlaps: Overlap[] = [...own, ...analysis.deployed()];
      const handle = (from: State): void => {
        runApart(analysis, from, { overlaps }, (apart) => {
          apart.held.clear();
          return handedOut(runCallback(site, apart, callback, parameters));
        });
      };
      // By the time that it is called, what stands below in the file is there, too.
      if (frame.facts.kind === 'module') analysis.handlers.push(handle);
      else handle(state);
      return nothing;
    }
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
