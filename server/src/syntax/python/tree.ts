import type { Language, Tree, TreeCursor } from 'web-tree-sitter';

/** A node of the syntax tree, copied out of the parser's memory; comments and line continuations are left out. */
export interface SyntaxNode {
  readonly type: string;
  /** UTF-16 offsets; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The name of the field of its parent that it is in. */
  readonly field: string | undefined;
  /** False for tokens that the grammar writes out, such as `async` and `+=`. */
  readonly named: boolean;
  /** True for what the parser put in where it was expected. */
  readonly missing: boolean;
  readonly children: readonly SyntaxNode[];
}

const SKIPPED = new Set(['comment', 'line_continuation']);

/** Copies a tree, so that the parser's own can be deleted: each look at that one is a call into WebAssembly. */
export function copyTree(tree: Tree, language: Language): SyntaxNode {
  const cursor = tree.walk();
  try {
    return copyNode(cursor, language);
  } finally {
    cursor.delete();
  }
}

function copyNode(cursor: TreeCursor, language: Language): SyntaxNode {
  const id = cursor.nodeTypeId;
  const field = cursor.currentFieldId;
  const children: SyntaxNode[] = [];
  const node: SyntaxNode = {
    type: language.types[id] ?? cursor.nodeType,
    start: cursor.startIndex,
    end: cursor.endIndex,
    field: field === 0 ? undefined : (language.fields[field] ?? undefined),
    named: cursor.nodeIsNamed,
    missing: cursor.nodeIsMissing,
    children,
  };
  if (cursor.gotoFirstChild()) {
    do {
      const child = copyNode(cursor, language);
      if (!SKIPPED.has(child.type)) children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return node;
}

export function childOf(node: SyntaxNode, field: string): SyntaxNode | undefined {
  return node.children.find((child) => child.field === field);
}

export function childrenOf(node: SyntaxNode, field: string): SyntaxNode[] {
  return node.children.filter((child) => child.field === field);
}

export function namedChildren(node: SyntaxNode): SyntaxNode[] {
  return node.children.filter((child) => child.named);
}

export function childOfType(node: SyntaxNode, type: string): SyntaxNode | undefined {
  return node.children.find((child) => child.type === type);
}

/** Takes off the parentheses around an expression. */
export function unwrap(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (inner.type === 'parenthesized_expression') {
    const [first] = namedChildren(inner);
    if (first === undefined) return inner;
    inner = first;
  }
  return inner;
}

/** Runs `visit` on a node and all nodes in it, but not in those that it returns `false` for. */
export function visitTree(node: SyntaxNode, visit: (node: SyntaxNode) => boolean): void {
  if (!visit(node)) return;
  for (const child of node.children) visitTree(child, visit);
}
