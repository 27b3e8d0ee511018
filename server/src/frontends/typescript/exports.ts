/** What a file hands to those that import it. */
import ts from '#typescript';
import type { ExportFacts } from '../../model/facts.js';
import type { ModuleLowering } from './module.js';
import { boundIdentifiers, hasExportModifier, type Scope } from './scopes.js';

/** @param scope the module's own */
export function exportsOf(source: ts.SourceFile, module: ModuleLowering, scope: Scope): ExportFacts[] {
  const found: ExportFacts[] = [];
  const add = (name: string, local: string): void => {
    const variable = scope.resolve(local);
    if (variable !== undefined) found.push({ kind: 'variable', name, variable });
  };
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      if (!statement.isTypeOnly) found.push(...declaredExports(statement, add));
    } else if (ts.isExportAssignment(statement)) {
      if (statement.isExportEquals !== true && ts.isIdentifier(statement.expression))
        add('default', statement.expression.text);
    } else if (!hasExportModifier(statement)) continue;
    else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations)
        for (const { text } of boundIdentifiers(name)) add(text, text);
    } else if (
      (ts.isFunctionDeclaration(statement) ||
        ts.isClassDeclaration(statement) ||
        ts.isEnumDeclaration(statement)) &&
      statement.name !== undefined
    ) {
      add(isDefault(statement) ? 'default' : statement.name.text, statement.name.text);
    }
  }
  if (module.defaultExport !== undefined)
    found.push({ kind: 'variable', name: 'default', variable: module.defaultExport });
  return found;
}

function isDefault(node: ts.HasModifiers): boolean {
  return (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
}

function declaredExports(
  { exportClause: clause, moduleSpecifier }: ts.ExportDeclaration,
  add: (name: string, local: string) => void,
): ExportFacts[] {
  const module =
    moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
  if (clause === undefined) return module === undefined ? [] : [{ kind: 'all', module }];
  if (ts.isNamespaceExport(clause))
    return module === undefined ? [] : [{ kind: 'from', name: clause.name.text, module, imported: '*' }];
  const handedOn: ExportFacts[] = [];
  for (const { name, propertyName = name, isTypeOnly } of clause.elements) {
    if (isTypeOnly) continue;
    if (module === undefined) add(name.text, propertyName.text);
    else handedOn.push({ kind: 'from', name: name.text, module, imported: propertyName.text });
  }
  return handedOn;
}
