/** Statements of SQL among the arguments of a call, applied. */
import { DIMENSIONS } from '../model/dimensions.js';
import type { Reference } from '../model/library-model.js';
import type { SqlModel } from '../model/store-model.js';
import {
  readStatements,
  type Condition,
  type Expression,
  type Placeholder,
  type Statement,
} from '../libraries/sql/statements.js';
import type { CallSite } from './calls.js';
import { placeIn } from './frame.js';
import { propertyAt, valueAt, type Applied } from './references.js';
import { readRow } from './row-effects.js';
import { rowCell, writeRow, type Selector, type Table } from './rows.js';
import { noteReleased } from './sections.js';
import type { State } from './state.js';
import { acquireRow, beginTransaction, endTransaction } from './transactions.js';
import {
  canonical,
  constant,
  display,
  originsOf,
  unknown,
  valueOf,
  type Origins,
  type Shape,
  type Value,
  NAMELESS,
} from './values.js';

/** A statement's text, cut where values are put into it, and where those values are found. */
interface Text {
  readonly parts: readonly string[];
  readonly holes: readonly Value[];
}

function textAt(value: Value): Text | undefined {
  const { shape } = value;
  switch (shape.kind) {
    case 'constant':
      return { parts: [String(shape.value)], holes: [] };
    case 'object': {
      // `{ text, values }` (pg), `{ sql, args }` (libsql), and the like.
      const text = shape.object.fields.get('text') ?? shape.object.fields.get('sql');
      return text && textAt(text);
    }
    case 'template':
      return concatenated(shape.parts, value.origins);
    case 'pure':
      return shape.name === '+' ? concatenated(shape.from, value.origins) : undefined;
    default:
      return undefined;
  }
}

function concatenated(pieces: readonly (string | Shape)[], origins: Origins): Text {
  const parts = [''];
  const holes: Value[] = [];
  for (const piece of pieces) {
    const text =
      typeof piece === 'string'
        ? { parts: [piece], holes: [] }
        : (textAt(valueOf(piece, origins)) ?? { parts: ['', ''], holes: [valueOf(piece, origins)] });
    const [first = '', ...more] = text.parts;
    parts.push((parts.pop() ?? '') + first);
    parts.push(...more);
    holes.push(...text.holes);
  }
  return { parts, holes };
}

/** @returns the rows, or undefined if the text says nothing that is understood */
export function applySql(site: CallSite, state: State, model: SqlModel, applied: Applied): Value | undefined {
  const given = valueAt(site, model.text, applied.receiver);
  const text = given && textAt(given);
  if (given === undefined || text === undefined) return undefined;
  const valueOfPlaceholder = placeholders(site, model, applied, given, text);
  let result: Value | undefined;
  for (const statement of readStatements(text.parts)) {
    result = apply(site, state, statement, { model, applied, valueOfPlaceholder }) ?? result;
  }
  return result;
}

/** True for a text that says something in SQL. */
export function isSql(value: Value): boolean {
  const text = textAt(value);
  return text !== undefined && readStatements(text.parts).length > 0;
}

type ValueOfPlaceholder = (placeholder: Placeholder) => Value | undefined;

function placeholders(
  site: CallSite,
  model: SqlModel,
  applied: Applied,
  given: Value,
  text: Text,
): ValueOfPlaceholder {
  const [first, ...rest] = site.arguments;
  const ownText = model.text === 0;
  const positional = ownText ? rest : site.arguments;
  const options = given.shape.kind === 'object' ? given.shape.object.fields : undefined;
  const values =
    options?.get('values') ?? options?.get('args') ?? parametersAt(site, model.parameters, applied);
  return ({ kind, at }) => {
    // The values of a tagged template are arguments of their own, each with what it derives from.
    if (kind === 'hole') {
      const hole = text.holes[at];
      return rest.find(({ shape }) => shape === hole?.shape) ?? hole;
    }
    if (values !== undefined) {
      const value = propertyAt(values, String(at));
      if (value !== undefined || typeof at === 'string') return value;
    }
    return typeof at === 'number' ? positional[at] : first && propertyAt(first, at);
  };
}

