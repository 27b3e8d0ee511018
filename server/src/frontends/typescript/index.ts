import ts from '#typescript';
import type { FileFacts, SyntaxProblem } from '../../model/facts.js';
import { lineStartsOf } from '../../model/source.js';
import type { Frontend } from '../frontend.js';
import { lowerModule } from './module.js';

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

function scriptKind(file: string): ts.ScriptKind {
  if (file.endsWith('.tsx')) return ts.ScriptKind.TSX;
  if (/\.[mc]?ts$/.test(file)) return ts.ScriptKind.TS;
  // Plain .js files often hold JSX.
  return ts.ScriptKind.JSX;
}

/** `parseDiagnostics` is what the parser itself reports; the public way to it needs a whole program. */
function syntaxProblems(source: ts.SourceFile): SyntaxProblem[] {
  const { parseDiagnostics = [] } = source as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] };
  return parseDiagnostics.map((diagnostic) => ({
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
    range: { start: diagnostic.start, end: diagnostic.start + diagnostic.length },
  }));
}

/** The strings that a file begins with, as statements of their own. */
function directivesOf(source: ts.SourceFile): string[] {
  const directives: string[] = [];
  for (const statement of source.statements) {
    if (!ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression)) break;
    directives.push(statement.expression.text);
  }
  return directives;
}

/** Facts of TypeScript and JavaScript, by the fully tolerant parser of the `typescript` package. */
export const typescriptFrontend: Frontend = {
  language: 'typescript',
  extensions: EXTENSIONS,
  parse(file: string, text: string): FileFacts {
    const source = ts.createSourceFile(
      file,
      text,
      { languageVersion: ts.ScriptTarget.ESNext, jsDocParsingMode: ts.JSDocParsingMode.ParseNone },
      true,
      scriptKind(file),
    );
    return {
      file,
      language: 'typescript',
      lineStarts: lineStartsOf(text),
      directives: directivesOf(source),
      problems: syntaxProblems(source),
      ...lowerModule(source),
    };
  },
};
