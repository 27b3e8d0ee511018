/** What a file imports by name, in either module system. */
import ts from '#typescript';
import type { Change } from '../edits.js';
import { nextLine } from '../lines.js';

interface NamedImport {
  readonly module: string;
  /** The name that the module exports it under. */
  readonly name: string;
}

interface Found extends NamedImport {
  readonly statement: ts.Statement;
  readonly element: ts.ImportSpecifier | ts.BindingElement;
  readonly elements: ts.NodeArray<ts.ImportSpecifier> | ts.NodeArray<ts.BindingElement>;
}

export function importOf(source: ts.SourceFile, local: string): NamedImport | undefined {
  return findImport(source, local);
}

export interface Removal {
  readonly changes: readonly Change[];
  /** True when another import stands in its place. */
  readonly replaced: boolean;
}

/**
 * Takes a name out of the imports.
 * @param instead an import to put where the whole statement goes
 */
export function importRemoved(
  source: ts.SourceFile,
  local: string,
  instead: string | undefined,
): Removal | undefined {
  const found = findImport(source, local);
  if (found === undefined) return undefined;
  const { statement, element, elements } = found;
  const start = statement.getStart(source);
  const first = defaultOf(statement);
  if (elements.length === 1 && first !== undefined) {
    const range = { start: first.end, end: element.parent.end };
    return { changes: [{ range, newText: '' }], replaced: false };
  }
  if (elements.length > 1) {
    const index = elements.findIndex((candidate) => candidate === element);
    const [previous, next] = [elements[index - 1], elements[index + 1]];
    const range =
      next === undefined
        ? { start: previous?.end ?? element.getStart(source), end: element.end }
        : { start: element.getStart(source), end: next.getStart(source) };
    return { changes: [{ range, newText: '' }], replaced: false };
  }
  if (instead !== undefined)
    return { changes: [{ range: { start, end: statement.end }, newText: instead }], replaced: true };
  return {
    changes: [{ range: { start, end: nextLine(source.text, statement.end) }, newText: '' }],
    replaced: false,
  };
}

function defaultOf(statement: ts.Statement): ts.Identifier | undefined {
  return ts.isImportDeclaration(statement) ? statement.importClause?.name : undefined;
}

function findImport(source: ts.SourceFile, local: string): Found | undefined {
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const { importClause, moduleSpecifier } = statement;
      const bindings = importClause?.namedBindings;
      if (bindings === undefined || !ts.isNamedImports(bindings) || !ts.isStringLiteral(moduleSpecifier))
        continue;
      const element = bindings.elements.find(({ name }) => name.text === local);
      if (element === undefined) continue;
      const name = (element.propertyName ?? element.name).text;
      return { module: moduleSpecifier.text, name, statement, element, elements: bindings.elements };
    }
    if (!ts.isVariableStatement(statement)) continue;
    const { declarations } = statement.declarationList;
    const [declaration] = declarations;
    if (declaration === undefined || declarations.length > 1) continue;
    const { name: pattern, initializer } = declaration;
    const module = initializer && requiredBy(initializer);
    if (module === undefined || !ts.isObjectBindingPattern(pattern)) continue;
    const element = pattern.elements.find(({ name }) => ts.isIdentifier(name) && name.text === local);
    if (element === undefined) continue;
    const key = element.propertyName ?? element.name;
    if (!ts.isIdentifier(key)) continue;
    return { module, name: key.text, statement, element, elements: pattern.elements };
  }
  return undefined;
}

function requiredBy(expression: ts.Expression): string | undefined {
  if (!ts.isCallExpression(expression) || !ts.isIdentifier(expression.expression)) return undefined;
  if (expression.expression.text !== 'require') return undefined;
  const [specifier] = expression.arguments;
  return specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}
