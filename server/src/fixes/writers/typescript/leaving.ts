import ts from '#typescript';

export interface Leaving {
  readonly returns: readonly ts.ReturnStatement[];
  /** True when a `break` or `continue` goes to somewhere outside. */
  readonly jumps: boolean;
  readonly yields: boolean;
}

/** How control leaves statements other than at their end or by an error. */
export function leavingOf(statements: readonly ts.Node[]): Leaving {
  const returns: ts.ReturnStatement[] = [];
  let jumps = false;
  let yields = false;
  const visit = (
    node: ts.Node,
    labels: readonly string[],
    breakable: boolean,
    continuable: boolean,
  ): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isReturnStatement(node)) returns.push(node);
    else if (ts.isYieldExpression(node)) yields = true;
    else if (ts.isBreakOrContinueStatement(node)) {
      const stays =
        node.label === undefined
          ? ts.isBreakStatement(node)
            ? breakable
            : continuable
          : labels.includes(node.label.text);
      if (!stays) jumps = true;
    }
    const loop = ts.isIterationStatement(node, false);
    const inside = ts.isLabeledStatement(node) ? [...labels, node.label.text] : labels;
    ts.forEachChild(node, (child) => {
      visit(child, inside, breakable || loop || ts.isSwitchStatement(node), continuable || loop);
    });
  };
  for (const statement of statements) visit(statement, [], false, false);
  return { returns, jumps, yields };
}
