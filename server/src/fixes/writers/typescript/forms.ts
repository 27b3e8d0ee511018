/** Chooses the form in which a place takes a lock. */
import ts from '#typescript';
import { canMoveIntoArrow, referencesIn, sharedWrites } from './closures.js';
import { leavingOf } from './leaving.js';
import { boundNames, declaredBy, intersects, isConst, isUsing, mentionedIn } from './names.js';
import { bodyOf, type Stretch } from './place.js';
import { isAssignment, isAsync, unwrap, visitOwn } from './syntax.js';

export type Form =
  /** `await lock.request(async () => { … });` */
  | { readonly kind: 'request'; readonly statements: readonly ts.Statement[] }
  /** `return lock.request(async () => { … });` */
  | { readonly kind: 'return-request'; readonly statements: readonly ts.Statement[] }
  /** `const names = await lock.request(async () => { …; return names; });` */
  | {
      readonly kind: 'value-request';
      readonly statements: readonly ts.Statement[];
      readonly names: readonly string[];
    }
  /** `const grant = await lock.acquire(); try { … } finally { await grant.release(); }` */
  | {
      readonly kind: 'acquire';
      readonly statements: readonly ts.Statement[];
      /** Returned promises that must be settled before the lock is freed. */
      readonly awaited: readonly ts.Expression[];
    };

/** More names than this handed out of a section are harder to read than a longer section. */
const MAXIMUM_NAMES = 3;

/** @returns undefined when the statements cannot be taken out of what is around them */
export function chooseForm(source: ts.SourceFile, stretch: Stretch): Form | undefined {
  const { list, first, host, holder } = stretch;
  const core = withReadsOfOwnWrites(source, stretch, list.slice(first, endOf(stretch)));
  const { blockScoped } = declaredBy(core);
  const before = list.slice(0, first);
  if (intersects(blockScoped.keys(), mentionedIn(before))) return undefined;
  if (isUsedInOtherClauses(holder, blockScoped)) return undefined;
  const rest = list.slice(first + core.length);
  const later = mentionedIn(rest);
  const names = [...blockScoped.keys()].filter((name) => later.has(name));
  if (names.length > 0) {
    const handed = valueForm(source, stretch, core, names, rest);
    if (handed !== undefined) return handed;
    // The names of a module are everybody's.
    if (ts.isSourceFile(host)) return undefined;
  }
  const statements = extended(core, rest);
  return returningForm(source, stretch, statements) ?? plainForm(source, stretch, statements);
}

/** The end of the statements to be wrapped: what is declared by `using` is to be kept to the end of its block. */
function endOf({ list, first, last }: Stretch): number {
  return list.slice(first, last + 1).some(isUsing) ? list.length : last + 1;
}

/**
 * Adds the statements that read back what the section has written, up to the next interleaving point: behind the
 * release, they would read what others have written since.
 */
function withReadsOfOwnWrites(
  source: ts.SourceFile,
  { list, first, host }: Stretch,
  core: readonly ts.Statement[],
): readonly ts.Statement[] {
  if (ts.isSourceFile(host)) return core;
  const writes = sharedWrites(source, core, host);
  let end = core.length;
  for (const [index, statement] of list.slice(first).entries()) {
    if (index < core.length) continue;
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || waits(statement)) break;
    if (intersects(writes, referencesIn([statement], source))) end = index + 1;
  }
  return list.slice(first, first + end);
}

function waits(statement: ts.Statement): boolean {
  let found = false;
  visitOwn(statement, (node) => {
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined))
      found = true;
  });
  return found;
}

function isUsedInOtherClauses(holder: ts.Node, names: ReadonlyMap<string, unknown>): boolean {
  if (!ts.isCaseOrDefaultClause(holder)) return false;
  const others = holder.parent.clauses.filter((clause) => clause !== holder);
  return intersects(names.keys(), mentionedIn(others));
}

/** The statements with those after them that need what they declare, and all between. */
function extended(core: readonly ts.Statement[], rest: readonly ts.Statement[]): ts.Statement[] {
  let statements = [...core];
  for (;;) {
    const { blockScoped } = declaredBy(statements);
    const remaining = rest.slice(statements.length - core.length);
    const needing = remaining.findLastIndex((statement) =>
      intersects(blockScoped.keys(), mentionedIn([statement])),
    );
    if (needing === -1) return statements;
    statements = [...statements, ...remaining.slice(0, needing + 1)];
  }
}

