/** `UPDATE … SET n = n + ?` in place of a value that was computed from what was read. */
import ts from '#typescript';
import { insertion } from '../../edits.js';
import { visitAll } from '../syntax.js';
import type { Adding } from './calls.js';
import type { Written } from './columns.js';
import type { Sum } from './sums.js';

type Text = ts.StringLiteral | ts.NoSubstitutionTemplateLiteral;

/** @returns undefined where the statement, or the value of the column's placeholder, is not written out in the call */
export function sqlValue(writing: ts.CallExpression, column: string): Written | undefined {
  const texts: Text[] = [];
  visitAll(writing, (node) => {
    const isText = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node);
    if (isText && /^\s*update\b/i.test(node.text)) texts.push(node);
  });
  const [text] = texts;
  if (text === undefined || texts.length > 1) return undefined;
  const source = text.getSourceFile();
  const start = text.getStart(source);
  const raw = source.text.slice(start, text.end);
  const name = column.split('.').at(-1) ?? column;
  const escaped = name.replace(/[^\w]/g, '\\$&');
  const assignment = new RegExp(
    `(["\`]?)\\b${escaped}\\b\\1\\s*=\\s*(\\$\\d+|\\?|[:@]\\w+)(?=\\s*(?:,|where\\b|returning\\b|;?\\s*['"\`]$))`,
    'is',
  ).exec(raw);
  const placeholder = assignment?.[2];
  if (assignment === null || placeholder === undefined || /\bwhere\b/i.test(raw.slice(0, assignment.index)))
    return undefined;
  const at = assignment.index + assignment[0].length - placeholder.length;
  if (placeholder !== '?' && raw.split(placeholder).filter((part) => !/^\d/.test(part)).length > 2)
    return undefined;
  const value = valueOf(writing, text, raw, placeholder, at);
  if (value === undefined) return undefined;
  const quotedName = raw.slice(
    assignment.index,
    assignment.index + (assignment[1] ?? '').length * 2 + name.length,
  );
  return {
    value,
    sql: (sum) => adding(value, start + at, quotedName, sum, column),
  };
}

function adding(value: ts.Expression, at: number, name: string, sum: Sum, column: string): Adding {
  const old = sum.fromNothing ? `COALESCE(${name}, 0)` : name;
  const start = value.getStart();
  const named = ts.isShorthandPropertyAssignment(value.parent) ? `${value.getText()}: ` : '';
  return {
    changes: [
      insertion(at, `${old} ${sum.subtract ? '-' : '+'} `),
      { range: { start, end: value.end }, newText: named + sum.amount.getText() },
    ],
    returnsSum: false,
    returnsText: false,
    column,
  };
}

/** The expression that a placeholder stands for. */
function valueOf(
  writing: ts.CallExpression,
  text: Text,
  raw: string,
  placeholder: string,
  at: number,
): ts.Expression | undefined {
  const rest = writing.arguments.filter((argument) => argument !== text);
  const [first] = rest;
  if (/^[:@]/.test(placeholder)) {
    const name = placeholder.slice(1);
    if (first === undefined || !ts.isObjectLiteralExpression(first)) return undefined;
    for (const property of first.properties) {
      if (property.name?.getText() !== name) continue;
      if (ts.isPropertyAssignment(property)) return property.initializer;
      if (ts.isShorthandPropertyAssignment(property)) return property.name;
    }
    return undefined;
  }
  const index =
    placeholder === '?' ? (raw.slice(0, at).match(/\?/g) ?? []).length : Number(placeholder.slice(1)) - 1;
  const values = first !== undefined && ts.isArrayLiteralExpression(first) ? first.elements : rest;
  const value = values[index];
  return value === undefined || ts.isSpreadElement(value) || ts.isFunctionLike(value) ? undefined : value;
}
