/** One analysis: what all of its parts share. */
import type { Deployment, DeploymentEvidence } from '../model/deployment.js';
import { DIMENSIONS, type Dimension } from '../model/dimensions.js';
import type { Call, FileFacts, FunctionFacts } from '../model/facts.js';
import type { EntryPoint, Overlap, UnsafeUnlock } from '../model/findings.js';
import { LANGUAGES, type LanguageTraits } from '../model/languages.js';
import type { LibraryModel } from '../model/library-model.js';
import type { Place } from '../model/source.js';
import { Awaits } from './awaits.js';
import type { BlockingCandidate } from './blocking-locks.js';
import type { Candidate } from './candidates.js';
import type { Copies } from './copies.js';
import type { CellWrite } from './different-locks.js';
import { Footprints } from './footprints.js';
import type { Nesting } from './lock-order.js';
import { ModelIndex } from './models.js';
import { MODULE_DEPTH, Module, mutableProperties } from './modules.js';
import type { Program } from './program.js';
import { Sections } from './sections.js';
import { Starts } from './starts.js';
import type { State } from './state.js';
import type { AbstractObject, Instance, Value } from './values.js';
import type { Layers } from './variables.js';

/** What the analysis is told besides the facts. */
export interface AnalysisContext {
  readonly libraries: readonly LibraryModel[];
  /** What is said of this file's code, and of no other's. */
  readonly deployment: Deployment;
  readonly program: Program;
  /** True to follow what cannot matter, too: it takes longer, and no finding may depend on it. */
  readonly followsAll?: boolean;
}

/** A stretch of execution that others like it overlap: a request, a callback per element, the run of a script. */
export interface OverlapContext {
  readonly overlaps: readonly Overlap[];
}

/** Operations that one root may take. A call may take half of what is left, so that what comes after it has its share. */
const BUDGET = 16_000;
/** Calls for which less would be left are cut short at once. */
const LEAST = 40;
/** Operations that a statement of an imported module may take. */
const IMPORT_BUDGET = 1_000;
/** Calls that are followed inwards, at most. */
export const CALL_DEPTH = 8;

/** Thrown when a root, or a call, has used up its share of operations; what was found so far stands. */
export class BudgetExceeded extends Error {}

/** Thrown often, and nobody asks where from. */
const EXCEEDED = new BudgetExceeded('the analysis of a root took too many operations');

/** The analysis of one file, and of what it calls in others. */
export class Analysis {
  readonly models: ModelIndex;
  readonly traits: LanguageTraits;
  /** The file whose entry points are run. */
  readonly root: Module;
  readonly candidates: Candidate[] = [];
  /** The exported function that is being run; undefined while code runs that the file sets going itself. */
  entry: EntryPoint | undefined;
  /** True while an exported function is run that is no task, so that its callers' threads may meet in it. */
  expects = false;
  /** True while what a file does as the program itself is run (`if __name__ == "__main__"`). */
  isProgram = false;
  readonly entered = new Set<string>();
  /** Cells whose promise chain is stored back, and so is a lock. */
  readonly chains = new Set<string>();
  /** Results of promises that the project's own code makes. */
  readonly futures = new Map<string, Value>();
  /** Names of properties that functions assign after their object was made, in the files seen so far. */
  readonly mutable = new Set<string>();
  readonly contexts: OverlapContext[] = [];
  /** Writes of cells, by the cell and where they stand. */
  readonly writes = new Map<string, Map<string, CellWrite>>();
  /** Cells whose contents were seen to grow in place. */
  readonly grown = new Set<string>();
  /** Releases of what another execution may hold by then, by where they stand. */
  readonly unsafeUnlocks = new Map<string, UnsafeUnlock>();
  /** Locks that block an event loop, by where they are acquired. */
  readonly blocking = new Map<string, BlockingCandidate>();
  /** Locks that are taken inside of others, by both. */
  readonly nestings = new Map<string, Nesting[]>();
  readonly awaits = new Awaits();
  readonly sections = new Sections();
  /** Instances of the project's classes that outlive every call. */
  readonly longLived: AbstractObject[] = [];
  /** Classes as objects, with what their static members hold. */
  readonly statics = new Map<string, AbstractObject>();
  /** Objects that types promise, by what holds them. */
  readonly standIns = new Map<string, AbstractObject>();
  /** One instance per library class and name. */
  readonly instances = new Map<string, Instance>();
  /** What cells in memory hold a copy of, since the program started. */
  readonly copies: Copies = { held: new Map(), reads: new Map() };
  /** Where a handle kept in a cell is overwritten by the next opener. */
  readonly overwritten = new Map<string, Place>();
  /** What the bodies of modules have left in variables. */
  readonly settled: Layers = new Map();
  /** Work that was started in an execution of its own, and the call that started it last. */
  readonly started = new Map<string, Call>();
  /** Handlers that the file's own body registers: they run once the whole of it has run. */
  readonly handlers: ((loaded: State) => void)[] = [];
  readonly footprints = new Footprints(this);
  private readonly modules = new Map<string, Module | undefined>();
  private readonly resolved = new Map<Module, Map<string, Module | undefined>>();
  readonly context: AnalysisContext;
  private budget = BUDGET;
  private spent = 0;
  private identities = 0;
  private importing = 0;

