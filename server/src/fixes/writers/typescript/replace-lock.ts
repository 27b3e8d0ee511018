/** Makes a CombinedLock in place of a lock of a library whose calls it answers, and keeps their shape. */
import ts from '#typescript';
import { loadLibraries } from '../../../libraries/index.js';
import type { ReplaceLockRequest } from '../../../model/diagnostics.js';
import type { CallModel, ClassModel } from '../../../model/library-model.js';
import { applied, insertion, ordered, type Change } from '../edits.js';
import { CombinedLocks } from './combined-locks.js';
import { missingImport, useLockClass } from './declare.js';
import { importOf, importRemoved } from './imports.js';
import { freeName, identifiersIn, mentionedIn } from './names.js';
import { canAwait } from './place.js';
import { quoted, styleOf } from './style.js';
import { functionAround, parse, visitAll } from './syntax.js';
import { holderOf, makingAt, usesOf } from './uses.js';

/** @returns undefined where the lock is used in a way that a CombinedLock is not, or others can see it */
export function replaceLock(
  source: ts.SourceFile,
  { made, lockName }: ReplaceLockRequest,
): Change[] | undefined {
  const making = makingAt(source, made);
  const model = making && lockClass(source, making.expression);
  const holder = making && holderOf(making);
  const uses = holder && usesOf(holder);
  if (making === undefined || model === undefined || holder === undefined || uses === undefined)
    return undefined;
  const changes = uses.map((use) => changesAt(source, use, model));
  if (changes.includes(undefined)) return undefined;
  const style = styleOf(source);
  const class_ = ts.isIdentifier(making.expression) ? making.expression.text : '';
  const own: ts.Node[] = [making];
  const types: ts.Node[] = [];
  for (const { type } of holder.declarations) {
    if (type === undefined) continue;
    if (type.getText(source) !== class_) return undefined;
    types.push(type);
  }
  const isLast =
    !mentionedIn(source.statements.filter((statement) => !ts.isImportDeclaration(statement))).has(class_) ||
    mentionsOnly(source, class_, [...own, ...types]);
  const written = missingImport(source, style);
  const removal = isLast ? importRemoved(source, class_, written) : undefined;
  const lock = useLockClass(source, style);
  const all = [
    ...changes.flatMap((change) => change ?? []),
    // In the place of the only import that is no longer needed, or beside the others.
    ...(removal?.replaced === true ? [] : lock.changes),
    ...(removal?.changes ?? []),
    ...types.map((type): Change => ({
      range: { start: type.getStart(source), end: type.end },
      newText: lock.expression,
    })),
    {
      range: { start: making.getStart(source), end: making.end },
      newText: `new ${lock.expression}(${quoted(lockName, style)})`,
    },
  ];
  const after = parse(source.fileName, applied(source.text, ordered(all)));
  return new CombinedLocks(after).reenters(lockName) ? undefined : all;
}

/** What the library models say of the class that the file imports under a name. */
function lockClass(source: ts.SourceFile, expression: ts.Expression): ClassModel | undefined {
  if (!ts.isIdentifier(expression)) return undefined;
  const imported = importOf(source, expression.text);
  if (imported === undefined) return undefined;
  for (const { modules, exports, classes } of loadLibraries().models) {
    if (!modules.includes(imported.module)) continue;
    const exported = exports[imported.name];
    const found = exported !== undefined && 'class' in exported ? classes?.[exported.class] : undefined;
    if (found?.lock !== undefined) return found;
  }
  return undefined;
}

function mentionsOnly(source: ts.SourceFile, name: string, nodes: readonly ts.Node[]): boolean {
  let only = true as boolean;
  visitAll(source, (node) => {
    if (!ts.isIdentifier(node) || node.text !== name) return;
    if (ts.findAncestor(node, ts.isImportDeclaration) !== undefined) return;
    if (ts.isBindingElement(node.parent)) return;
    if (!nodes.some((outer) => outer.pos <= node.pos && node.end <= outer.end)) only = false;
  });
  return only;
}

/** What a use of the lock becomes; undefined for one that a CombinedLock does not answer. */
function changesAt(source: ts.SourceFile, use: ts.Expression, model: ClassModel): Change[] | undefined {
  const access = use.parent;
  if (!ts.isPropertyAccessExpression(access) || access.expression !== use) return undefined;
  const call = access.parent;
  if (!ts.isCallExpression(call) || call.expression !== access) return undefined;
  const method = methodOf(model, access.name.text);
  if (method?.acquires === undefined || method.acquires.try === true) return undefined;
  const name = { start: access.name.getStart(source), end: access.name.end };
  if ((method.runs ?? []).some(({ argument, locked }) => argument === 0 && locked === true)) {
    const [callback] = call.arguments;
    if (callback === undefined || call.arguments.length > 1) return undefined;
    const renamed: Change = { range: name, newText: 'request' };
    if (ts.isIdentifier(callback))
      return [renamed, insertion(callback.getStart(source), '() => '), insertion(callback.end, '()')];
    const isPlain =
      (ts.isArrowFunction(callback) || ts.isFunctionExpression(callback)) && callback.parameters.length === 0;
    return isPlain ? [renamed] : undefined;
  }
  if (call.arguments.length > 0 || method.acquires.grant !== 'callable') return undefined;
  return acquiring(source, call, name);
}

function methodOf({ methods }: ClassModel, name: string): CallModel | undefined {
  return Object.hasOwn(methods, name) ? methods[name] : undefined;
}

/** `const release = await mutex.acquire()` and `release()`, with the grant in its place. */
function acquiring(
  source: ts.SourceFile,
  call: ts.CallExpression,
  method: Change['range'],
): Change[] | undefined {
  const awaited = call.parent;
  const declaration = awaited.parent;
  if (!ts.isAwaitExpression(awaited) || !ts.isVariableDeclaration(declaration)) return undefined;
  const statement = declaration.parent.parent;
  if (!ts.isIdentifier(declaration.name) || declaration.type !== undefined) return undefined;
  if (!ts.isVariableStatement(statement)) return undefined;
  const { text } = declaration.name;
  const releases = usesOf({
    name: text,
    kind: 'variable',
    scope: statement.parent,
    declarations: [declaration],
  });
  if (releases === undefined) return undefined;
  const grant = text === 'grant' ? text : freeName('grant', identifiersIn(source));
  const changes: Change[] = [
    { range: method, newText: 'acquire' },
    { range: { start: declaration.name.getStart(source), end: declaration.name.end }, newText: grant },
  ];
  for (const use of releases) {
    const releasing = use.parent;
    if (!ts.isCallExpression(releasing) || releasing.expression !== use) return undefined;
    const outer = releasing.parent;
    if (!ts.isExpressionStatement(outer) && !ts.isAwaitExpression(outer)) return undefined;
    if (!canAwait(functionAround(releasing) ?? source)) return undefined;
    const newText = `${ts.isAwaitExpression(outer) ? '' : 'await '}${grant}.release`;
    changes.push({ range: { start: use.getStart(source), end: use.end }, newText });
  }
  return changes;
}
