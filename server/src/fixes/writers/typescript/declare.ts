/** Declares a CombinedLock in a module, and imports the class, in the module's own manner. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from '#typescript';
import { isLockClass, type CombinedLocks } from './combined-locks.js';
import { insertion, type Change } from '../edits.js';
import { freeName, identifiersIn } from './names.js';
import { indentationAt, isFirstOnLine, isLastOnLine } from '../lines.js';
import { quoted, type Style } from './style.js';
import { isTypeScript } from './syntax.js';

const MODULE = 'lockkit';
const CLASS = 'CombinedLock';

export interface LockUse {
  /** The expression that is the lock. */
  readonly expression: string;
  readonly changes: readonly Change[];
}

export function useLock(
  source: ts.SourceFile,
  locks: CombinedLocks,
  lockName: string,
  style: Style,
): LockUse {
  const known = locks.ofModule(lockName);
  if (known !== undefined) return { expression: known.identifier, changes: [] };
  const imported = importClass(source, style);
  const taken = identifiersIn(source);
  const identifier = lockIdentifier(lockName, taken);
  const declaration = `const ${identifier} = new ${imported.expression}(${quoted(lockName, style)})${style.semicolon}`;
  return {
    expression: identifier,
    changes: [...imported.changes, placeAtTop(source, imported.statement, declaration, style)],
  };
}

/** Makes the class available, and nothing more. */
export function useLockClass(source: ts.SourceFile, style: Style): LockUse {
  const { expression, changes, statement } = importClass(source, style);
  if (statement === undefined) return { expression, changes };
  return { expression, changes: [...changes, placeAtTop(source, statement, undefined, style)] };
}

/** The import statement that a file needs for the class, if it has none yet. */
export function missingImport(source: ts.SourceFile, style: Style): string | undefined {
  return importClass(source, style).statement;
}