  constructor(facts: FileFacts, context: AnalysisContext) {
    this.context = context;
    this.traits = LANGUAGES[facts.language];
    this.models = ModelIndex.of(context.libraries, facts.language);
    this.root = this.add(facts);
  }

  private add(facts: FileFacts): Module {
    const module = new Module(facts, this.modules.size);
    this.modules.set(facts.file, module);
    for (const name of mutableProperties(facts)) this.mutable.add(name);
    return module;
  }

  /** The files that the analysis has looked into. */
  get files(): string[] {
    return [...this.modules].flatMap(([file, module]) => (module === undefined ? [] : [file]));
  }

  /** The module of the project that a specifier stands for; undefined for libraries, which models tell of. */
  imported(from: Module, specifier: string): Module | undefined {
    const known = this.resolved.get(from) ?? new Map<string, Module | undefined>();
    this.resolved.set(from, known);
    if (!known.has(specifier)) known.set(specifier, this.resolve(from, specifier));
    return known.get(specifier);
  }

  private resolve(from: Module, specifier: string): Module | undefined {
    const { program } = this.context;
    if (this.models.tellsOf(specifier)) return undefined;
    const file = program.resolve(specifier, from.facts.file);
    if (file === undefined) return undefined;
    if (!this.modules.has(file)) {
      const facts = program.factsOf(file);
      if (facts === undefined) this.modules.set(file, undefined);
      else this.add(facts);
    }
    return this.modules.get(file);
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
   * @param options.ofProgram only those along which the file's own body is run more than once, as a program
   */
  deployed(options: { readonly ofProgram?: boolean } = {}): Overlap[] {
    const overlaps: Overlap[] = [];
    for (const dimension of DIMENSIONS) {
      const said = this.context.deployment.evidence.find(
        (evidence) =>
          evidence.dimension === dimension &&
          evidence.says === 'many' &&
          (options.ofProgram !== true || this.isRunBy(evidence)),
      );
      if (said !== undefined)
        overlaps.push({ dimension, strength: 'shown', text: said.text, place: said.place });
    }
    return overlaps;
  }

  /** True when the file is a program that each of the executions runs; threads that share memory have it run once for all. */
  private isRunBy({ dimension, load, program, place }: DeploymentEvidence): boolean {
    const { file } = this.root.facts;
    if (load === 'before-fork' || (dimension === 'threads' && this.traits.memory.includes(dimension)))
      return false;
    return program === file || place.file === file;
  }

  /** True when this file's code is run by several processes, each of which loads it for itself. */
  get isLoadedInEach(): boolean {
    return this.context.deployment.evidence.some(
      ({ dimension, says, load }) => dimension === 'processes' && says === 'many' && load === 'in-each',
    );
  }

  /** True when something says whether this file's code runs along one of the dimensions, or that it does not. */
  hasEvidence(dimensions: readonly Dimension[]): boolean {
    return this.context.deployment.evidence.some(({ dimension }) => dimensions.includes(dimension));
  }

  /**
   * False for what only the normal way of running code makes likely, where the deployment says that there is one execution
   * along its dimension; and for all along a dimension of which the user says so.
   */
  exists({ dimension, strength }: Overlap): boolean {
    const said = this.context.deployment.evidence.filter((evidence) => evidence.dimension === dimension);
    if (said.length === 0 || said.some(({ says }) => says === 'many')) return true;
    return strength === 'shown' && !said.some(({ setting }) => setting === true);
  }

  get depth(): number {
    return this.contexts.length;
  }

  spend(): void {
    if (++this.spent > this.budget) throw EXCEEDED;
  }

  refill(): void {
    this.spent = 0;
  }

  /**
   * Runs a call with half of the operations that are left.
   * @returns undefined if they are not enough
   */
  withShare<T>(run: () => T): T | undefined {
    const { budget } = this;
    const share = (budget - this.spent) / 2;
    if (share < LEAST) return undefined;
    this.budget = this.spent + share;
    try {
      return run();
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      return undefined;
    } finally {
      this.budget = budget;
    }
  }

  freshId(): string {
    return `#${String(this.identities++)}`;
  }

  within<T>(context: OverlapContext, run: () => T): T {
    this.contexts.push(context);
    try {
      return run();
    } finally {
      this.contexts.pop();
    }
  }

  /** True while the body of an imported module runs: what it does besides making values is not this analysis's to tell. */
  get isImporting(): boolean {
    return this.importing > 0;
  }

  /** Runs the body of an imported module, as if it had run before all else. */
  asImport(run: () => void): void {
    const { budget, spent } = this;
    const entered = this.contexts.splice(MODULE_DEPTH);
    this.importing++;
    [this.budget, this.spent] = [IMPORT_BUDGET, 0];
    try {
      run();
    } finally {
      [this.budget, this.spent] = [budget, spent];
      this.importing--;
      this.contexts.push(...entered);
    }
  }
}
