/** The CombinedLocks that a file has, and where it holds them. */
import { childOf, namedChildren, unwrap, type SyntaxNode } from '../../../syntax/python/tree.js';
import { bodyOf, decoratorsOf, type Stretch } from './place.js';
import {
  argumentsOf,
  calleeOf,
  isFunction,
  methodOf,
  stringValue,
  textOf,
  visitAll,
  type Source,
} from './syntax.js';

const CLASS = 'CombinedLock';

/** A place that takes a lock, and the statements that run under it. */
interface Taking {
  readonly node: SyntaxNode;
  readonly name: string | undefined;
  readonly section: SyntaxNode;
}

export class CombinedLocks {
  /** Variables of the module that hold a lock, by the lock's name. */
  private readonly variables = new Map<string, string>();
  /** Names of locks by the last identifier of what holds them; undefined where the text does not say the name. */
  private readonly holders = new Map<string, string | undefined>();
  private readonly takings: Taking[] = [];
  /** What the file calls the class. */
  private readonly classes: ReadonlySet<string>;

  constructor(private readonly source: Source) {
    this.classes = new Set([CLASS, ...aliasesOf(source)]);
    visitAll(source.root, (node) => {
      if (node.type !== 'assignment') return;
      const [left, right] = [childOf(node, 'left'), childOf(node, 'right')];
      const name = left && lastName(source, left);
      if (left === undefined || right === undefined || name === undefined || !this.isMaking(right)) return;
      const lockName = this.nameGiven(right);
      this.holders.set(name, lockName);
      const isOfModule = source.root.children.some((statement) => statement.children.includes(node));
      if (isOfModule && left.type === 'identifier' && lockName !== undefined)
        this.variables.set(lockName, name);
    });
    visitAll(source.root, (node) => {
      this.noteTaking(node);
    });
  }

  /** The module's own variable for the lock of a name. */
  variableOf(lockName: string): string | undefined {
    return this.variables.get(lockName);
  }

  /** Whether some CombinedLock is held at a place already. */
  isHeldAt(stretch: Stretch): boolean {
    const { path, host, list, first } = stretch;
    if (decoratorsOf(this.source, stretch).some((text) => /\bguarded\b/.test(text))) return true;
    const inside = path.slice(path.indexOf(host));
    const start = list[first]?.start ?? 0;
    return this.takings.some(
      ({ node, section }) =>
        inside.includes(section) || (section === host && node.start < start && host.start <= node.start),
    );
  }

  /** Whether an expression makes a lock. */
  isMaking(expression: SyntaxNode): boolean {
    const call = unwrap(expression);
    const callee = call.type === 'call' ? calleeOf(call) : undefined;
    const name = callee && lastName(this.source, callee);
    return name !== undefined && this.classes.has(name);
  }

  /**
   * Whether a lock of this name, held around these statements, would be asked for again by the execution that holds it: inside of
   * them, in a function of the file that they call, or in one that calls their function.
   */
  wouldReenter(lockName: string, statements: readonly SyntaxNode[], host: SyntaxNode): boolean {
    const takings = this.takings.filter(({ name }) => name === lockName);
    if (takings.length === 0 && !isFunction(host)) return false;
    const takes = (node: SyntaxNode): boolean =>
      takings.some((taking) => node.start <= taking.node.start && taking.node.end <= node.end);
    if (statements.some(takes)) return true;
    const functions = functionsOf(this.source);
    const called = reachable(this.source, statements, functions);
    if ([...called].some((callee) => callee === host || takes(callee))) return true;
    const sections = takings.map(({ section }) => (isFunction(section) ? bodyOf(section) : section));
    return [...reachable(this.source, sections, functions)].some((callee) => callee === host);
  }

  /** Whether some section under a lock of this name asks for it again. */
  reenters(lockName: string): boolean {
    const sections = this.takings.filter(({ name }) => name === lockName);
    return sections.some(({ node, section }) => {
      const body = bodyOf(section);
      const isTakenBesides = sections.some(
        (other) => other.node !== node && body.start <= other.node.start && other.node.end <= body.end,
      );
      const called = reachable(this.source, [body], functionsOf(this.source));
      return (
        (isTakenBesides && section.type === 'with_statement') ||
        [...called].some((callee) =>
          sections.some((other) => callee.start <= other.node.start && other.node.end <= callee.end),
        )
      );
    });
  }

