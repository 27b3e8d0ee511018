/** The CombinedLocks that a file has, and where it holds them. */
import ts from '#typescript';
import { bodyOf, type Host } from './place.js';
import { functionAround, unwrap, visitAll } from './syntax.js';

export interface KnownLock {
  /** The variable or the property that holds it. */
  readonly identifier: string;
  /** The lock's own name, where the text says it. */
  readonly name: string | undefined;
  /** True for a `const` of the module itself, declared with its lock. */
  readonly ofModule: boolean;
}

/** A call that takes a lock. */
interface Taking {
  readonly call: ts.CallExpression;
  readonly lock: KnownLock;
  readonly method: 'request' | 'acquire';
}

/** What takes a lock, as what it is like. */
const METHODS: ReadonlyMap<string, Taking['method']> = new Map([
  ['request', 'request'],
  ['requestSync', 'request'],
  ['acquire', 'acquire'],
  ['acquireSync', 'acquire'],
]);

export class CombinedLocks {
  readonly all: readonly KnownLock[];
  private readonly takings: readonly Taking[];

  constructor(private readonly source: ts.SourceFile) {
    const all: KnownLock[] = [];
    visitAll(source, (node) => {
      if (
        (!ts.isVariableDeclaration(node) && !ts.isPropertyDeclaration(node)) ||
        node.initializer === undefined
      )
        return;
      const made = unwrap(node.initializer);
      if (!ts.isIdentifier(node.name) && !ts.isPrivateIdentifier(node.name)) return;
      if (!ts.isNewExpression(made) || !isLockClass(made.expression, source)) return;
      const [name] = made.arguments ?? [];
      const ofModule =
        ts.isVariableDeclaration(node) &&
        (node.parent.flags & ts.NodeFlags.Const) !== 0 &&
        ts.isSourceFile(node.parent.parent.parent);
      all.push({
        identifier: node.name.text,
        name: name !== undefined && ts.isStringLiteralLike(name) ? name.text : undefined,
        ofModule,
      });
    });
    this.all = all;
    this.takings = this.takingsIn(source);
  }

  /** The module's own lock of a name. */
  ofModule(name: string): KnownLock | undefined {
    return this.all.find((lock) => lock.ofModule && lock.name === name);
  }

  /** The call of `request` that runs `node` as its callback. */
  requestOf(node: ts.Node): ts.CallExpression | undefined {
    return this.takings.find(
      ({ call, method }) => method === 'request' && call.arguments.some((argument) => argument === node),
    )?.call;
  }

  /** The callback that runs under the lock, when a node is a call of `request`. */
  callbackOf(node: ts.Node): ts.Expression | undefined {
    const taking = this.takings.find(({ call, method }) => call === node && method === 'request');
    return taking?.call.arguments.at(-1);
  }

  /** Whether a CombinedLock is taken in a node. */
  isTakenIn(node: ts.Node): boolean {
    return this.takings.some(({ call }) => isInside(call, node));
  }

  /** Whether some CombinedLock is held at a node already, by the functions around it. */
  isHeldAt(node: ts.Node): boolean {
    for (let inner = node; !ts.isSourceFile(inner); inner = inner.parent) {
      if (this.requestOf(inner) !== undefined) return true;
      const { parent } = inner;
      if (!ts.isBlock(parent) && !ts.isSourceFile(parent) && !ts.isCaseOrDefaultClause(parent)) continue;
      const before = parent.statements.filter((statement) => statement.end <= inner.getStart(this.source));
      const acquired = this.takings.some(
        ({ call, method }) =>
          method === 'acquire' &&
          before.some(
            (statement) => isInside(call, statement) && functionAround(call) === functionAround(inner),
          ),
      );
      if (acquired) return true;
    }
    return false;
  }

