/** Has the database compute a column's new value: `account.balance = Account.balance + amount`, `F("balance") + amount`. */
import type { AtomicRequest } from '../../../model/diagnostics.js';
import { childOf, unwrap, type SyntaxNode } from '../../../syntax/python/tree.js';
import type { Change } from '../edits.js';
import { importName, type Imported } from './imports.js';
import { quoted, styleOf } from './style.js';
import { calleeOf, methodOf, pathTo, textOf, visitAll, type Source } from './syntax.js';
import { functionAround, usesOf, type Use } from './uses.js';

/** The new value of a column, where it is written. */
interface NewValue {
  /** What is written, or what is added to the column in place. */
  readonly value: SyntaxNode;
  /** Of `record.column += value`: the whole of it, and the operator. */
  readonly inPlace?: { readonly assignment: SyntaxNode; readonly operator: string };
}

/** @returns undefined where the value is no arithmetic on the column, or the record is asked for the column besides */
export function computeInStore(source: Source, { region, form }: AtomicRequest): Change[] | undefined {
  if (form.kind !== 'expression' || form.column.includes('.')) return undefined;
  const path = pathTo(source, region.to);
  const host = functionAround(path.toReversed()) ?? source.root;
  const columns = attributesIn(source, host, form.column).filter(({ start }) => start >= region.from.start);
  const written = newValue(source, columns, path);
  const [record] = columns.flatMap((column) => childOf(column, 'object') ?? []);
  if (written === undefined || record?.type !== 'identifier') return undefined;
  const name = textOf(source, record);
  if (columns.some((column) => textOf(source, childOf(column, 'object') ?? column) !== name))
    return undefined;
  const { value, inPlace } = written;
  const reads = columns.filter(({ start, end }) => value.start <= start && end <= value.end);
  const target = inPlace === undefined ? targetOf(columns, value) : childOf(inPlace.assignment, 'left');
  // Elsewhere the record would be asked for a column that is now an expression, or that decides what is done.
  if (columns.length !== reads.length + (target === undefined ? 0 : 1)) return undefined;
  if (inPlace === undefined ? reads.length === 0 || !isArithmetic(value, reads) : reads.length > 0)
    return undefined;
  if (inPlace !== undefined && !isSettled(value)) return undefined;
  const uses = usesOf(source, name, false).filter(
    ({ node }) => host.start <= node.start && node.end <= host.end,
  );
  if (!uses.every((use) => isHarmless(source, use, path))) return undefined;
  const expression = expressionFor(source, form);
  if (expression === undefined) return undefined;
  const { expression: inStore, changes } = expression;
  if (inPlace === undefined)
    return [...changes, ...reads.map(({ start, end }) => ({ range: { start, end }, newText: inStore }))];
  const { assignment, operator } = inPlace;
  const right = textOf(source, value);
  const operand = /^[\w.]+$/.test(right) || operator === '+' ? right : `(${right})`;
  const newText = `${textOf(source, target ?? assignment)} = ${inStore} ${operator} ${operand}`;
  return [...changes, { range: { start: assignment.start, end: assignment.end }, newText }];
}

function attributesIn(source: Source, host: SyntaxNode, column: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  visitAll(host, (node) => {
    const attribute = node.type === 'attribute' ? childOf(node, 'attribute') : undefined;
    if (attribute !== undefined && textOf(source, attribute) === column) found.push(node);
  });
  return found;
}

/** Of an assignment to the column, or an argument of the call that writes. */
function newValue(
  source: Source,
  columns: readonly SyntaxNode[],
  writing: readonly SyntaxNode[],
): NewValue | undefined {
  const found: NewValue[] = [];
  visitAll(source.root, (node) => {
    const left = childOf(node, 'left');
    const value = childOf(node, 'right');
    if (left === undefined || value === undefined || !columns.includes(left)) return;
    const operator = childOf(node, 'operator')?.type.replace(/=$/, '');
    if (node.type === 'assignment') found.push({ value });
    if (node.type === 'augmented_assignment' && operator !== undefined && /^[+\-*]$/.test(operator))
      found.push({ value, inPlace: { assignment: node, operator } });
  });
  if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  // `update(views=product.views + 1)`, `update({"views": product.views + 1})`.
  const call = writing.findLast(({ type }) => type === 'call');
  const values: SyntaxNode[] = [];
  if (call === undefined) return undefined;
  visitAll(call, (node) => {
    const value = /^(keyword_argument|pair)$/.test(node.type) ? childOf(node, 'value') : undefined;
    if (value !== undefined && columns.some(({ start, end }) => value.start <= start && end <= value.end))
      values.push(value);
  });
  const [value] = values;
  return value !== undefined && values.length === 1 ? { value } : undefined;
}

function targetOf(columns: readonly SyntaxNode[], value: SyntaxNode): SyntaxNode | undefined {
  return columns.find(({ start, end }) => end <= value.start || start >= value.end);
}

/** Whether a value is a sum, a difference or a product with the column. */
function isArithmetic(value: SyntaxNode, reads: readonly SyntaxNode[]): boolean {
  const inner = unwrap(value);
  if (reads.includes(inner)) return true;
  const has = reads.some(({ start, end }) => inner.start <= start && end <= inner.end);
  if (!has) return isSettled(inner);
  const [left, right] = [childOf(inner, 'left'), childOf(inner, 'right')];
  if (inner.type !== 'binary_operator' || left === undefined || right === undefined) return false;
  if (!/^[+\-*]$/.test(childOf(inner, 'operator')?.type ?? '')) return false;
  return isArithmetic(left, reads) && isArithmetic(right, reads);
}

/** Whether a value is the same wherever it is computed, and is no text. */
function isSettled(node: SyntaxNode): boolean {
  let settled = true;
  visitAll(node, ({ type }) => {
    if (/^(call|await|yield|string|list|conditional_expression|boolean_operator)$/.test(type))
      settled = false;
  });
  return settled;
}

/** Methods of sessions that are handed a record and do not look into it. */
const KEEPS = /^(add|add_all|refresh|delete|save|asave|merge|expunge)$/;

/** Whether a use of the record asks for another column, whether it is there, or hands it to the store. */
function isHarmless(source: Source, { node, around }: Use, writing: readonly SyntaxNode[]): boolean {
  const [parent, list] = around;
  if (parent === undefined) return false;
  if (parent.type === 'attribute') return true;
  if (/^(assignment|for_statement|pattern_list|tuple_pattern)$/.test(parent.type))
    return childOf(parent, 'right') !== node;
  if (/^(not_operator|comparison_operator|if_statement)$/.test(parent.type)) return true;
  const call = parent.type === 'argument_list' ? list : undefined;
  if (call === undefined) return false;
  if (writing.includes(call)) return true;
  return KEEPS.test(methodOf(source, call)?.name ?? textOf(source, calleeOf(call) ?? call));
}

function expressionFor(
  source: Source,
  { expression, column, table }: AtomicRequest['form'] & { readonly kind: 'expression' },
): Imported | undefined {
  const style = styleOf(source);
  const name = /^\w+/.exec(expression.column)?.[0] ?? '';
  if (expression.import === undefined) {
    // The class must be known under its name here.
    const isKnown = usesOf(source, table, false).some(
      ({ around }) =>
        functionAround(around) === undefined &&
        around.some(({ type }) => /^import_|^class_definition$/.test(type)),
    );
    return isKnown ? { expression: `${table}.${column}`, changes: [] } : undefined;
  }
  const imported = importName(source, expression.import, name, style);
  return { ...imported, expression: `${imported.expression}(${quoted(column, style)})` };
}
