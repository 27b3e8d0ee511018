/** Acts that a test of the same cell has decided, while the cell may have changed since. */
import type { ClassFacts, FunctionFacts, Temporary } from '../model/facts.js';
import type { Act } from '../model/findings.js';
import type { Analysis } from './analysis.js';
import { noteUpdate } from './candidates.js';
import type { Decision } from './conditions.js';
import type { Frame } from './frame.js';
import { IN_MEMORY, truth } from './home-made-locks.js';
import type { Place } from '../model/source.js';
import type { CellIdentity, LiveRead, State } from './state.js';
import { classFacts, type ProjectClass, type Shape, type Value } from './values.js';
import { walk } from './walk.js';

export interface DecidedWrite {
  readonly cell: CellIdentity;
  readonly value: Value;
  readonly place: Place;
  readonly frame: Frame;
  /** True when the new value is computed from the one that is there, in one step. */
  readonly adds: boolean;
}

/** What a test says of a cell, where it says no more than whether there is something. */
type Said = 'absent' | 'present' | 'other';

/** What is written, as to whether two executions would write the same. */
type Written = 'same' | 'given' | 'fresh' | 'stateful' | 'made' | 'unknown';

/** A decided write, to be judged when all that its execution does is known. */
export interface DecidedAct {
  readonly kind: 'add' | 'set' | 'take-turn';
  readonly written: Written;
  readonly decision?: Decision;
  readonly used: ReadonlySet<string>;
  /** True when something else was found missing, too, by which the execution may keep others out. */
  readonly isFirst?: boolean;
}

export function noteAct(analysis: Analysis, state: State, write: DecidedWrite): void {
  const found = actOf(state, write);
  if (found === undefined) return;
  const { read, certain, act } = found;
  noteUpdate(analysis, state, { read, certain, write: write.place, writeFrame: write.frame, act });
}

interface Found {
  readonly read: LiveRead;
  readonly certain: boolean;
  readonly act: DecidedAct;
}

function actOf(state: State, { cell, value, adds }: DecidedWrite): Found | undefined {
  const { used } = state.conditions;
  const written = writtenOf(value.shape);
  const waited = state.reads.get(state.conditions.waitedFor(cell.key)?.id ?? '');
  if (waited !== undefined && !adds && truth(value) !== false) {
    return { read: waited, certain: true, act: { kind: 'take-turn', written, used } };
  }
  if (!adds && isEmpty(value)) return undefined;
  // The latest test of the cell is what the write relies on.
  for (const decision of state.conditions.latestFirst()) {
    for (const [id, certain] of decision.condition.origins) {
      const read = state.reads.get(id);
      if (read?.cell.key !== cell.key) continue;
      if (read.settled === true) return undefined;
      const isAbsent = saidOf(decision.condition, decision.outcome) === 'absent';
      // What is added where there was nothing is a beginning, and where there was something, the use of it.
      if (adds === isAbsent) return undefined;
      const isFirst = foundMissing(state, cell);
      return { read, certain, act: { kind: adds ? 'add' : 'set', written, decision, used, isFirst } };
    }
  }
  return undefined;
}

/** Whether another cell was found missing: a promise that the first execution leaves there for the others. */
function foundMissing(state: State, cell: CellIdentity): boolean {
  return state.conditions.latestFirst().some(
    ({ condition, outcome }) =>
      saidOf(condition, outcome) === 'absent' &&
      [...condition.origins.keys()].some((id) => {
        const of = state.reads.get(id)?.cell;
        return of !== undefined && of.key !== cell.key && IN_MEMORY.has(of.kind);
      }),
  );
}

function isEmpty({ shape }: Value): boolean {
  return shape.kind === 'constant' && (shape.value === undefined || shape.value === null);
}

const NOTHING: ReadonlySet<unknown> = new Set([0, '', -1]);

/** What it means for the cell that a condition came out as it did. */
function saidOf(condition: Value, outcome: boolean): Said {
  const { shape } = condition;
  if (shape.kind === 'not') return saidOf(shape.of, !outcome);
  if (shape.kind !== 'pure') return outcome ? 'present' : 'absent';
  const [first, second] = shape.from;
  if (first === undefined || second === undefined) {
    // `!rows.length`, `Number(count)`: as good as the value itself.
    return shape.from.length <= 1 ? (outcome ? 'present' : 'absent') : 'other';
  }
  if (second.kind !== 'constant') return 'other';
  const number = Number(second.value);
  switch (shape.name) {
    case '===':
    case '==':
      if (NOTHING.has(second.value)) return outcome ? 'absent' : 'present';
      return second.value === 1 ? (outcome ? 'present' : 'absent') : 'other';
    case '!==':
    case '!=':
      if (NOTHING.has(second.value)) return outcome ? 'present' : 'absent';
      return second.value === 1 ? (outcome ? 'absent' : 'present') : 'other';
    case '>':
      return number <= 0 ? (outcome ? 'present' : 'absent') : 'other';
    case '>=':
      return number === 1 || number === 0 ? (outcome ? 'present' : 'absent') : 'other';
    case '<':
      return number === 1 || number === 0 ? (outcome ? 'absent' : 'present') : 'other';
    case '<=':
      return number === 0 ? (outcome ? 'absent' : 'present') : 'other';
    default:
      return 'other';
  }
}

