import type { FileFacts, SyntaxProblem } from '../../model/facts.js';
import { lineStartsOf } from '../../model/source.js';
import type { Frontend } from '../frontend.js';
import { lowerModule } from './module.js';
import { loadParser, parseTree } from '../../syntax/python/parser.js';
import { recover } from '../../syntax/python/recovery.js';
import { visitTree, type SyntaxNode } from '../../syntax/python/tree.js';

function syntaxProblems(tree: SyntaxNode): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  visitTree(tree, (node) => {
    const range = { start: node.start, end: node.end };
    if (node.type === 'ERROR') problems.push({ message: 'this is not Python as it stands', range });
    else if (node.missing) problems.push({ message: `${node.type} expected`, range });
    return node.type !== 'ERROR';
  });
  return problems;
}

/** Expressions nested by the thousands, as some generated tables are, use up the stack. */
const TOO_DEEP: SyntaxProblem = {
  message: 'it is nested too deeply to be read',
  range: { start: 0, end: 0 },
};
const NOTHING: SyntaxNode = {
  type: 'module',
  start: 0,
  end: 0,
  field: undefined,
  named: true,
  missing: false,
  children: [],
};

/** Facts of Python, by the parser of tree-sitter, which reads on behind what it does not understand. */
export const pythonFrontend: Frontend = {
  language: 'python',
  extensions: ['.py', '.pyw'],
  prepare: loadParser,
  parse(file: string, text: string): FileFacts {
    const lineStarts = lineStartsOf(text);
    try {
      const tree = recover(text, parseTree);
      const problems = syntaxProblems(tree);
      return { file, language: 'python', lineStarts, ...lowerModule(tree, text), problems };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { file, language: 'python', lineStarts, ...lowerModule(NOTHING, ''), problems: [TOO_DEEP] };
    }
  },
};