function parametersAt(site: CallSite, reference: Reference | undefined, applied: Applied): Value | undefined {
  if (reference === undefined) return undefined;
  const value = valueAt(site, reference, applied.receiver);
  return value?.shape.kind === 'object' ? value : undefined;
}

interface Context {
  readonly model: SqlModel;
  readonly applied: Applied;
  readonly valueOfPlaceholder: ValueOfPlaceholder;
}

function apply(site: CallSite, state: State, statement: Statement, context: Context): Value | undefined {
  const { analysis, frame, operation } = site;
  const place = placeIn(frame, operation.range);
  switch (statement.kind) {
    case 'select': {
      const selector = selectorOf(statement.where, context);
      const cell = rowCell(
        tableOf(statement.table),
        selector,
        statement.columns && [...statement.columns.values()],
      );
      if (statement.locks) acquireRow(analysis, state, frame, cell, place);
      return readRow(analysis, state, frame, {
        cell,
        place,
        model: context.applied.model,
        record: context.model.record,
        source: context.applied.receiver,
        id: `${frame.id}@${String(operation.range.start)}`,
        ...(statement.columns !== undefined && {
          names: context.model.positions === true ? withPositions(statement.columns) : statement.columns,
        }),
      });
    }
    case 'update': {
      const selector = selectorOf(statement.where, context);
      const columns = new Map<string, Value>();
      for (const [column, expression] of statement.set) {
        // `n = n + 1` reads and writes in one step, whatever is added.
        if (expression.columns.length === 0) columns.set(column, valueOfExpression(expression, context));
      }
      const cell = rowCell(tableOf(statement.table), selector);
      writeRow(analysis, state, frame, {
        cell,
        selector,
        columns,
        place,
        atomic: (column) => ({ kind: 'sql', column }),
      });
      return undefined;
    }
    case 'begin':
      beginTransaction(
        analysis,
        state,
        frame,
        place,
        statement.refused ? 'refused' : context.model.conflicts,
      );
      return undefined;
    case 'end':
      endTransaction(state);
      return undefined;
    case 'lock': {
      const name = valueOfExpression(statement.name, context);
      state.acquire({
        id: `sql lock ${canonical(name.shape)} ${frame.id}@${String(operation.range.start)}`,
        lock: `sql lock ${canonical(name.shape)}`,
        name: display(name.shape),
        span: DIMENSIONS,
        place,
        depth: analysis.depth,
        lockDepth: 0,
        ...(statement.ofTransaction && { ofTransaction: true }),
      });
      return undefined;
    }
    case 'unlock': {
      const lock = `sql lock ${canonical(valueOfExpression(statement.name, context).shape)}`;
      noteReleased(analysis, frame, place, lock);
      state.release((held) => held.lock === lock);
      return undefined;
    }
  }
}

/** Columns by name, and by their position in the row. */
function withPositions(columns: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const positions = [...columns.values()].map((column, index): [string, string] => [
    `#${String(index)}`,
    column,
  ]);
  return new Map([...columns, ...positions]);
}

/** All libraries that speak SQL speak of the same tables. */
function tableOf(name: string): Table {
  return { id: `sql ${name.toLowerCase()}`, name };
}

function selectorOf(where: readonly Condition[], context: Context): Selector {
  return new Map(
    where.map(({ column, operator, value }) => [
      operator === '=' ? column : `${column} ${operator}`,
      valueOfExpression(value, context),
    ]),
  );
}

function valueOfExpression(expression: Expression, { valueOfPlaceholder }: Context): Value {
  const [first] = expression.placeholders;
  if (first === undefined) return constant(expression.text);
  const values = expression.placeholders.flatMap((placeholder) => valueOfPlaceholder(placeholder) ?? []);
  const [value] = values;
  if (expression.plain) return value ?? unknown(`? ${expression.text}`, NAMELESS);
  return valueOf(
    { kind: 'pure', name: expression.text, from: values.map(({ shape }) => shape) },
    originsOf(values),
  );
}