  /**
   * Whether a lock of this name, held around these nodes, would be asked for again by the execution that holds it,
   * which is an error: inside of them, in a function of the file that they call, or in one that calls their function.
   */
  wouldReenter(name: string, nodes: readonly ts.Node[], host: Host): boolean {
    const takings = this.takings.filter(({ lock }) => lock.name === name);
    const functions = namedFunctions(this.source);
    const takes = (node: ts.Node): boolean => takings.some(({ call }) => isInside(call, node));
    if (nodes.some(takes)) return true;
    const called = reachable(nodes, functions);
    if ([...called].some((callee) => callee === host || takes(callee))) return true;
    const sections = takings.flatMap(({ call, method }): readonly ts.Node[] => {
      if (method === 'request') return call.arguments;
      const body = bodyOf(functionAround(call) ?? this.source);
      return body === undefined ? [] : [body];
    });
    return [...reachable(sections, functions)].some((callee) => callee === host);
  }

  /** Whether some section under a lock of this name asks for it again. */
  reenters(name: string): boolean {
    const takings = this.takings.filter(({ lock }) => lock.name === name);
    const functions = namedFunctions(this.source);
    return takings.some(({ call, method }) => {
      if (method !== 'request') return false;
      const sections = [...call.arguments, ...reachable(call.arguments, functions)];
      return takings.some(
        (other) => other.call !== call && sections.some((section) => isInside(other.call, section)),
      );
    });
  }

  private takingsIn(source: ts.SourceFile): Taking[] {
    const takings: Taking[] = [];
    visitAll(source, (node) => {
      if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
      const method = METHODS.get(node.expression.name.text);
      if (method === undefined) return;
      const held = lastName(node.expression.expression);
      const lock = this.all.find(({ identifier }) => identifier === held);
      if (lock !== undefined) takings.push({ call: node, lock, method });
    });
    return takings;
  }
}

/** Whether an expression is the class, by its own name or by the one that the file imports it under. */
export function isLockClass(expression: ts.Expression, source: ts.SourceFile): boolean {
  const name = lastName(expression);
  if (name === undefined || name === 'CombinedLock') return name !== undefined;
  const renames = (node: ts.Node): boolean => {
    const renamed = ts.isImportSpecifier(node) || ts.isBindingElement(node);
    const found =
      renamed && node.propertyName?.getText(source) === 'CombinedLock' && node.name.getText(source) === name;
    return found || (ts.forEachChild(node, (child) => renames(child) || undefined) ?? false);
  };
  return source.statements.some(renames);
}

/** The last identifier of a path: `lock` of `this.lock`. */
function lastName(expression: ts.Expression): string | undefined {
  const inner = unwrap(expression);
  if (ts.isIdentifier(inner)) return inner.text;
  return ts.isPropertyAccessExpression(inner) ? inner.name.text : undefined;
}

function isInside(node: ts.Node, outer: ts.Node): boolean {
  return outer.pos <= node.pos && node.end <= outer.end;
}

/** The functions of a file, by the names they are called by. */
function namedFunctions(source: ts.SourceFile): Map<string, ts.Node[]> {
  const functions = new Map<string, ts.Node[]>();
  visitAll(source, (node) => {
    if (!ts.isFunctionLike(node)) return;
    const name = node.name ?? nameGivenTo(node.parent);
    if (name === undefined || (!ts.isIdentifier(name) && !ts.isPrivateIdentifier(name))) return;
    functions.set(name.text, [...(functions.get(name.text) ?? []), node]);
  });
  return functions;
}

function nameGivenTo(parent: ts.Node): ts.Node | undefined {
  return ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent)
    ? parent.name
    : undefined;
}

/** The functions of the file that nodes call, and that those call in turn. */
function reachable(nodes: readonly ts.Node[], functions: ReadonlyMap<string, ts.Node[]>): Set<ts.Node> {
  const found = new Set<ts.Node>();
  const pending = [...nodes];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    visitAll(node, (inner) => {
      if (!ts.isCallExpression(inner)) return;
      const callee = unwrap(inner.expression);
      const ofReceiver =
        ts.isPropertyAccessExpression(callee) && callee.expression.kind === ts.SyntaxKind.ThisKeyword;
      if (!ts.isIdentifier(callee) && !ofReceiver) return;
      const name = ts.isIdentifier(callee) ? callee.text : callee.name.text;
      for (const called of functions.get(name) ?? []) {
        if (found.has(called)) continue;
        found.add(called);
        pending.push(called);
      }
    });
  }
  return found;
}
