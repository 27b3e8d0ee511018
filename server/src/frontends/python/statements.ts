import type { Node, Temporary } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { branchOn } from './branches.js';
import { lowerClassDefinition } from './classes.js';
import { lowerDecorated } from './decorators.js';
import { lowerExpression, lowerValueOf } from './expressions.js';
import { lowerFunctionDefinition } from './functions.js';
import { lowerImport } from './imports.js';
import { lowerFor, lowerWhile } from './loops.js';
import { lowerMatch } from './matching.js';
import { assignTo, lowerAssignment, lowerAugmented } from './targets.js';
import { lowerTry } from './tries.js';
import {
  childOf,
  childOfType,
  childrenOf,
  namedChildren,
  type SyntaxNode,
} from '../../syntax/python/tree.js';
import { lowerWith } from './managers.js';

export function lowerBlock(body: BodyLowering, statements: readonly SyntaxNode[]): void {
  for (const statement of statements) lowerStatement(body, statement);
}

/** What a suite of statements (`block`) emits, as one node. */
export function suite(body: BodyLowering, node: SyntaxNode | undefined): Node {
  return body.block(() => {
    if (node !== undefined) lowerBlock(body, namedChildren(node));
  });
}

function lowerStatement(body: BodyLowering, statement: SyntaxNode): void {
  switch (statement.type) {
    case 'expression_statement':
      for (const child of namedChildren(statement)) lowerSimple(body, child);
      return;
    case 'assignment':
    case 'augmented_assignment':
      lowerSimple(body, statement);
      return;
    case 'return_statement': {
      const [value] = namedChildren(statement);
      const lowered = value === undefined ? undefined : lowerValueOf(body, value, { returned: true });
      // In a module it stands for a moment, where the lines above are being indented anew: the module goes on behind it.
      if (body.functionIndex === 0) return;
      body.emit({
        kind: 'return',
        range: body.range(statement),
        ...(lowered !== undefined && { value: lowered }),
      });
      return;
    }
    case 'raise_statement': {
      const values = namedChildren(statement).map((child) => lowerExpression(body, child));
      const [value] = values;
      body.emit({ kind: 'throw', range: body.range(statement), ...(value !== undefined && { value }) });
      return;
    }
    case 'if_statement':
      lowerIf(body, statement);
      return;
    case 'for_statement':
      lowerFor(body, statement);
      return;
    case 'while_statement':
      lowerWhile(body, statement);
      return;
    case 'try_statement':
      lowerTry(body, statement);
      return;
    case 'with_statement':
      lowerWith(body, statement);
      return;
    case 'match_statement':
      lowerMatch(body, statement);
      return;
    case 'break_statement':
    case 'continue_statement': {
      const loop = body.loops.at(-1);
      // The loop's own labels: what else breaks in the facts (alternatives) must not be meant.
      if (loop === undefined) return;
      if (statement.type === 'break_statement') body.emit({ kind: 'break', label: loop.break });
      else body.emit({ kind: 'continue', label: loop.continue });
      return;
    }
    case 'function_definition':
      lowerFunctionDefinition(body, statement);
      return;
    case 'class_definition':
      lowerClassDefinition(body, statement);
      return;
    case 'decorated_definition':
      lowerDecorated(body, statement);
      return;
    case 'import_statement':
    case 'import_from_statement':
      lowerImport(body, statement);
      return;
    case 'delete_statement':
      for (const target of namedChildren(statement)) lowerDelete(body, target);
      return;
    case 'assert_statement':
    case 'print_statement':
    case 'exec_statement':
      for (const child of namedChildren(statement)) lowerExpression(body, child);
      return;
    case 'block':
    case 'ERROR':
      lowerBlock(body, namedChildren(statement));
      return;
    case 'global_statement':
    case 'nonlocal_statement':
    case 'future_import_statement':
    case 'pass_statement':
    case 'type_alias_statement':
      return;
    default:
      lowerExpression(body, statement);
  }
}

/** What an expression statement holds. */
function lowerSimple(body: BodyLowering, node: SyntaxNode): void {
  if (node.type === 'assignment') lowerAssignment(body, node);
  else if (node.type === 'augmented_assignment') lowerAugmented(body, node);
  else lowerExpression(body, node);
}

function lowerIf(body: BodyLowering, statement: SyntaxNode): void {
  const condition = childOf(statement, 'condition');
  const whenTrue = suite(body, childOf(statement, 'consequence'));
  const whenFalse = alternative(body, childrenOf(statement, 'alternative'));
  if (condition !== undefined) branchOn(body, condition, whenTrue, whenFalse);
}

function alternative(body: BodyLowering, clauses: readonly SyntaxNode[]): Node {
  const [clause, ...rest] = clauses;
  if (clause === undefined) return { kind: 'sequence', nodes: [] };
  if (clause.type === 'else_clause') return suite(body, childOf(clause, 'body'));
  return body.block(() => {
    const condition = childOf(clause, 'condition');
    const whenTrue = suite(body, childOf(clause, 'consequence'));
    const whenFalse = alternative(body, rest);
    if (condition !== undefined) branchOn(body, condition, whenTrue, whenFalse);
  });
}

function lowerDelete(body: BodyLowering, target: SyntaxNode): void {
  if (target.type === 'attribute' || target.type === 'subscript') {
    assignTo(body, target, undefined);
  } else for (const inner of namedChildren(target)) lowerDelete(body, inner);
}

/** True for `async with`, `async for`, `async def`. */
export function isAsync(node: SyntaxNode): boolean {
  return childOfType(node, 'async') !== undefined;
}

/** Waits for a value. @returns what it settles to */
export function wait(body: BodyLowering, value: Temporary, node: SyntaxNode): Temporary {
  return body.value((into) => ({ kind: 'point', cause: 'await', value, into, range: body.range(node) }));
}
