/** The files that an analysis has come to see. */
import type { ExportFacts, FileFacts, FunctionFacts, VariableIndex } from '../model/facts.js';
import type { Place, TextRange } from '../model/source.js';
import { placeOf } from '../model/source.js';
import type { Frame } from './frame.js';
import { walk } from './walk.js';

/** How many overlap contexts are entered where a module's own body runs: that of the script. */
export const MODULE_DEPTH = 1;

/** What follows from the facts of a file alone, and serves every analysis that comes to see it. */
interface Derived {
  readonly exports: ReadonlyMap<string, Exclude<ExportFacts, { kind: 'all' }>>;
  /** The variables of each function that functions inside of it use. */
  readonly captured: ReadonlyMap<FunctionFacts, readonly VariableIndex[]>;
  readonly places: Map<TextRange, Place>;
}

const known = new WeakMap<FileFacts, Derived>();

function derivedFrom(facts: FileFacts): Derived {
  let derived = known.get(facts);
  if (derived === undefined) {
    const exports = facts.exports.flatMap((exported) =>
      exported.kind === 'all' ? [] : [[exported.name, exported] as const],
    );
    derived = { exports: new Map(exports), captured: capturedIn(facts), places: new Map() };
    known.set(facts, derived);
  }
  return derived;
}

function capturedIn({ functions, variables }: FileFacts): Map<FunctionFacts, VariableIndex[]> {
  const all = new Map<FunctionFacts, VariableIndex[]>();
  variables.forEach(({ captured, scope }, index) => {
    const owner = functions[scope];
    if (!captured || owner === undefined) return;
    const others = all.get(owner);
    if (others === undefined) all.set(owner, [index]);
    else others.push(index);
  });
  return all;
}

/** A file, and the one run of its own body. */
export class Module {
  /** The frame of the body, which every function of the file closes over. */
  readonly frame: Frame;
  /** Whether the body was run; its functions and classes are there before. */
  progress: 'unread' | 'running' | 'done' = 'unread';
  private readonly derived: Derived;

  /** @param number unique in the analysis */
  constructor(
    readonly facts: FileFacts,
    number: number,
  ) {
    const [body] = facts.functions;
    if (body === undefined) throw new Error('A file has no body.');
    this.frame = {
      id: `m${String(number)}`,
      module: this,
      facts: body,
      awaited: true,
      depth: MODULE_DEPTH,
      temporaries: new Map(),
      followed: new Set(),
    };
    this.derived = derivedFrom(facts);
  }

  /** What it exports, by the name that others import it by. */
  get exports(): Derived['exports'] {
    return this.derived.exports;
  }

  place(range: TextRange): Place {
    const { places } = this.derived;
    let place = places.get(range);
    if (place === undefined) {
      place = placeOf(this.facts.file, this.facts.lineStarts, range);
      places.set(range, place);
    }
    return place;
  }

  /** True when a function that is made during a call of this one may use the call's variables later. */
  isClosedOver(facts: FunctionFacts): boolean {
    return this.derived.captured.has(facts);
  }

  /** The variables of a function that functions inside of it use. */
  capturedOf(facts: FunctionFacts): readonly VariableIndex[] {
    return this.derived.captured.get(facts) ?? [];
  }
}

/** Names of properties that functions assign after their object was made. */
export function mutableProperties(facts: FileFacts): ReadonlySet<string> {
  const known = mutable.get(facts);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const { kind, body } of facts.functions) {
    if (kind === 'module' || kind === 'constructor') continue;
    walk(body, (node) => {
      if (node.kind === 'store-property' && typeof node.key === 'string') names.add(node.key);
    });
  }
  // What a getter reads may have changed.
  for (const { methods } of facts.classes)
    for (const { kind, cached, name } of methods) if (kind !== 'method' && cached !== true) names.add(name);
  mutable.set(facts, names);
  return names;
}

const mutable = new WeakMap<FileFacts, ReadonlySet<string>>();