/** How deep the parts of a value are looked at. */
const DEPTH = 6;

function writtenOf(shape: Shape, depth = 0): Written {
  switch (shape.kind) {
    case 'constant':
      return 'same';
    case 'library':
      // A constant of a library, or a part of what it hands out (`request.body`).
      return shape.module === '#global' || shape.path.filter((name) => name !== '*').length < 2
        ? 'same'
        : 'unknown';
    case 'unknown':
      if (shape.differs !== undefined) return 'fresh';
      return shape.given === true ? 'given' : 'unknown';
    case 'template':
      return strongest(
        shape.parts.map((part) => (typeof part === 'string' ? 'same' : writtenOf(part, depth))),
      );
    case 'pure':
      return strongest(shape.from.map((part) => writtenOf(part, depth)));
    case 'not':
      return writtenOf(shape.of.shape, depth);
    case 'object': {
      const { object } = shape;
      if (object.class !== undefined) return isStateful(object.class) ? 'stateful' : 'unknown';
      if (depth >= DEPTH) return 'unknown';
      const parts = [...object.fields.values(), ...(object.spreads ?? [])];
      return strongest(parts.map((part) => writtenOf(part.shape, depth + 1)));
    }
    case 'instance':
    case 'future':
    case 'resolver':
    case 'function':
    case 'grant':
    case 'open-file':
      return 'made';
    default:
      return 'unknown';
  }
}

const stateful = new WeakMap<ClassFacts, boolean>();

/**
 * Whether a class's own methods change its instances, so that they keep what happens to them, and with two of them each knows the
 * half of it.
 */
function isStateful(made: ProjectClass): boolean {
  const facts = classFacts(made);
  if (facts === undefined) return false;
  let known = stateful.get(facts);
  if (known === undefined) {
    const { functions } = made.frame.module.facts;
    known = facts.methods.some((method) => !method.static && changesReceiver(functions[method.function]));
    stateful.set(facts, known);
  }
  return known;
}

function changesReceiver(method: FunctionFacts | undefined): boolean {
  if (method === undefined) return false;
  const receivers = new Set<Temporary>();
  const [first] = method.receiverFirst === true ? method.parameters : [];
  let changes = false as boolean;
  walk(method.body, (node) => {
    const isReceiver =
      node.kind === 'load-receiver' || (node.kind === 'load-variable' && node.variable === first?.variable);
    if (isReceiver) receivers.add(node.into);
    if (node.kind === 'store-property' && receivers.has(node.object)) changes = true;
  });
  return changes;
}

const STRENGTH: readonly Written[] = ['same', 'unknown', 'made', 'stateful', 'given', 'fresh'];

function strongest(parts: readonly Written[]): Written {
  return parts.reduce<Written>(
    (found, part) => (STRENGTH.indexOf(part) > STRENGTH.indexOf(found) ? part : found),
    'same',
  );
}

/** What an act comes to, once all is known that its execution does. */
export interface Judgement {
  readonly act: Act;
  /** True when two of them may well do no harm. */
  readonly likely: boolean;
}

/**
 * @param crossed whether something is awaited between the test and the act
 * @returns undefined when it does no harm that two executions do it
 */
export function judge(
  { kind, written, decision, used, isFirst }: DecidedAct,
  cell: CellIdentity,
  crossed: boolean,
): Judgement | undefined {
  if (kind === 'take-turn') return { act: 'take-turn', likely: false };
  if (kind === 'add') return { act: 'spend', likely: false };
  const isSlot = cell.kind === 'variable' || cell.kind === 'field';
  const create = cell.kind === 'file' ? 'create' : 'claim';
  if (decision?.otherwise === 'throws') return { act: create, likely: false };
  const differs = written === 'fresh' || (written === 'stateful' && isFirst !== true && crossed);
  if (isSlot && written !== 'same') return { act: 'initialise', likely: !differs };
  if (used.has(cell.key)) {
    // Filled twice with what is the same, a cache is as it should be.
    return differs || written === 'made' || written === 'stateful'
      ? { act: 'initialise', likely: !differs }
      : undefined;
  }
  if (written === 'same') {
    if (decision?.hasEffects !== true) return undefined;
    return { act: create, likely: IN_MEMORY.has(cell.kind) || cell.kind === 'file' };
  }
  return { act: create, likely: written === 'unknown' };
}
