/** Ways to write a program of TypeScript or JavaScript anew that change nothing of what it does. */
import path from 'node:path';
import prettier from 'prettier';
import ts from 'typescript';

const SCRIPT = /\.[cm]?[jt]sx?$/;

function parse(file: string, text: string): ts.SourceFile {
  const kind = /\.[cm]?js$/.test(file)
    ? ts.ScriptKind.JS
    : file.endsWith('x')
      ? ts.ScriptKind.TSX
      : ts.ScriptKind.TS;
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Of edits that overlap, the first stands. */
function withEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text: put } of [...edits].sort((one, other) => one.start - other.start)) {
    if (start < at) continue;
    result += text.slice(at, start) + put;
    at = end;
  }
  return result + text.slice(at);
}

function all(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [node];
  ts.forEachChild(node, (child) => {
    found.push(...all(child));
  });
  return found;
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isAccessor(parent) ||
      ts.isEnumMember(parent)) &&
    parent.name === node
  );
}

/** True for names that others know a thing by, and for those that stand for a property, too. */
function isKnownOutside(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent) || ts.isExportAssignment(parent))
    return true;
  if (ts.isImportClause(parent) || ts.isNamespaceImport(parent)) return true;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent))
    return (
      ts.isObjectBindingPattern(parent.parent) && parent.propertyName === undefined && parent.name === node
    );
  if (ts.isParameter(parent) && parent.modifiers !== undefined) return true;
  const statement = ts.findAncestor(parent, ts.isStatement);
  const modifiers = statement && ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  const isTop = statement !== undefined && ts.isSourceFile(statement.parent);
  return (
    isTop &&
    (modifiers ?? []).some(
      ({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DeclareKeyword,
    )
  );
}

function isDeclared(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isFunctionDeclaration(parent) ||
      ts.isClassDeclaration(parent) ||
      ts.isBindingElement(parent)) &&
    parent.name === node
  );
}

/** Every name that is of this file alone ends in another way; the words in it stay, since they are what locks are known by. */
export function renamed(files: ReadonlyMap<string, string>): Map<string, string> {
  return mapScripts(files, (file, text) => {
    const identifiers = all(parse(file, text)).filter(ts.isIdentifier);
    const names = new Set(identifiers.filter(isDeclared).map(({ text: name }) => name));
    for (const node of identifiers) if (isKnownOutside(node)) names.delete(node.text);
    names.delete('this');
    const edits = identifiers
      .filter((node) => names.has(node.text) && !isPropertyName(node))
      .map((node) => ({ start: node.getStart(), end: node.end, text: `${node.text}Q7` }));
    return withEdits(text, edits);
  });
}

/** As another style guide has it. */
export async function reformatted(files: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const result = new Map(files);
  for (const [file, text] of files) {
    if (!SCRIPT.test(file)) continue;
    const style = {
      printWidth: 40,
      useTabs: true,
      semi: false,
      singleQuote: false,
      arrowParens: 'avoid',
    } as const;
    result.set(file, await prettier.format(text, { ...style, filepath: file }));
  }
  return result;
}

/** In async functions, what follows on `const value = await call()` is put in a function that is given to `.then`. */
export function chained(files: ReadonlyMap<string, string>): Map<string, string> {
  return mapScripts(files, (file, text) => {
    const edits: Edit[] = [];
    for (const node of all(parse(file, text))) {
      if (!isAsync(node) || node.body === undefined || !ts.isBlock(node.body)) continue;
      const { statements } = node.body;
      const edit = chainOf(statements, text);
      if (edit !== undefined) edits.push(edit);
    }
    return withEdits(text, edits);
  });
}

function isAsync(node: ts.Node): node is ts.FunctionLikeDeclaration & { body?: ts.Node } {
  if (!ts.isFunctionLike(node) || !('body' in node)) return false;
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  const isGenerator = 'asteriskToken' in node && node.asteriskToken !== undefined;
  return !isGenerator && modifiers.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
}

