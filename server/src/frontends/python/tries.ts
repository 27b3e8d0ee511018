import type { Node } from '../../model/facts.js';
import type { BodyLowering } from './body.js';
import { suite } from './statements.js';
import { assignTo } from './targets.js';
import { childOf, childOfType, childrenOf, type SyntaxNode } from '../../syntax/python/tree.js';

/** Clauses that catch whatever is thrown. */
const CATCH_ALL = /^(Exception|BaseException)$/;

/**
 * `else` runs when the body came to its end, and what it throws is not caught:
 * `whole: { try { body } catch { handlers; break whole } otherwise }`.
 */
export function lowerTry(body: BodyLowering, statement: SyntaxNode): void {
  const clauses = statement.children.filter(({ type }) => /^except(_group)?_clause$/.test(type));
  const otherwise = childOfType(statement, 'else_clause');
  const final = childOfType(statement, 'finally_clause');
  const tried = suite(body, childOf(statement, 'body'));
  const whole = body.label();
  const guarded = body.block(() => {
    if (clauses.length === 0) body.emit(tried);
    else {
      const handler = body.block(() => {
        lowerClauses(body, clauses);
        if (otherwise !== undefined) body.emit({ kind: 'break', label: whole });
      });
      body.emit({ kind: 'try', body: tried, handler });
    }
    if (otherwise !== undefined) body.emit(suite(body, childOf(otherwise, 'body')));
  });
  const labelled: Node =
    otherwise === undefined ? guarded : { kind: 'labelled', label: whole, body: guarded };
  if (final === undefined) body.emit(labelled);
  else body.emit({ kind: 'try', body: labelled, finalizer: suite(body, childOfType(final, 'block')) });
}

/** One of the clauses handles what was thrown, or, unless one catches all, it is thrown on. */
function lowerClauses(body: BodyLowering, clauses: readonly SyntaxNode[]): void {
  const alternatives = clauses.map((clause) =>
    body.block(() => {
      for (const caught of childrenOf(clause, 'value')) {
        if (caught.type !== 'as_pattern') continue;
        const alias = childOf(caught, 'alias');
        if (alias !== undefined) assignTo(body, alias, body.derive('exception', []));
      }
      body.emit(suite(body, childOfType(clause, 'block')));
    }),
  );
  const last = clauses.at(-1);
  if (last === undefined) return;
  const range = body.range(last);
  if (!catchesAll(body, last)) alternatives.push({ kind: 'sequence', nodes: [{ kind: 'throw', range }] });
  const [first] = alternatives;
  if (alternatives.length === 1 && first !== undefined) body.emit(first);
  else body.emit({ kind: 'choice', selector: body.derive('switch', []), alternatives, range });
}

function catchesAll(body: BodyLowering, clause: SyntaxNode): boolean {
  const values = childrenOf(clause, 'value');
  return (
    values.length === 0 ||
    values.some((value) => {
      const caught = value.type === 'as_pattern' ? value.children[0] : value;
      return caught !== undefined && CATCH_ALL.test(body.text(caught));
    })
  );
}
