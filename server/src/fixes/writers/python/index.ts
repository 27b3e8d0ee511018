/** Writes fixes for Python. */
import type { AtomicRequest, Fix, FixRequest } from '../../../model/diagnostics.js';
import { fileOf } from '../../../model/diagnostics.js';
import { applied, ordered, type Change } from '../edits.js';
import { updateAtomically } from './atomic.js';
import { computeInStore } from './column-expressions.js';
import { awaitCall } from './await-call.js';
import { guard } from './guard.js';
import { hoistLock } from './hoist-lock.js';
import { releaseInFinally } from './release-in-finally.js';
import { replaceLock } from './replace-lock.js';
import { addInPlace } from './sums-in-place.js';
import { parse, syntaxErrors, type Source } from './syntax.js';

export { loadParser } from '../../../syntax/python/parser.js';

/** @returns undefined where the request cannot be written rightly, or nothing is left to be done */
export function writePythonFix(request: FixRequest, text: string): Fix | undefined {
  const file = fileOf(request);
  const source = parse(file, text);
  // Below an error the parser may have taken one suite for another, and what moves would move wrongly.
  if (syntaxErrors(source).length > 0) return undefined;
  const changes = changesFor(source, request);
  if (changes === undefined) return undefined;
  const edits = ordered(changes);
  if (syntaxErrors(parse(file, applied(text, edits))).length > 0) return undefined;
  return { title: request.title, edits: edits.map((edit) => ({ file, ...edit })) };
}

/** In the form that the store has for it. */
function inOneStep(source: Source, request: AtomicRequest): Change[] | undefined {
  switch (request.form.kind) {
    case 'call':
      return updateAtomically(source, request);
    case 'expression':
      return computeInStore(source, request);
    case 'operator':
    case 'sql':
      return addInPlace(source, request);
  }
}

function changesFor(source: Source, request: FixRequest): Change[] | undefined {
  switch (request.kind) {
    case 'guard-with-combined-lock':
      return guard(source, request);
    case 'update-atomically':
      return inOneStep(source, request);
    case 'await-call':
      return awaitCall(source, request);
    case 'replace-lock':
      return replaceLock(source, request);
    case 'hoist-lock':
      return hoistLock(source, request);
    case 'release-in-finally':
      return releaseInFinally(source, request);
  }
}
