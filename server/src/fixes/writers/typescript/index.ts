/** Writes fixes for TypeScript and JavaScript. */
import ts from '#typescript';
import { fileOf, type Fix, type FixRequest, type GuardRequest } from '../../../model/diagnostics.js';
import type { TextRange } from '../../../model/source.js';
import { updateAtomically } from './atomic/index.js';
import { awaitCall } from './await-call.js';
import { CombinedLocks } from './combined-locks.js';
import { useLock } from './declare.js';
import { applied, ordered, type Change } from '../edits.js';
import { chooseForm, mayStartWork, returnedChain, type Form } from './forms.js';
import { hoistLock } from './hoist-lock.js';
import { leavingOf } from './leaving.js';
import { moveReadIntoSection } from './move-read.js';
import { canAwait, findPlace, type Host } from './place.js';
import { releaseInFinally } from './release-in-finally.js';
import { replaceLock } from './replace-lock.js';
import { styleOf } from './style.js';
import { isWaitedFor } from './waiting.js';
import { isAsync, parse, parseOnce, syntaxErrors } from './syntax.js';
import { wrapExpression, wrapStatements } from './wrap.js';

/** @returns undefined where the request cannot be written rightly, or nothing is left to be done */
export function writeTypeScriptFix(request: FixRequest, text: string): Fix | undefined {
  const { title } = request;
  const file = fileOf(request);
  const source = parseOnce(file, text);
  const errors = syntaxErrors(source);
  // What speaks of a lock may stand anywhere in the file.
  const area = 'region' in request ? request.region.function : { start: 0, end: text.length };
  if (errors.some((error) => isNear(error, area, source))) return undefined;
  const changes = changesFor(source, request);
  if (changes === undefined) return undefined;
  const edits = ordered(changes);
  if (syntaxErrors(parse(file, applied(text, edits))).length > errors.length) return undefined;
  return { title, edits: edits.map((edit) => ({ file, ...edit })) };
}

function changesFor(source: ts.SourceFile, request: FixRequest): Change[] | undefined {
  switch (request.kind) {
    case 'guard-with-combined-lock':
      return guard(source, request);
    case 'update-atomically':
      return updateAtomically(source, request);
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

/** Whether an error may have misled the parser about the function, or about what the module starts with. */
function isNear(error: TextRange, region: TextRange, source: ts.SourceFile): boolean {
  const touches = error.start <= region.end && region.start <= error.end;
  const imports = source.statements.findLast((statement) => ts.isImportDeclaration(statement));
  return touches || error.start <= (imports?.end ?? 0);
}

/**
 * Holds a CombinedLock from the read to the write.
 * @returns undefined where that cannot be written rightly: the function cannot wait, the lock is held there already, or
 *   the two ends have no statements in common
 */
function guard(source: ts.SourceFile, { region, lockName }: GuardRequest): Change[] | undefined {
  const place = findPlace(source, region);
  if (place === undefined) return undefined;
  const locks = new CombinedLocks(source);
  const style = styleOf(source);
  const innermost = place.kind === 'expression' ? place.expression : place.list[place.first];
  if (innermost === undefined || locks.isHeldAt(innermost)) return undefined;
  if (!isWaitedFor(source, region, place)) return undefined;
  const use = (): ReturnType<typeof useLock> => useLock(source, locks, lockName, style);

  if (place.kind === 'expression') {
    const { expression, host } = place;
    const chain = returnedChain(expression, host);
    if (!chain && !canAwait(host)) return undefined;
    if (locks.wouldReenter(lockName, [expression], host)) return undefined;
    const lock = use();
    return [...lock.changes, ...wrapExpression(source, expression, lock.expression, !chain)];
  }

  const { list, first, last, host } = place;
  const only = first === last ? list[first] : undefined;
  if (only !== undefined && ts.isReturnStatement(only) && only.expression !== undefined) {
    const returned = only.expression;
    if (returnedChain(returned, host)) {
      if (locks.wouldReenter(lockName, [returned], host)) return undefined;
      const lock = use();
      return [...lock.changes, ...wrapExpression(source, returned, lock.expression, false)];
    }
  }
  const waits = canAwait(host);
  if (!waits && !canBlock(host)) return undefined;
  const moved = waits ? moveReadIntoSection(source, place, region.to, locks, style) : undefined;
  if (moved !== undefined) return moved;
  const chosen = chooseForm(source, place);
  const form = waits ? chosen : chosen && withoutPromises(chosen);
  if (form === undefined || locks.wouldReenter(lockName, form.statements, host)) return undefined;
  if (ts.isSourceFile(host) && form.statements.some(isImportOrExport)) return undefined;
  const lock = use();
  return [...lock.changes, ...wrapStatements(source, place, form, lock.expression, style, waits)];
}

/**
 * Whether a function's thread may wait for the lock: what such a function does is done when it returns, so that only other threads and
 * processes come in between, whom a lock that is waited for with `await` would make its callers wait for, too.
 */
function canBlock(host: Host): boolean {
  if (ts.isSourceFile(host) || isAsync(host)) return false;
  return !('asteriskToken' in host) || host.asteriskToken === undefined;
}

/** A callback whose promise would outlive the lock is none for `requestSync`. */
function withoutPromises(form: Form): Form {
  if (form.kind !== 'return-request') return form;
  const { returns } = leavingOf(form.statements);
  const isPlain = returns.every(({ expression }) => expression === undefined || !mayStartWork(expression));
  return isPlain ? form : { kind: 'acquire', statements: form.statements, awaited: [] };
}

function isImportOrExport(statement: ts.Statement): boolean {
  return (
    ts.isImportDeclaration(statement) ||
    ts.isImportEqualsDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isExportAssignment(statement) ||
    (ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
  );
}
