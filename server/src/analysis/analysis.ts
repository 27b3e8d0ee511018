/** The analysis of one file: what all of its parts share. */
import type { Deployment } from '../model/deployment.js';
import { DIMENSIONS } from '../model/dimensions.js';
import type { FileFacts, FunctionFacts } from '../model/facts.js';
import type { Overlap } from '../model/findings.js';
import type { LibraryModel } from '../model/library-model.js';
import { placeOf, type Place, type TextRange } from '../model/source.js';
import type { Candidate } from './candidates.js';
import type { Frame } from './frame.js';
import { ModelIndex } from './models.js';
import { Starts } from './starts.js';
import { walk } from './walk.js';
import type { AbstractObject, Instance, Value } from './values.js';

/** What the analysis is told besides the facts. */
export interface AnalysisContext {
  readonly libraries: readonly LibraryModel[];
  readonly deployment: Deployment;
}

/** A stretch of execution that others like it overlap: a request, a callback per element, the run of a script. */
export interface OverlapContext {
  readonly overlaps: readonly Overlap[];
}

/** Operations that one root may take before the analysis stays silent about the rest of it. */
const BUDGET = 6_000;
/** Calls that are followed inwards, at most. */
export const CALL_DEPTH = 8;

/** Thrown when a root has used up its budget; what was found so far stands. */
export class BudgetExceeded extends Error {}

export class Analysis {
  readonly models: ModelIndex;
  readonly candidates: Candidate[] = [];
  /** Cells whose promise chain is stored back, and so is a lock. */
  readonly chains = new Set<string>();
  /** Results of promises that the file's own code makes. */
  readonly futures = new Map<string, Value>();
  /** Names of properties that functions assign after their object was made. */
  readonly mutable: ReadonlySet<string>;
  readonly contexts: OverlapContext[] = [];
  /** Instances of the file's classes that outlive every call. */
  readonly longLived: AbstractObject[] = [];
  /** One instance per library class and name. */
  readonly instances = new Map<string, Instance>();
  /** Where a handle kept in a cell is overwritten by the next opener. */
  readonly overwritten = new Map<string, Place>();
  private spent = 0;
  private identities = 0;

  constructor(
    readonly facts: FileFacts,
    readonly deployment: Deployment,
    libraries: readonly LibraryModel[],
  ) {
    this.models = new ModelIndex(libraries);
    this.mutable = mutableProperties(facts);
    this.closedOver = new Set(
      facts.variables
        .filter((variable) => variable.captured)
        .map((variable) => facts.functions[variable.scope]),
    );
  }

  /** Functions whose variables other functions use. */
  private readonly closedOver: ReadonlySet<FunctionFacts | undefined>;

  /** True when a function that is made during a call of this one may use the call's variables later. */
  isClosedOver(facts: FunctionFacts): boolean {
    return this.closedOver.has(facts);
  }

  /** Which calls of a function overlap with themselves, worked out once per function. */
  readonly starts = {
    known: new Map<FunctionFacts, Starts>(),
    of(facts: FunctionFacts): Starts {
      const starts = this.known.get(facts) ?? new Starts(facts);
      this.known.set(facts, starts);
      return starts;
    },
  };

  /**
   * The dimensions along which the deployment runs this file's code more than once.
   * @param options.ofProgram only evidence that the file itself is the program that is run so
   */
  deployed(options: { readonly ofProgram?: boolean } = {}): Overlap[] {
    const { file } = this.facts;
    const ours = this.deployment.evidence.filter(({ root, program, place }) => {
      if (options.ofProgram === true) return program === file || place.file === file;
      return file === root || file.startsWith(root.endsWith('/') ? root : `${root}/`);
    });
    const overlaps: Overlap[] = [];
    for (const dimension of DIMENSIONS) {
      const said = ours.find((evidence) => evidence.dimension === dimension && evidence.says === 'many');
      if (said !== undefined)
        overlaps.push({ dimension, strength: 'shown', text: said.text, place: said.place });
    }
    return overlaps;
  }

  get depth(): number {
    return this.contexts.length;
  }

  spend(): void {
    if (++this.spent > BUDGET) throw new BudgetExceeded();
  }

  refill(): void {
    this.spent = 0;
  }

  freshId(): string {
    return `#${String(this.identities++)}`;
  }

  place(range: TextRange): Place {
    return placeOf(this.facts.file, this.facts.lineStarts, range);
  }

  within<T>(context: OverlapContext, run: () => T): T {
    this.contexts.push(context);
    try {
      return run();
    } finally {
      this.contexts.pop();
    }
  }
}

/** The frame of the module's own body, which every function of the file closes over. */
export function moduleFrame(analysis: Analysis): Frame {
  const [facts] = analysis.facts.functions;
  if (facts === undefined) throw new Error('A file has no body.');
  return { id: 'm', facts, awaited: true, depth: analysis.depth, temporaries: new Map() };
}

function mutableProperties(facts: FileFacts): Set<string> {
  const names = new Set<string>();
  for (const { kind, body } of facts.functions) {
    if (kind === 'module' || kind === 'constructor') continue;
    walk(body, (node) => {
      if (node.kind === 'store-property' && typeof node.key === 'string') names.add(node.key);
    });
  }
  return names;
}
