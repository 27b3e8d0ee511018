/** Reads the data that a JavaScript module exports, or that a JSON text is, from its syntax. Nothing is run. */
import path from 'node:path';
import type ts from '#typescript';
import { compiler } from './compiler.js';
import type { DataEntry, DataValue } from './data.js';

export interface ParsedData {
  readonly data: DataValue | undefined;
  /** The parser's first complaint. */
  readonly error?: { readonly offset: number; readonly message: string };
}

/** Bounds the following of names, which may be written in a circle. */
const MAXIMUM_DEPTH = 40;

/** Reads JSON, with the comments, trailing commas and bare names that JSON5 allows too. */
export function parseJson(file: string, text: string): ParsedData {
  const source = compiler().parseJsonText(file, text);
  const [statement] = source.statements;
  const evaluator = new Evaluator(source, file);
  return {
    data: statement === undefined ? undefined : evaluator.valueOf(statement.expression),
    ...firstError(source),
  };
}

/** Reads what a module exports: by `module.exports`, `exports.x` or `export default`, directly or by names in between. */
export function parseModule(file: string, text: string): ParsedData {
  const kind = /\.[mc]?ts$/.test(file) ? compiler().ScriptKind.TS : compiler().ScriptKind.JS;
  const source = compiler().createSourceFile(file, text, compiler().ScriptTarget.ESNext, true, kind);
  return { data: new Evaluator(source, file).exported(), ...firstError(source) };
}

function firstError(source: ts.SourceFile): Pick<ParsedData, 'error'> {
  // What the parser itself reports; the public way to it needs a whole program.
  const { parseDiagnostics = [] } = source as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] };
  const [first] = parseDiagnostics;
  if (first === undefined) return {};
  return {
    error: { offset: first.start, message: compiler().flattenDiagnosticMessageText(first.messageText, ' ') },
  };
}

class Evaluator {
  private readonly declared = new Map<string, ts.Expression>();
  private readonly ts = compiler();
  private depth = 0;