function chainOf(statements: ts.NodeArray<ts.Statement>, text: string): Edit | undefined {
  const isUsing = (statement: ts.Statement): boolean =>
    ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Using) !== 0;
  const index = statements.findIndex((statement) => awaitedBy(statement) !== undefined);
  const statement = statements[index];
  const last = statements.at(-1);
  if (statement === undefined || last === undefined || statements.some(isUsing)) return undefined;
  const awaited = awaitedBy(statement);
  if (awaited === undefined || !ts.isCallExpression(awaited.call)) return undefined;
  const rest = text.slice(statement.end, last.end);
  const call = awaited.call.getText();
  return {
    start: statement.getStart(),
    end: last.end,
    text: `return ${call}.then(async (${awaited.name}) => {${rest}\n});`,
  };
}

function awaitedBy(statement: ts.Statement): { call: ts.Expression; name: string } | undefined {
  if (ts.isExpressionStatement(statement) && ts.isAwaitExpression(statement.expression))
    return { call: statement.expression.expression, name: '' };
  if (!ts.isVariableStatement(statement)) return undefined;
  const [declaration, another] = statement.declarationList.declarations;
  if (another !== undefined || declaration?.initializer === undefined) return undefined;
  if ((statement.declarationList.flags & ts.NodeFlags.Const) === 0) return undefined;
  if (!ts.isAwaitExpression(declaration.initializer)) return undefined;
  return { call: declaration.initializer.expression, name: declaration.name.getText() };
}

/** A function that needs nothing of its file but what that imports is put in a file of its own; undefined if there is none. */
export function moved(files: ReadonlyMap<string, string>): Map<string, string> | undefined {
  for (const [file, text] of files) {
    if (!SCRIPT.test(file)) continue;
    const source = parse(file, text);
    const imports = source.statements.filter(ts.isImportDeclaration);
    const own = new Set(source.statements.filter((one) => !ts.isImportDeclaration(one)).flatMap(namesOf));
    for (const statement of source.statements) {
      if (
        !ts.isFunctionDeclaration(statement) ||
        statement.name === undefined ||
        statement.body === undefined
      )
        continue;
      const { text: name } = statement.name;
      const used = new Set(
        all(statement)
          .filter(ts.isIdentifier)
          .map((node) => node.text),
      );
      if ([...own].some((other) => other !== name && used.has(other))) continue;
      const isDefault = (ts.getModifiers(statement) ?? []).some(
        ({ kind }) => kind === ts.SyntaxKind.DefaultKeyword,
      );
      if (isDefault) continue;
      const isExported = (ts.getModifiers(statement) ?? []).some(
        ({ kind }) => kind === ts.SyntaxKind.ExportKeyword,
      );
      const folder = path.dirname(file);
      const target = path.join(folder, `moved${path.extname(file)}`);
      const specifier = `./moved.js`;
      const result = new Map(files);
      const head = imports.map((one) => one.getText()).join('\n');
      result.set(target, `${head}\n\n${isExported ? '' : 'export '}${statement.getText()}\n`);
      const left = text.slice(0, statement.getStart()) + text.slice(statement.end);
      result.set(
        file,
        `import { ${name} } from '${specifier}';\n${left}${isExported ? `\nexport { ${name} };\n` : ''}`,
      );
      return result;
    }
  }
  return undefined;
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return all(statement.declarationList)
      .filter(ts.isIdentifier)
      .filter(isDeclared)
      .map(({ text }) => text);
  const name = 'name' in statement ? (statement.name as ts.Node | undefined) : undefined;
  return name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
}

function mapScripts(
  files: ReadonlyMap<string, string>,
  rewrite: (file: string, text: string) => string,
): Map<string, string> {
  return new Map([...files].map(([file, text]) => [file, SCRIPT.test(file) ? rewrite(file, text) : text]));
}
