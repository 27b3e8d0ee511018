/** New values of columns, in an object among a call's arguments. */
import ts from '#typescript';
import type { AddingOperator } from '../../../../model/store-model.js';
import type { Change } from '../../edits.js';
import { visitAll } from '../syntax.js';
import type { Adding } from './calls.js';
import type { Sum } from './sums.js';

/** The value that is written, and where it stands. */
export interface Written {
  readonly value: ts.Expression;
  readonly property?: Property;
  /** Writes it as an expression of SQL. */
  readonly sql?: (sum: Sum) => Adding | undefined;
}

interface Property {
  /** True when the object has no other. */
  readonly alone: boolean;
  readonly operator: (adds: AddingOperator, sum: Sum) => Adding | undefined;
}

type Assignment = ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

/** @returns undefined where the column is not written out, or more than once */
export function columnValue(writing: ts.CallExpression, column: string): Written | undefined {
  const found: Assignment[] = [];
  for (const argument of writing.arguments) {
    visitAll(argument, (node) => {
      const isAssignment = ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node);
      if (isAssignment && nameOf(node) === column) found.push(node);
    });
  }
  const candidates = found.filter((assignment) => !isSelector(assignment));
  const [assignment] = candidates;
  if (assignment === undefined || candidates.length > 1) return undefined;
  const object = assignment.parent;
  const value = ts.isPropertyAssignment(assignment) ? assignment.initializer : assignment.name;
  const operator: Property['operator'] = (adds, sum) =>
    adds.place === 'value'
      ? besideName(assignment, adds, sum, column)
      : aroundColumns(assignment, adds, sum, column);
  return { value, property: { alone: object.properties.length === 1, operator } };
}

function nameOf({ name }: Assignment): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : undefined;
}

/** `where: { balance: … }` selects by the column. */
function isSelector(assignment: Assignment): boolean {
  return (
    ts.findAncestor(
      assignment.parent,
      (node) => ts.isPropertyAssignment(node) && /^(where|filter|create)$/.test(node.name.getText()),
    ) !== undefined
  );
}

/** `total: { increment: 1 }`. */
function besideName(
  assignment: Assignment,
  adds: AddingOperator,
  sum: Sum,
  column: string,
): Adding | undefined {
  if (sum.fromNothing && adds.fromNothing !== true) return undefined;
  const operator = sum.subtract ? adds.subtract : adds.add;
  const amount =
    operator === undefined ? `{ ${adds.add}: ${negative(sum)} }` : `{ ${operator}: ${sum.amount.getText()} }`;
  const range = { start: assignment.name.end, end: assignment.end };
  return adding([{ range, newText: `: ${amount}` }], column);
}

/** `{ $inc: { total: 1 } }`. */
function aroundColumns(
  assignment: Assignment,
  adds: AddingOperator,
  sum: Sum,
  column: string,
): Adding | undefined {
  if (sum.fromNothing && adds.fromNothing !== true) return undefined;
  const object = assignment.parent;
  const amount = sum.subtract ? negative(sum) : sum.amount.getText();
  const name = assignment.name.getText();
  const written = amount === name ? name : `${name}: ${amount}`;
  const outer = object.parent;
  const operator = ts.isPropertyAssignment(outer) && outer.name.getText().startsWith('$') ? outer : undefined;
  const whole = { start: assignment.getStart(), end: assignment.end };
  if (operator === undefined) {
    // New values without an operator around them: there is no place beside them.
    if (object.properties.length > 1 || !ts.isCallExpression(outer)) return undefined;
    return adding([{ range: whole, newText: `${adds.add}: { ${written} }` }], column);
  }
  if (object.properties.length === 1) {
    const range = { start: operator.name.getStart(), end: operator.name.end };
    return adding(
      [
        { range, newText: adds.add },
        { range: whole, newText: written },
      ],
      column,
    );
  }
  // One more of the same name would take the place of the one that is there.
  if (operator.parent.properties.some((other) => other.name?.getText() === adds.add)) return undefined;
  const index = object.properties.findIndex((property) => property === assignment);
  const [previous, next] = [object.properties[index - 1], object.properties[index + 1]];
  const range =
    next === undefined
      ? { start: previous?.end ?? whole.start, end: whole.end }
      : { start: whole.start, end: next.getStart() };
  return adding(
    [
      { range, newText: '' },
      { range: { start: operator.end, end: operator.end }, newText: `, ${adds.add}: { ${written} }` },
    ],
    column,
  );
}

function negative({ amount }: Sum): string {
  const text = amount.getText();
  return /^[\w.]+$/.test(text) ? `-${text}` : `-(${text})`;
}

function adding(changes: readonly Change[], column: string): Adding {
  return { changes, returnsSum: false, returnsText: false, column };
}