  private noteTaking(node: SyntaxNode): void {
    if (node.type === 'with_statement') {
      const [clause] = namedChildren(node);
      for (const item of clause === undefined ? [] : namedChildren(clause)) {
        const taken = this.lockIn(item);
        if (taken !== undefined) this.takings.push({ node: item, name: taken.name, section: node });
      }
      return;
    }
    if (node.type !== 'function_definition') return;
    // What is acquired by hand is taken to be held in the rest of the function.
    visitAll(node, (inner) => {
      const method = methodOf(this.source, inner);
      if (method === undefined || !/^(acquire|acquire_async|try_acquire)$/.test(method.name)) return;
      const taken = this.lockOf(method.receiver);
      if (taken !== undefined) this.takings.push({ node: inner, name: taken.name, section: node });
    });
  }

  /** The lock that an item of a `with` takes: the lock itself, or what `acquire` and the like give. */
  private lockIn(item: SyntaxNode): { readonly name: string | undefined } | undefined {
    let expression = item.children[0];
    while (expression?.type === 'as_pattern' || expression?.type === 'await')
      [expression] = namedChildren(expression);
    if (expression === undefined) return undefined;
    const method = methodOf(this.source, expression);
    const isTaking = method !== undefined && /^(acquire|acquire_async|shared)$/.test(method.name);
    return this.lockOf(isTaking ? method.receiver : unwrap(expression));
  }

  private lockOf(expression: SyntaxNode): { readonly name: string | undefined } | undefined {
    if (this.isMaking(expression)) return { name: this.nameGiven(expression) };
    const holder = lastName(this.source, expression);
    return holder !== undefined && this.holders.has(holder) ? { name: this.holders.get(holder) } : undefined;
  }

  private nameGiven(making: SyntaxNode): string | undefined {
    return stringValue(this.source, argumentsOf(unwrap(making))[0]);
  }
}

/** The names under which a file imports the class. */
function aliasesOf(source: Source): string[] {
  return source.root.children.flatMap((statement) => {
    if (statement.type !== 'import_from_statement') return [];
    return namedChildren(statement).flatMap((name) => {
      if (name.type !== 'aliased_import') return [];
      const [imported, alias] = [childOf(name, 'name'), childOf(name, 'alias')];
      return imported !== undefined && alias !== undefined && textOf(source, imported) === CLASS
        ? [textOf(source, alias)]
        : [];
    });
  });
}

/** The last identifier of a path: `lock` of `self.lock`. */
export function lastName(source: Source, expression: SyntaxNode): string | undefined {
  const inner = unwrap(expression);
  if (inner.type === 'identifier') return textOf(source, inner);
  const attribute = inner.type === 'attribute' ? childOf(inner, 'attribute') : undefined;
  return attribute && textOf(source, attribute);
}

function functionsOf(source: Source): Map<string, SyntaxNode[]> {
  const functions = new Map<string, SyntaxNode[]>();
  visitAll(source.root, (node) => {
    const name = node.type === 'function_definition' ? childOf(node, 'name') : undefined;
    if (name === undefined) return;
    const text = textOf(source, name);
    functions.set(text, [...(functions.get(text) ?? []), node]);
  });
  return functions;
}

/** The functions of the file that nodes call, and that those call in turn. */
function reachable(
  source: Source,
  nodes: readonly SyntaxNode[],
  functions: ReadonlyMap<string, SyntaxNode[]>,
): Set<SyntaxNode> {
  const found = new Set<SyntaxNode>();
  const pending = [...nodes];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    visitAll(node, (inner) => {
      const callee = inner.type === 'call' ? calleeOf(inner) : undefined;
      if (callee === undefined || !/^(?:(?:self|cls)\.)?\w+$/.test(textOf(source, callee))) return;
      for (const called of functions.get(lastName(source, callee) ?? '') ?? []) {
        if (found.has(called)) continue;
        found.add(called);
        pending.push(called);
      }
    });
  }
  return found;
}