/** A section that decides what its function returns reads best with the end of the function in it, if that does no work. */
function returningForm(
  source: ts.SourceFile,
  { list, first, host, holder }: Stretch,
  statements: readonly ts.Statement[],
): Form | undefined {
  if (leavingOf(statements).returns.length === 0 || bodyOf(host) !== holder) return undefined;
  if (doesWork(list.slice(first + statements.length))) return undefined;
  const all = list.slice(first);
  const { returns, jumps, yields } = leavingOf(all);
  if (jumps || yields || !canMoveIntoArrow(source, all, host)) return undefined;
  const returnsValues = returns.some(({ expression }) => expression !== undefined);
  return { kind: returnsValues ? 'return-request' : 'request', statements: all };
}

function plainForm(source: ts.SourceFile, stretch: Stretch, statements: readonly ts.Statement[]): Form {
  const { returns, jumps, yields } = leavingOf(statements);
  const leaves = jumps || yields || returns.length > 0;
  if (!leaves && canMoveIntoArrow(source, statements, stretch.host)) return { kind: 'request', statements };
  const awaited = returns.flatMap(({ expression }) =>
    expression !== undefined && mayStartWork(expression) ? [expression] : [],
  );
  return { kind: 'acquire', statements, awaited };
}

function valueForm(
  source: ts.SourceFile,
  { host }: Stretch,
  core: readonly ts.Statement[],
  names: readonly string[],
  rest: readonly ts.Statement[],
): Form | undefined {
  const { returns, jumps, yields } = leavingOf(core);
  if (returns.length > 0 || jumps || yields || names.length > MAXIMUM_NAMES) return undefined;
  const needing = rest.slice(0, extended(core, rest).length - core.length);
  if (!ts.isSourceFile(host) && !doesWork(needing)) return undefined;
  const constants = new Set(
    core.flatMap((statement) =>
      ts.isVariableStatement(statement) && isConst(statement) && !isUsing(statement)
        ? statement.declarationList.declarations.flatMap(({ name }) => boundNames(name))
        : [],
    ),
  );
  if (!names.every((name) => constants.has(name))) return undefined;
  return canMoveIntoArrow(source, core, host)
    ? { kind: 'value-request', statements: core, names }
    : undefined;
}

/** Whether statements call anything: they are then better left out of the section. */
export function doesWork(statements: readonly ts.Statement[]): boolean {
  let works = false;
  for (const statement of statements) {
    visitOwn(statement, (node) => {
      if (
        ts.isCallExpression(node) ||
        ts.isNewExpression(node) ||
        ts.isAwaitExpression(node) ||
        ts.isTaggedTemplateExpression(node)
      ) {
        works = true;
      }
    });
  }
  return works;
}

/** Whether a returned value may be the promise of work that the returning starts. */
export function mayStartWork(expression: ts.Expression): boolean {
  const inner = unwrap(expression);
  if (ts.isCallExpression(inner) || ts.isNewExpression(inner) || ts.isTaggedTemplateExpression(inner))
    return true;
  if (ts.isConditionalExpression(inner)) return mayStartWork(inner.whenTrue) || mayStartWork(inner.whenFalse);
  if (ts.isBinaryExpression(inner)) {
    const { kind } = inner.operatorToken;
    const passesOn =
      kind === ts.SyntaxKind.BarBarToken ||
      kind === ts.SyntaxKind.AmpersandAmpersandToken ||
      kind === ts.SyntaxKind.QuestionQuestionToken ||
      kind === ts.SyntaxKind.CommaToken ||
      isAssignment(inner.operatorToken);
    return passesOn && (mayStartWork(inner.left) || mayStartWork(inner.right));
  }
  return ts.isIdentifier(inner) && startedBy(inner);
}

/** Whether a variable holds what a call returned that nobody has awaited yet. */
function startedBy(identifier: ts.Identifier): boolean {
  const host = ts.findAncestor(identifier, ts.isFunctionLike);
  if (host === undefined) return false;
  let starts = false;
  visitOwnOf(host, (node) => {
    if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name) || node.name.text !== identifier.text)
      return;
    if (node.initializer !== undefined && mayStartWork(node.initializer)) starts = true;
  });
  return starts;
}

function visitOwnOf(host: ts.SignatureDeclaration, visit: (node: ts.Node) => void): void {
  const body = bodyOf(host);
  if (body !== undefined) visitOwn(body, visit);
}

/** The chain of promises that a function which is not async returns as a whole: `return store.get().then(…);` */
export function returnedChain(expression: ts.Expression | undefined, host: ts.Node): boolean {
  const generator = 'asteriskToken' in host && host.asteriskToken !== undefined;
  if (expression === undefined || isAsync(host) || generator) return false;
  const call = unwrap(expression);
  return (
    ts.isCallExpression(call) &&
    ts.isPropertyAccessExpression(call.expression) &&
    /^(then|catch|finally)$/.test(call.expression.name.text)
  );
}
