/** Has the store do in one step what reads, adds and writes: no lock is needed, whatever interleaves. */
import ts from '#typescript';
import type { AtomicRequest } from '../../../../model/diagnostics.js';
import type { AtomicForm } from '../../../../model/findings.js';
import { insertion, type Change } from '../../edits.js';
import { isFirstOnLine, isLastOnLine, lineStart, nextLine } from '../../lines.js';
import { importOf, importRemoved } from '../imports.js';
import { intersects, mentionedIn } from '../names.js';
import { styleOf } from '../style.js';
import { functionAround, visitAll } from '../syntax.js';
import { usesOf } from '../uses.js';
import { withLeadingComments } from '../wrap.js';
import { columnValue, type Written } from './columns.js';
import { addingCall, type Adding } from './calls.js';
import { sqlValue } from './sql.js';
import { callAt, sumOf, type Step, type Sum } from './sums.js';

/** @returns undefined where what is written is no such sum, or what was read decides more than that */
export function updateAtomically(
  source: ts.SourceFile,
  { region, form }: AtomicRequest,
): Change[] | undefined {
  const reading = callAt(source, region.from);
  const writing = callAt(source, region.to);
  if (reading === undefined || writing === undefined) return undefined;
  if (functionAround(reading) !== functionAround(writing)) return undefined;
  const written = writtenValue(writing, form);
  if (written === undefined) return undefined;
  const sum = sumOf(written.value, { reading, column: form.column });
  if (sum === undefined) return undefined;
  // `n + n` is no sum with something else.
  if (
    intersects(
      sum.steps.map(({ name }) => name.text),
      mentionedIn([sum.amount]),
    )
  )
    return undefined;
  const adding = addingOf(source, writing, form, written, sum);
  if (adding === undefined) return undefined;
  const rest = cleared(source, sum, written.value, writing, adding);
  return rest && [...adding.changes, ...rest, ...unusedImports(source, rest)];
}

function writtenValue(writing: ts.CallExpression, form: AtomicForm): Written | undefined {
  switch (form.kind) {
    case 'call': {
      const given = typeof form.value === 'number' ? writing.arguments[form.value] : undefined;
      if (form.column === undefined) return given && { value: given };
      return columnValue(writing, form.column);
    }
    case 'operator':
      return columnValue(writing, form.column);
    case 'sql':
      return sqlValue(writing, form.column);
    case 'expression':
      return undefined;
  }
}

function addingOf(
  source: ts.SourceFile,
  writing: ts.CallExpression,
  form: AtomicForm,
  written: Written,
  sum: Sum,
): Adding | undefined {
  switch (form.kind) {
    case 'call':
      return addingCall(source, writing, form, written, sum, styleOf(source));
    case 'operator':
      return written.property?.operator(form.adds, sum);
    case 'sql':
      return written.sql?.(sum);
    case 'expression':
      return undefined;
  }
}

/** The imports of names, such as those of types, that only what goes has spoken of. */
function unusedImports(source: ts.SourceFile, removed: readonly Change[]): readonly Change[] {
  const [gone, rest] = [new Set<string>(), new Set<string>()];
  visitAll(source, (node) => {
    if (!ts.isIdentifier(node) || ts.findAncestor(node, ts.isImportDeclaration) !== undefined) return;
    const isGone = removed.some(({ range }) => range.start <= node.pos && node.end <= range.end);
    (isGone ? gone : rest).add(node.text);
  });
  const unused = [...gone].find((name) => !rest.has(name) && importOf(source, name) !== undefined);
  return unused === undefined ? [] : (importRemoved(source, unused, undefined)?.changes ?? []);
}

