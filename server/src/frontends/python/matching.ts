import type { Node } from '../../model/facts.js';
import { capturedNames } from './bindings.js';
import type { BodyLowering } from './body.js';
import { branchOn } from './branches.js';
import { lowerExpression } from './expressions.js';
import { suite } from './statements.js';
import { childOf, childrenOf, namedChildren, type SyntaxNode } from '../../syntax/python/tree.js';

/** One of the cases runs, or none. What a pattern captures is a part of the subject. */
export function lowerMatch(body: BodyLowering, statement: SyntaxNode): void {
  const subjects = childrenOf(statement, 'subject').map((subject) => lowerExpression(body, subject));
  const clauses = namedChildren(childOf(statement, 'body') ?? statement).filter(
    ({ type }) => type === 'case_clause',
  );
  const selector = body.derive('switch', subjects);
  const alternatives = clauses.map((clause): Node =>
    body.block(() => {
      for (const pattern of namedChildren(clause).filter(({ type }) => type === 'case_pattern')) {
        for (const name of capturedNames(pattern)) body.storeName(name, body.derive('element', subjects));
      }
      const guard = childOf(clause, 'guard');
      const condition = guard && namedChildren(guard)[0];
      const consequence = suite(body, childOf(clause, 'consequence'));
      if (condition === undefined) body.emit(consequence);
      else branchOn(body, condition, consequence, { kind: 'sequence', nodes: [] });
    }),
  );
  const exhaustive = clauses.some(
    (clause) => childOf(clause, 'guard') === undefined && isWildcard(body, clause),
  );
  if (!exhaustive) alternatives.push({ kind: 'sequence', nodes: [] });
  body.emit({ kind: 'choice', selector, alternatives, range: body.range(statement) });
}

/** `case _:` and `case name:` match whatever there is. */
function isWildcard(body: BodyLowering, clause: SyntaxNode): boolean {
  const [pattern] = namedChildren(clause).filter(({ type }) => type === 'case_pattern');
  return pattern !== undefined && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(body.text(pattern));
}
