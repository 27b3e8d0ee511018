/** Finds the statements, or the one expression, that a lock must be held for. */
import ts from '#typescript';
import type { FixRegion } from '../../../model/findings.js';
import type { TextRange } from '../../../model/source.js';
import { functionAround, isAsync, smallestAround } from './syntax.js';

/** Consecutive statements of one list. */
export interface Stretch {
  readonly kind: 'statements';
  /** All statements of the list. */
  readonly list: readonly ts.Statement[];
  readonly first: number;
  readonly last: number;
  /** What has the list; for the body of a loop without braces, the loop. */
  readonly holder: ts.Node;
  readonly host: Host;
}

/** The body of an arrow function that is one expression. */
export interface ArrowBody {
  readonly kind: 'expression';
  readonly expression: ts.Expression;
  readonly host: ts.ArrowFunction;
}

/** The function whose text is changed, or the module. */
export type Host = ts.SignatureDeclaration | ts.SourceFile;

export type Place = Stretch | ArrowBody;

/** The place that has both ends of the region, as small as can be; undefined where no lock could be held for it. */
export function findPlace(source: ts.SourceFile, region: FixRegion): Place | undefined {
  const { from, to } = region;
  if (Math.min(from.start, to.start) < 0 || Math.max(from.end, to.end) > source.end) return undefined;
  const whole = { start: Math.min(from.start, to.start), end: Math.max(from.end, to.end) };
  let child: ts.Node = smallestAround(source, whole);
  // An end of the region may be a list's holder itself, where it is a whole function.
  for (let node: ts.Node | undefined = child; node !== undefined; child = node, node = parentOf(node)) {
    if (!isWithin(node, region.function, source)) return undefined;
    const list = statementsOf(node);
    if (list !== undefined) {
      const first = indexOf(list, from, source);
      const last = indexOf(list, to, source);
      if (first === undefined || last === undefined || first > last) return undefined;
      const host = functionAround(node) ?? source;
      return { kind: 'statements', list, first, last, holder: node, host };
    }
    if (node === child) continue;
    if (ts.isIterationStatement(node, false) && node.statement === child) {
      const host = functionAround(node) ?? source;
      return { kind: 'statements', list: [node.statement], first: 0, last: 0, holder: node, host };
    }
    if (ts.isArrowFunction(node)) {
      return node.body === child && ts.isExpression(child)
        ? { kind: 'expression', expression: child, host: node }
        : undefined;
    }
    if (ts.isFunctionLike(node) || ts.isPropertyDeclaration(node) || ts.isClassStaticBlockDeclaration(node))
      return undefined;
  }
  return undefined;
}

/** Whether the host can wait for a lock at the place. */
export function canAwait(host: Host): boolean {
  if (ts.isSourceFile(host)) return ts.isExternalModule(host) && !/\.c[jt]s$/.test(host.fileName);
  const generator = 'asteriskToken' in host && host.asteriskToken !== undefined;
  return isAsync(host) && !generator;
}

export function bodyOf(host: Host): ts.Node | undefined {
  return ts.isSourceFile(host) ? host : 'body' in host ? host.body : undefined;
}

function parentOf(node: ts.Node): ts.Node | undefined {
  return ts.isSourceFile(node) ? undefined : node.parent;
}

function isWithin(node: ts.Node, range: TextRange, source: ts.SourceFile): boolean {
  if (ts.isSourceFile(node)) return range.start <= 0 && range.end >= node.end;
  return range.start <= node.getStart(source) && node.end <= range.end;
}

function statementsOf(node: ts.Node): readonly ts.Statement[] | undefined {
  if (ts.isBlock(node) || ts.isSourceFile(node) || ts.isCaseOrDefaultClause(node) || ts.isModuleBlock(node)) {
    return node.statements;
  }
  return undefined;
}

function indexOf(list: readonly ts.Statement[], range: TextRange, source: ts.SourceFile): number | undefined {
  const index = list.findIndex(
    (statement) => statement.getStart(source) <= range.start && range.end <= statement.end,
  );
  return index === -1 ? undefined : index;
}