/** The removal of variables that nothing speaks of any more; undefined where one is spoken of that no longer holds what it did. */
function cleared(
  source: ts.SourceFile,
  { steps, amount, subtract }: Sum,
  value: ts.Expression,
  writing: ts.CallExpression,
  adding: Adding,
): Change[] | undefined {
  const changes: Change[] = [];
  const gone: ts.Node[] = [value];
  for (const step of steps) {
    const uses = remainingUses(step, gone);
    if (uses === undefined) return undefined;
    const { declaration } = step;
    if (uses.length === 0) {
      const removed = removal(source, declaration);
      if (removed === undefined) return step.holds === 'read' && isLoop(declaration) ? changes : undefined;
      changes.push(removed);
      gone.push(declaration);
      continue;
    }
    // A record stays what it was; its column is what others may have changed.
    if (step.holds === 'read' && !adding.returnsSum) {
      const columns = uses.some((use) => speaksOfColumn(use, adding.column));
      return columns ? undefined : changes;
    }
    if (!adding.returnsSum || uses.some((use) => use.pos < writing.end)) return undefined;
    const result = handedOut(source, step, writing, amount, subtract, adding);
    if (result === undefined) return undefined;
    const removed = removal(source, declaration);
    if (removed === undefined) return undefined;
    changes.push(removed, ...result);
    gone.push(declaration);
    // What comes before it has no use besides.
    for (const other of steps.slice(steps.indexOf(step) + 1)) {
      if (remainingUses(other, gone)?.length !== 0) return undefined;
      const also = removal(source, other.declaration);
      if (also === undefined) return undefined;
      changes.push(also);
      gone.push(other.declaration);
    }
    return changes;
  }
  return changes;
}

function isLoop(declaration: ts.VariableDeclaration): boolean {
  return ts.isForOfStatement(declaration.parent.parent);
}

/** Where a variable is spoken of, besides in what goes. */
function remainingUses({ declaration, name }: Step, gone: readonly ts.Node[]): ts.Expression[] | undefined {
  const statement = declaration.parent.parent;
  const scope = ts.isForOfStatement(statement) ? statement : statement.parent;
  const uses = usesOf({
    name: name.text,
    kind: 'variable',
    scope,
    declarations: [{ name } as ts.VariableDeclaration],
  });
  return uses?.filter((use) => !gone.some((node) => node.pos <= use.pos && use.end <= node.end));
}

/** Whether a use of a record may be one of its column: by name, or by whoever is handed the record. */
function speaksOfColumn(use: ts.Expression, column: string | undefined): boolean {
  const last = column?.split('.').at(-1);
  let node: ts.Node = use;
  while (isAccessOf(node.parent, node)) {
    node = node.parent;
    if (ts.isPropertyAccessExpression(node) && node.name.text === last) return true;
  }
  return node === use && !asksForPresence(use);
}

function isAccessOf(parent: ts.Node, node: ts.Node): boolean {
  const isAccess =
    ts.isPropertyAccessExpression(parent) ||
    ts.isElementAccessExpression(parent) ||
    ts.isNonNullExpression(parent);
  return isAccess && parent.expression === node;
}

function asksForPresence({ parent }: ts.Expression): boolean {
  if (ts.isPrefixUnaryExpression(parent) || ts.isIfStatement(parent)) return true;
  return ts.isBinaryExpression(parent) && /^[!=]==?$/.test(parent.operatorToken.getText());
}

/** The statement of a variable that is declared alone, with its comments and its line. */
function removal(source: ts.SourceFile, declaration: ts.VariableDeclaration): Change | undefined {
  const { text } = source;
  const statement = declaration.parent.parent;
  if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length > 1)
    return undefined;
  const { name } = declaration;
  if (!ts.isIdentifier(name) && name.elements.length > 1) return undefined;
  const start = withLeadingComments(text, statement, source);
  if (!isFirstOnLine(text, start) || !isLastOnLine(text, statement.end)) return undefined;
  return { range: { start: lineStart(text, start), end: nextLine(text, statement.end) }, newText: '' };
}

/** The sum that the call returns, under the name that its variable had; or what was read, computed back from it. */
function handedOut(
  source: ts.SourceFile,
  { name, holds }: Step,
  writing: ts.CallExpression,
  amount: ts.Expression,
  subtract: boolean,
  { returnsText }: Adding,
): Change[] | undefined {
  if (holds === 'read') return undefined;
  const awaited = writing.parent;
  const statement = awaited.parent;
  if (!ts.isAwaitExpression(awaited) || !ts.isExpressionStatement(statement)) return undefined;
  if (holds === 'number' && !ts.isNumericLiteral(amount)) return undefined;
  const back = holds === 'sum' ? '' : ` ${subtract ? '+' : '-'} ${amount.getText(source)}`;
  const [open, close] = returnsText ? ['Number(', ')'] : back === '' ? ['', ''] : ['(', ')'];
  return [
    insertion(awaited.getStart(source), `const ${name.text} = ${open}`),
    insertion(awaited.end, close + back),
  ];
}
