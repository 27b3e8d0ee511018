import type { Node } from '../model/facts.js';

/** Runs `visit` on a node and all nodes in it. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  switch (node.kind) {
    case 'sequence':
      for (const inner of node.nodes) walk(inner, visit);
      break;
    case 'branch':
      walk(node.then, visit);
      walk(node.else, visit);
      break;
    case 'choice':
      for (const inner of node.alternatives) walk(inner, visit);
      break;
    case 'loop':
      walk(node.test, visit);
      walk(node.body, visit);
      walk(node.update, visit);
      break;
    case 'try':
      walk(node.body, visit);
      if (node.handler !== undefined) walk(node.handler, visit);
      if (node.finalizer !== undefined) walk(node.finalizer, visit);
      break;
    case 'labelled':
      walk(node.body, visit);
      break;
    default:
  }
}
