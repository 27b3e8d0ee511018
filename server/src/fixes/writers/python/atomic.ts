/** Has the store do in one step what reads, adds and writes: no lock is needed, whatever interleaves. */
import type { AtomicRequest } from '../../../model/diagnostics.js';
import { childOf, namedChildren, unwrap, type SyntaxNode } from '../../../syntax/python/tree.js';
import type { Change } from '../edits.js';
import { isFirstOnLine, isLastOnLine, lineStart, nextLine } from '../lines.js';
import { withCommentsAbove } from './comments.js';
import { argumentsOf, calleeOf, methodOf, textOf, visitAll, type Source } from './syntax.js';
import { callAt, functionAround, usesOf, type Use } from './uses.js';

/** A variable that a value passes through on its way from the read to the write. */
interface Step {
  readonly name: string;
  readonly assignment: SyntaxNode;
  readonly statement: SyntaxNode;
  readonly holds: 'sum' | 'read';
}

interface Sum {
  readonly amount: SyntaxNode;
  readonly subtract: boolean;
  /** True when only whole numbers can have been meant. */
  readonly whole: boolean;
  readonly steps: readonly Step[];
}

/** @returns undefined where what is written is no such sum, or what was read decides more than that */
export function updateAtomically(source: Source, { region, form }: AtomicRequest): Change[] | undefined {
  if (form.kind !== 'call' || form.column !== undefined || typeof form.value !== 'number') return undefined;
  const reading = callAt(source, region.from);
  const writing = callAt(source, region.to);
  if (reading === undefined || writing === undefined) return undefined;
  const host = functionAround(writing.around);
  if (functionAround(reading.around) !== host) return undefined;
  const written = argumentsOf(writing.call);
  const value = written[form.value];
  const understood = [form.key, form.field, form.value].filter((reference) => reference !== undefined);
  if (value === undefined || written.length !== understood.length) return undefined;
  if (written.some(({ type }) => /^(keyword_argument|list_splat|dictionary_splat)$/.test(type)))
    return undefined;
  const sum = sumOf(source, value, reading.call, host ?? source.root);
  const call = sum && addingCall(source, writing.call, form, sum);
  return call === undefined || sum === undefined ? undefined : cleared(source, sum, value, writing, call);
}

function addingCall(
  source: Source,
  writing: SyntaxNode,
  { adds, key, field }: AtomicRequest['form'] & { readonly kind: 'call' },
  { amount, subtract, whole }: Sum,
): string | undefined {
  const method = methodOf(source, writing);
  if (method === undefined) return undefined;
  const isLiteral = amount.type === 'integer';
  const text = textOf(source, amount);
  const template =
    text === '1' && !subtract && adds.one !== undefined
      ? adds.one
      : isLiteral || whole
        ? adds.add
        : (adds.fraction ?? adds.add);
  const simple = /^[\w.]+$/.test(text);
  const given = argumentsOf(writing);
  const at = (reference: number | string | undefined): string | undefined => {
    const node = typeof reference === 'number' ? given[reference] : undefined;
    return node && textOf(source, node);
  };
  const words: Record<string, string | undefined> = {
    amount: subtract ? (simple ? `-${text}` : `-(${text})`) : text,
    key: at(key),
    field: at(field),
  };
  const name = /^\w+/.exec(template)?.[0] ?? '';
  const rest = template.slice(name.length);
  const holes = /\b(amount|key|field)\b/g;
  if ((rest.match(holes) ?? []).some((word) => words[word] === undefined)) return undefined;
  const filled = rest.replace(holes, (word) => words[word] ?? word);
  return `${textOf(source, method.receiver)}.${name}${filled}`;
}

function sumOf(source: Source, value: SyntaxNode, reading: SyntaxNode, host: SyntaxNode): Sum | undefined {
  const steps: Step[] = [];
  let inner = unwrap(value);
  if (inner.type === 'call' && textOf(source, calleeOf(inner) ?? inner) === 'str')
    inner = unwrap(argumentsOf(inner)[0] ?? inner);
  if (inner.type === 'identifier') {
    const step = stepOf(source, inner, host, 'sum');
    const right = step && childOf(step.assignment, 'right');
    if (step === undefined || right === undefined) return undefined;
    steps.push(step);
    inner = unwrap(right);
  }
  const [left, right] = [childOf(inner, 'left'), childOf(inner, 'right')];
  const operator = childOf(inner, 'operator')?.type;
  if (inner.type !== 'binary_operator' || left === undefined || right === undefined) return undefined;
  if (operator !== '+' && operator !== '-') return undefined;
  const sides: readonly (readonly [SyntaxNode, SyntaxNode])[] =
    operator === '+'
      ? [
          [left, right],
          [right, left],
        ]
      : [[left, right]];
  for (const [base, amount] of sides) {
    const read = readIn(source, base, reading, host);
    if (read === undefined || !isSettled(amount)) continue;
    const all = [...steps, ...read.steps];
    // `n + n` is no sum with something else.
    if (all.some(({ name }) => mentions(source, amount, name))) return undefined;
    return { amount: unwrap(amount), subtract: operator === '-', whole: read.whole, steps: all };
  }
  return undefined;
}

