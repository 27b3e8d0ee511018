import ts from '#typescript';
import type { TextRange } from '../../../model/source.js';

/** Parses a file of TypeScript or JavaScript, with parents set. */
export function parse(file: string, text: string): ts.SourceFile {
  const options = {
    languageVersion: ts.ScriptTarget.ESNext,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  };
  return ts.createSourceFile(file, text, options, true, scriptKind(file));
}

let last: ts.SourceFile | undefined;

/** As {@link parse}; the fixes of one file are mostly written one after another, and it need not be parsed for each. */
export function parseOnce(file: string, text: string): ts.SourceFile {
  if (last?.fileName !== file || last.text !== text) last = parse(file, text);
  return last;
}

export function isTypeScript(source: ts.SourceFile): boolean {
  return /\.[cm]?tsx?$/.test(source.fileName);
}

function scriptKind(file: string): ts.ScriptKind {
  if (file.endsWith('.tsx')) return ts.ScriptKind.TSX;
  // Plain .js files often hold JSX.
  return /\.[cm]?ts$/.test(file) ? ts.ScriptKind.TS : ts.ScriptKind.JSX;
}

/** Where the parser stumbled. */
export function syntaxErrors(source: ts.SourceFile): TextRange[] {
  // What the parser itself reports; the public way to it needs a whole program.
  const { parseDiagnostics = [] } = source as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] };
  return parseDiagnostics.map(({ start, length }) => ({ start, end: start + length }));
}

/** The smallest node that contains a range. */
export function smallestAround(source: ts.SourceFile, range: TextRange): ts.Node {
  let found: ts.Node = source;
  for (;;) {
    const inner: ts.Node | undefined = ts.forEachChild(found, (child) =>
      child.getStart(source) <= range.start && range.end <= child.end ? child : undefined,
    );
    if (inner === undefined) return found;
    found = inner;
  }
}

/** Visits a node and what is in it, but not what is in functions and classes inside it. */
export function visitOwn(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    if (ts.isFunctionLike(child) || ts.isClassLike(child)) return;
    visitOwn(child, visit);
  });
}

/** Visits a node and all that is in it. */
export function visitAll(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => {
    visitAll(child, visit);
  });
}

/** The nearest function around a node. */
export function functionAround(node: ts.Node): ts.SignatureDeclaration | undefined {
  return ts.findAncestor(node.parent, ts.isFunctionLike);
}

export function isAsync(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)
  );
}

/** An expression without parentheses and what only the type checker sees. */
export function unwrap(expression: ts.Expression): ts.Expression {
  let inner = expression;
  while (
    ts.isParenthesizedExpression(inner) ||
    ts.isAsExpression(inner) ||
    ts.isNonNullExpression(inner) ||
    ts.isSatisfiesExpression(inner)
  ) {
    inner = inner.expression;
  }
  return inner;
}

export function isAssignment(operator: ts.Node): boolean {
  return operator.kind >= ts.SyntaxKind.FirstAssignment && operator.kind <= ts.SyntaxKind.LastAssignment;
}