/** A name for the variable that holds the lock: `totalLock` for `counter:total`. */
export function lockIdentifier(lockName: string, taken: ReadonlySet<string>): string {
  const plain = lockName.replace(/\.(json|jsonl|ndjson|txt|csv|ya?ml|xml|db|sqlite|log|lock|dat|bin)$/i, '');
  const part = camelCase(
    plain
      .split(/[:/\\.#]/)
      .filter((piece) => /\p{L}/u.test(piece))
      .at(-1) ?? '',
  );
  const whole = camelCase(plain);
  const candidates = [part, whole].filter((name) => /^[\p{L}_$]/u.test(name)).map(withLock);
  return candidates.find((name) => !taken.has(name)) ?? freeName(candidates[0] ?? 'sharedLock', taken);
}

function withLock(name: string): string {
  return /lock$/i.test(name) ? name : `${name}Lock`;
}

function camelCase(text: string): string {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  return words
    .map((word, index) => {
      const [first = ''] = word;
      const rest = word === word.toUpperCase() ? word.slice(1).toLowerCase() : word.slice(1);
      return (index === 0 ? first.toLowerCase() : first.toUpperCase()) + rest;
    })
    .join('');
}

interface Imported {
  /** How the class is named in the file. */
  readonly expression: string;
  readonly changes: readonly Change[];
  /** The import statement that must still be written. */
  readonly statement?: string;
}

function importClass(source: ts.SourceFile, style: Style): Imported {
  for (const statement of source.statements) {
    const found = ts.isImportDeclaration(statement)
      ? fromImport(statement, style)
      : ts.isVariableStatement(statement)
        ? fromRequire(statement, style)
        : undefined;
    if (found !== undefined) return found;
  }
  const local = identifiersIn(source).has(CLASS) ? freeName(`Lockkit${CLASS}`, identifiersIn(source)) : CLASS;
  const module = quoted(MODULE, style);
  if (isCommonJs(source)) {
    const binding = local === CLASS ? CLASS : `${CLASS}: ${local}`;
    return {
      expression: local,
      changes: [],
      statement: `const { ${binding} } = require(${module})${style.semicolon}`,
    };
  }
  const binding = local === CLASS ? CLASS : `${CLASS} as ${local}`;
  return {
    expression: local,
    changes: [],
    statement: `import { ${binding} } from ${module}${style.semicolon}`,
  };
}

function fromImport(
  { importClause, moduleSpecifier }: ts.ImportDeclaration,
  style: Style,
): Imported | undefined {
  if (!ts.isStringLiteral(moduleSpecifier) || moduleSpecifier.text !== MODULE) return undefined;
  const bindings = importClause?.namedBindings;
  // An import of types alone cannot take a value.
  if (importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword || bindings === undefined) return undefined;
  if (ts.isNamespaceImport(bindings)) return { expression: `${bindings.name.text}.${CLASS}`, changes: [] };
  for (const element of bindings.elements) {
    if ((element.propertyName ?? element.name).text === CLASS && !element.isTypeOnly)
      return { expression: element.name.text, changes: [] };
  }
  // The name stands for the type alone; the value is imported under another one.
  if (bindings.elements.some(({ name }) => name.text === CLASS)) return undefined;
  return { expression: CLASS, changes: [addedTo(bindings.elements, bindings, style)] };
}

function fromRequire(statement: ts.VariableStatement, style: Style): Imported | undefined {
  for (const { name, initializer } of statement.declarationList.declarations) {
    if (initializer === undefined || !isRequireOf(initializer, MODULE)) continue;
    if (ts.isIdentifier(name)) return { expression: `${name.text}.${CLASS}`, changes: [] };
    if (!ts.isObjectBindingPattern(name)) continue;
    for (const element of name.elements) {
      const key = element.propertyName ?? element.name;
      if (ts.isIdentifier(key) && key.text === CLASS && ts.isIdentifier(element.name))
        return { expression: element.name.text, changes: [] };
    }
    return { expression: CLASS, changes: [addedTo(name.elements, name, style)] };
  }
  return undefined;
}

function addedTo(elements: ts.NodeArray<ts.Node>, braces: ts.Node, { eol }: Style): Change {
  const last = elements.at(-1);
  if (last === undefined)
    return { range: { start: braces.getStart(), end: braces.end }, newText: `{ ${CLASS} }` };
  const { text } = braces.getSourceFile();
  const start = last.getStart();
  if (!isFirstOnLine(text, start)) return insertion(last.end, `, ${CLASS}`);
  return insertion(last.end, `,${eol}${indentationAt(text, start)}${CLASS}`);
}

function isRequireOf(expression: ts.Expression, module?: string): boolean {
  let inner = expression;
  while (ts.isPropertyAccessExpression(inner) || ts.isCallExpression(inner)) {
    if (
      ts.isCallExpression(inner) &&
      ts.isIdentifier(inner.expression) &&
      inner.expression.text === 'require'
    ) {
      const [specifier] = inner.arguments;
      if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return false;
      return module === undefined || (specifier.text === module && inner === expression);
    }
    inner = inner.expression;
  }
  return false;
}

/** Whether the file is CommonJS: by its name, by what it says, and else as Node decides it. */
function isCommonJs(source: ts.SourceFile): boolean {
  const { fileName } = source;
  if (/\.m[jt]s$/.test(fileName) || source.statements.some(isEcmaScriptImportOrExport)) return false;
  if (fileName.endsWith('.cjs') || saysCommonJs(source)) return true;
  if (isTypeScript(source) || fileName.endsWith('.jsx')) return false;
  return packageType(fileName) !== 'module';
}

function saysCommonJs(node: ts.Node): boolean {
  if (ts.isCallExpression(node) && isRequireOf(node)) return true;
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    if (node.expression.text === 'exports') return true;
    if (node.expression.text === 'module' && node.name.text === 'exports') return true;
  }
  return ts.forEachChild(node, (child) => saysCommonJs(child) || undefined) ?? false;
}

function isEcmaScriptImportOrExport(statement: ts.Statement): boolean {
  if (ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) return true;
  if (ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) return true;
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** The `type` of the nearest `package.json`, by which Node takes `.js` files. */
function packageType(file: string): string | undefined {
  for (let directory = path.dirname(file); ; directory = path.dirname(directory)) {
    const candidate = path.join(directory, 'package.json');
    if (existsSync(candidate)) {
      try {
        return (JSON.parse(readFileSync(candidate, 'utf8')) as { type?: string }).type;
      } catch {
        // Node refuses such a package whole.
        return undefined;
      }
    }
    if (path.dirname(directory) === directory) return undefined;
  }
}

/** Puts the import and the lock's declaration, of which one may be missing, after the module's imports, or before its first statement. */
function placeAtTop(
  source: ts.SourceFile,
  statement: string | undefined,
  declaration: string | undefined,
  { eol }: Style,
): Change {
  const { text, statements } = source;
  const head = leading(statements);
  const anchor = head.at(-1);
  const lines = [statement, declaration].filter((part) => part !== undefined).join(eol + eol);
  const next = statements[head.length];
  if (anchor === undefined) {
    return insertion(next === undefined ? text.length : startOf(text, next, source), lines + eol + eol);
  }
  const neighbour = lockAfter(source, head.length);
  if (neighbour !== undefined && statement === undefined)
    return insertion(endOfLine(text, neighbour.end), eol + lines);
  const end = endOfLine(text, anchor.end);
  const joins = statement !== undefined && isImport(anchor);
  const close = next !== undefined && !/(\r\n|\n|\r)[ \t]*(\r\n|\n|\r)/.test(gapAfter(text, end));
  const written = (joins ? eol : eol + eol) + lines + (close ? eol : '');
  if (isLastOnLine(text, end)) return insertion(end, written);
  // What follows on the same line goes on a line of its own.
  const gap = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
  return { range: { start: end, end: end + gap }, newText: written + eol };
}

function gapAfter(text: string, offset: number): string {
  return /^\s*/.exec(text.slice(offset))?.[0] ?? '';
}

/** The directives, imports and requires that the module starts with. */
function leading(statements: readonly ts.Statement[]): ts.Statement[] {
  const end = statements.findIndex((statement) => !isImport(statement) && !isDirective(statement));
  return statements.slice(0, end === -1 ? statements.length : end);
}

function isImport(statement: ts.Statement): boolean {
  if (ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) return true;
  const expression = expressionOf(statement);
  if (expression !== undefined) return isRequireOf(expression);
  return (
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.every(
      ({ initializer }) => initializer !== undefined && isRequireOf(initializer),
    )
  );
}

function isDirective(statement: ts.Statement): boolean {
  const expression = expressionOf(statement);
  return expression !== undefined && ts.isStringLiteral(expression);
}

function expressionOf(statement: ts.Statement): ts.Expression | undefined {
  return ts.isExpressionStatement(statement) ? statement.expression : undefined;
}

/** The last of the locks that are declared straight after the imports. */
function lockAfter(source: ts.SourceFile, index: number): ts.Statement | undefined {
  let found: ts.Statement | undefined;
  for (const statement of source.statements.slice(index)) {
    if (!ts.isVariableStatement(statement)) break;
    const [declaration] = statement.declarationList.declarations;
    const made = declaration?.initializer;
    if (made === undefined || !ts.isNewExpression(made) || !isLockClass(made.expression, source)) break;
    found = statement;
  }
  return found;
}

/** After the comments that follow on the same line. */
function endOfLine(text: string, end: number): number {
  const comment = ts.getTrailingCommentRanges(text, end)?.at(-1);
  return comment !== undefined && isLastOnLine(text, comment.end) ? comment.end : end;
}

/** Comments that speak of the whole file, or to a tool about it. */
const OF_THE_FILE =
  /licen[cs]e|copyright|^\/\*!|@file|@preserve|@fileoverview|@flow|@ts-(no)?check|eslint-|^\/\*\s*globals?\b|istanbul|@jsx|@vitest|@jest|^\/\/\/\s*</i;

/** Where the first statement starts with the comments that are its own. */
function startOf(text: string, statement: ts.Statement, source: ts.SourceFile): number {
  let start = statement.getStart(source);
  const shebang = ts.getShebang(text)?.length ?? 0;
  const comments = ts.getLeadingCommentRanges(text, Math.max(statement.pos, shebang)) ?? [];
  for (const { pos, end } of comments.toReversed()) {
    const lines = (text.slice(end, start).match(/\r\n|\n|\r/g) ?? []).length;
    if (lines > 1 || pos < shebang || OF_THE_FILE.test(text.slice(pos, end))) break;
    start = pos;
  }
  return start;
}