/** Whether an expression is what was read, as a number: `int(x)`, `int(x or 0)`, `int(x) if x else 0`. */
function readIn(
  source: Source,
  expression: SyntaxNode,
  reading: SyntaxNode,
  host: SyntaxNode,
): { readonly steps: readonly Step[]; readonly whole: boolean } | undefined {
  const steps: Step[] = [];
  let whole = false;
  let numeric = false;
  let inner = unwrap(expression);
  for (;;) {
    const [first, second, third] = namedChildren(inner);
    if (inner.type === 'call' && /^(int|float)$/.test(textOf(source, calleeOf(inner) ?? inner))) {
      const given = argumentsOf(inner);
      if (given[0] === undefined || given.length > 1) return undefined;
      numeric = true;
      whole ||= textOf(source, calleeOf(inner) ?? inner) === 'int';
      inner = unwrap(given[0]);
    } else if (inner.type === 'boolean_operator' && childOf(inner, 'operator')?.type === 'or') {
      const [left, right] = [childOf(inner, 'left'), childOf(inner, 'right')];
      if (left === undefined || right === undefined || !isZero(source, right)) return undefined;
      inner = unwrap(left);
    } else if (inner.type === 'conditional_expression') {
      if (first === undefined || second === undefined || third === undefined) return undefined;
      // The condition is whether there is anything at all.
      if (!isZero(source, third) || !/^\w+(\s+is\s+not\s+None)?$/.test(textOf(source, second)))
        return undefined;
      inner = unwrap(first);
    } else if (inner.type === 'await') {
      if (first === undefined) return undefined;
      inner = unwrap(first);
    } else if (inner.type === 'identifier') {
      const step = stepOf(source, inner, host, 'read');
      const right = step && childOf(step.assignment, 'right');
      if (step === undefined || right === undefined) return undefined;
      steps.push(step);
      inner = unwrap(right);
    } else break;
  }
  return inner === reading && numeric ? { steps, whole } : undefined;
}

function isZero(source: Source, node: SyntaxNode): boolean {
  return /^(b?['"])?0['"]?$/.test(textOf(source, unwrap(node)));
}

/** The only assignment to a variable of a function. */
function stepOf(
  source: Source,
  identifier: SyntaxNode,
  host: SyntaxNode,
  holds: Step['holds'],
): Step | undefined {
  const name = textOf(source, identifier);
  const bound = usesIn(source, name, host).filter(
    ({ node, around: [parent] }) =>
      parent !== undefined &&
      /^(assignment|augmented_assignment|for_statement|as_pattern_target|pattern_list|parameters|global_statement|named_expression)$/.test(
        parent.type,
      ) &&
      childOf(parent, 'right') !== node,
  );
  const [only] = bound;
  const [assignment, statement] = only?.around ?? [];
  if (bound.length !== 1 || assignment?.type !== 'assignment' || statement?.type !== 'expression_statement')
    return undefined;
  return { name, assignment, statement, holds };
}

function usesIn(source: Source, name: string, host: SyntaxNode): Use[] {
  return usesOf(source, name, false).filter(({ node }) => host.start <= node.start && node.end <= host.end);
}

/** Whether a value is the same wherever it is computed. */
function isSettled(node: SyntaxNode): boolean {
  let settled = true;
  visitAll(node, ({ type }) => {
    if (type === 'call' || type === 'await' || type === 'yield') settled = false;
  });
  return settled;
}

function mentions(source: Source, node: SyntaxNode, name: string): boolean {
  let found = false;
  visitAll(node, (inner) => {
    if (inner.type === 'identifier' && textOf(source, inner) === name) found = true;
  });
  return found;
}

/** The call in its place, and variables that nothing speaks of any more gone. */
function cleared(
  source: Source,
  { steps }: Sum,
  value: SyntaxNode,
  { call: writing, around }: { readonly call: SyntaxNode; readonly around: readonly SyntaxNode[] },
  newText: string,
): Change[] | undefined {
  const host = functionAround(around) ?? source.root;
  const gone: SyntaxNode[] = [value];
  const changes: Change[] = [];
  let assigned = '';
  for (const { name, holds, assignment, statement } of steps) {
    const inside = (node: SyntaxNode): boolean =>
      gone.some(({ start, end }) => start <= node.start && node.end <= end) ||
      assignment.children[0] === node;
    const rest = usesIn(source, name, host).filter(({ node }) => !inside(node));
    if (rest.length > 0) {
      const [outer] = around[0]?.type === 'await' ? around.slice(1) : around;
      // The calls that add return the sum.
      if (holds !== 'sum' || outer?.type !== 'expression_statement') return undefined;
      if (rest.some(({ node }) => node.start < writing.end)) return undefined;
      assigned = `${name} = `;
    }
    const start = withCommentsAbove(source.text, statement.start);
    if (!isFirstOnLine(source.text, start) || !isLastOnLine(source.text, statement.end)) return undefined;
    const range = { start: lineStart(source.text, start), end: nextLine(source.text, statement.end) };
    changes.push({ range, newText: '' });
    gone.push(statement);
  }
  const target = around[0]?.type === 'await' ? around[0] : writing;
  if (assigned !== '') changes.push({ range: { start: target.start, end: target.start }, newText: assigned });
  return [...changes, { range: { start: writing.start, end: writing.end }, newText }];
}