  constructor(
    private readonly source: ts.SourceFile,
    private readonly file: string,
  ) {
    for (const statement of source.statements) {
      if (!this.ts.isVariableStatement(statement)) continue;
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (this.ts.isIdentifier(name) && initializer !== undefined)
          this.declared.set(name.text, initializer);
      }
    }
  }

  exported(): DataValue | undefined {
    let whole: DataValue | undefined;
    const named = new Map<string, DataEntry>();
    for (const statement of this.source.statements) {
      if (this.ts.isExportAssignment(statement)) whole = this.valueOf(statement.expression);
      if (!this.ts.isExpressionStatement(statement) || !this.ts.isBinaryExpression(statement.expression))
        continue;
      const { left, operatorToken, right } = statement.expression;
      if (operatorToken.kind !== this.ts.SyntaxKind.EqualsToken) continue;
      const target = left.getText(this.source);
      if (target === 'module.exports' || target === 'exports.default') whole = this.valueOf(right);
      const name = /^(?:module\.)?exports\.(\w+)$/.exec(target)?.[1];
      if (name !== undefined)
        named.set(name, { value: this.valueOf(right), range: this.range(statement.expression) });
    }
    for (const statement of this.source.statements) {
      if (!this.ts.isVariableStatement(statement)) continue;
      const exported =
        statement.modifiers?.some(({ kind }) => kind === this.ts.SyntaxKind.ExportKeyword) ?? false;
      if (!exported) continue;
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (this.ts.isIdentifier(name) && initializer !== undefined)
          named.set(name.text, { value: this.valueOf(initializer), range: this.range(statement) });
      }
    }
    if (named.size === 0) return whole;
    const entries = whole?.kind === 'record' ? new Map([...whole.entries, ...named]) : named;
    return { kind: 'record', entries, range: whole?.range ?? { start: 0, end: this.source.end } };
  }

  valueOf(expression: ts.Expression): DataValue {
    if (this.depth >= MAXIMUM_DEPTH) return { kind: 'unknown', range: this.range(expression) };
    this.depth++;
    try {
      return this.evaluate(expression);
    } finally {
      this.depth--;
    }
  }

  private evaluate(expression: ts.Expression): DataValue {
    const range = this.range(expression);
    if (
      this.ts.isParenthesizedExpression(expression) ||
      this.ts.isAsExpression(expression) ||
      this.ts.isSatisfiesExpression(expression) ||
      this.ts.isNonNullExpression(expression)
    ) {
      return this.valueOf(expression.expression);
    }
    if (this.ts.isStringLiteralLike(expression)) return { kind: 'scalar', value: expression.text, range };
    if (this.ts.isNumericLiteral(expression))
      return { kind: 'scalar', value: Number(expression.text), range };
    if (expression.kind === this.ts.SyntaxKind.TrueKeyword) return { kind: 'scalar', value: true, range };
    if (expression.kind === this.ts.SyntaxKind.FalseKeyword) return { kind: 'scalar', value: false, range };
    if (expression.kind === this.ts.SyntaxKind.NullKeyword) return { kind: 'scalar', value: null, range };
    if (
      this.ts.isPrefixUnaryExpression(expression) &&
      expression.operator === this.ts.SyntaxKind.MinusToken
    ) {
      const operand = this.valueOf(expression.operand);
      if (operand.kind === 'scalar' && typeof operand.value === 'number')
        return { kind: 'scalar', value: -operand.value, range };
    }
    if (this.ts.isObjectLiteralExpression(expression)) return this.record(expression);
    if (this.ts.isArrayLiteralExpression(expression)) {
      const items = expression.elements.flatMap((element): readonly DataValue[] => {
        if (!this.ts.isSpreadElement(element)) return [this.valueOf(element)];
        const spread = this.valueOf(element.expression);
        return spread.kind === 'list' ? spread.items : [];
      });
      return { kind: 'list', items, range };
    }
    if (this.ts.isIdentifier(expression)) return this.named(expression);
    if (this.ts.isConditionalExpression(expression)) {
      return {
        kind: 'either',
        values: [this.valueOf(expression.whenTrue), this.valueOf(expression.whenFalse)],
        range,
      };
    }
    if (this.ts.isBinaryExpression(expression)) return this.binary(expression);
    if (this.ts.isTemplateExpression(expression)) return this.template(expression);
    if (this.ts.isPropertyAccessExpression(expression)) return this.property(expression);
    if (this.ts.isCallExpression(expression)) return this.call(expression);
    return { kind: 'unknown', range };
  }

  private record(expression: ts.ObjectLiteralExpression): DataValue {
    const entries = new Map<string, DataEntry>();
    for (const property of expression.properties) {
      if (this.ts.isSpreadAssignment(property)) {
        const spread = this.valueOf(property.expression);
        if (spread.kind === 'record') for (const [key, entry] of spread.entries) entries.set(key, entry);
      } else if (this.ts.isShorthandPropertyAssignment(property)) {
        entries.set(property.name.text, { value: this.valueOf(property.name), range: this.range(property) });
      } else if (this.ts.isPropertyAssignment(property) && !this.ts.isComputedPropertyName(property.name)) {
        entries.set(property.name.text, {
          value: this.valueOf(property.initializer),
          range: this.range(property),
        });
      }
    }
    return { kind: 'record', entries, range: this.range(expression) };
  }

  private named(identifier: ts.Identifier): DataValue {
    const range = this.range(identifier);
    const initializer = this.declared.get(identifier.text);
    if (initializer !== undefined) return this.valueOf(initializer);
    if (identifier.text === '__dirname') return { kind: 'scalar', value: path.dirname(this.file), range };
    return { kind: 'unknown', range };
  }

  private binary(expression: ts.BinaryExpression): DataValue {
    const range = this.range(expression);
    const left = this.valueOf(expression.left);
    const right = this.valueOf(expression.right);
    const operator = expression.operatorToken.kind;
    if (operator === this.ts.SyntaxKind.BarBarToken || operator === this.ts.SyntaxKind.QuestionQuestionToken)
      return left.kind === 'unknown' ? right : { kind: 'either', values: [left, right], range };
    const joins =
      operator === this.ts.SyntaxKind.PlusToken && left.kind === 'scalar' && right.kind === 'scalar';
    if (joins && typeof left.value === 'string')
      return { kind: 'scalar', value: left.value + String(right.value), range };
    // Arithmetic over the number of processors is still a number that the machine decides.
    if (left.kind === 'processors' || right.kind === 'processors') return { kind: 'processors', range };
    return { kind: 'unknown', range };
  }

  private template(expression: ts.TemplateExpression): DataValue {
    const range = this.range(expression);
    let text = expression.head.text;
    for (const span of expression.templateSpans) {
      const value = this.valueOf(span.expression);
      if (value.kind !== 'scalar') return { kind: 'unknown', range };
      text += String(value.value) + span.literal.text;
    }
    return { kind: 'scalar', value: text, range };
  }

  private property(expression: ts.PropertyAccessExpression): DataValue {
    const range = this.range(expression);
    if (expression.getText(this.source) === 'import.meta.dirname')
      return { kind: 'scalar', value: path.dirname(this.file), range };
    const object = this.valueOf(expression.expression);
    if (object.kind === 'processors' && expression.name.text === 'length') return object;
    if (object.kind === 'record')
      return object.entries.get(expression.name.text)?.value ?? { kind: 'unknown', range };
    return { kind: 'unknown', range };
  }

  private call(expression: ts.CallExpression): DataValue {
    const range = this.range(expression);
    const name = expression.expression.getText(this.source).split('.').at(-1) ?? '';
    const args = expression.arguments.map((argument) => this.valueOf(argument));
    if (name === 'cpus' || name === 'availableParallelism') return { kind: 'processors', range };
    if (name === 'join' || name === 'resolve') {
      const parts = args.map((argument) => (argument.kind === 'scalar' ? String(argument.value) : undefined));
      const known = parts.filter((part) => part !== undefined);
      if (known.length < parts.length) return { kind: 'unknown', range };
      return { kind: 'scalar', value: path[name](...known), range };
    }
    // Math.max(2, os.cpus().length), Number(…), parseInt(…, 10), String(…), defineConfig(…)
    const processors = args.find((argument) => argument.kind === 'processors');
    if (processors !== undefined) return processors;
    const [only] = args;
    if (only !== undefined && /^(Number|parseInt|String|define\w*)$/.test(name)) return only;
    return { kind: 'unknown', range };
  }

  private range(node: ts.Node): { start: number; end: number } {
    return { start: node.getStart(this.source), end: node.end };
  }
}
