/** Calls in the code itself that start more executions: `cluster.fork()`, `new Worker()`. */
import path from 'node:path';
import { modelsOf } from '../../libraries/index.js';
import type { DeploymentEvidence } from '../../model/deployment.js';
import type { FileFacts, FunctionIndex, Loop } from '../../model/facts.js';
import { LANGUAGES } from '../../model/languages.js';
import type { LibraryModel, SpawnModel } from '../../model/library-model.js';
import { placeOf } from '../../model/source.js';
import { CodeIndex, type CallSite } from './code-index.js';
import { LibraryCalls } from './library-calls.js';
import { CodeValues, PROCESSORS } from './code-values.js';
import { isAtOrInside, type Layout } from '../layout.js';

/** How often a call runs, as far as its surroundings tell; `several` is more than once. */
type Times = number | typeof PROCESSORS | 'several';

interface Start {
  readonly site: CallSite;
  readonly spawns: SpawnModel;
  readonly times: Times;
  /** The program's absolute path, where it is known. */
  readonly program?: string;
}

/** Methods that run a function once for each element. */
const EACH: readonly string[] = ['forEach', 'map', 'flatMap', 'from', 'times'];

export function readCode(
  facts: FileFacts,
  layout: Layout,
  libraries: readonly LibraryModel[],
): DeploymentEvidence[] {
  if (layout.isTest(facts.file)) return [];
  const code = new Code(facts, layout, libraries);
  return code.evidence();
}

class Code {
  private readonly index: CodeIndex;
  private readonly libraries: LibraryCalls;
  private readonly values: CodeValues;

  constructor(
    private readonly facts: FileFacts,
    private readonly layout: Layout,
    models: readonly LibraryModel[],
  ) {
    this.index = new CodeIndex(facts);
    this.libraries = new LibraryCalls(this.index, modelsOf(facts.language, models));
    this.values = new CodeValues(this.index, this.libraries);
  }

  evidence(): DeploymentEvidence[] {
    const groups = new Map<string, Start[]>();
    for (const site of this.index.calls) {
      const spawns = this.libraries.modelOf(site)?.spawns;
      if (spawns === undefined) continue;
      const program = this.programOf(site, spawns);
      const start: Start = {
        site,
        spawns,
        times: this.timesOf(site.function, site.loops, new Set()),
        ...(program !== undefined && { program }),
      };
      const key = `${spawns.dimension} ${spawns.text} ${program ?? ''}`;
      groups.set(key, [...(groups.get(key) ?? []), start]);
    }
    return [...groups.values()].flatMap((starts) => this.evidenceFor(starts) ?? []);
  }

  private evidenceFor(starts: readonly Start[]): DeploymentEvidence | undefined {
    // A worker that died is often started again elsewhere; the place that starts the most speaks for all.
    const start = starts.reduce((most, other) => (weight(other.times) > weight(most.times) ? other : most));
    const { spawns, site, program } = start;
    const times =
      start.times === 1 && starts.length > 1 && spawns.onlyRepeated === true ? 'several' : start.times;
    if (spawns.onlyRepeated === true) {
      if (program === undefined) return undefined;
      if (times === 1 && program !== this.facts.file) return undefined;
    }
    const { file, lineStarts } = this.facts;
    const root = this.layout.rootOf(file);
    return {
      dimension: spawns.dimension,
      says: 'many',
      ...(typeof times === 'number' && times > 1 && { count: times }),
      text: `${this.layout.nameOf(file)} ${started(spawns, times)} (${spawns.text})`,
      place: placeOf(file, lineStarts, site.call.range),
      root,
      ...(program !== undefined && { program }),
      // Node starts a process with the program's path, whatever its parent has loaded.
      ...(spawns.dimension === 'processes' &&
        this.facts.language === 'typescript' && { load: 'in-each' as const }),
    };
  }

  private programOf(site: CallSite, spawns: SpawnModel): string | undefined {
    if (spawns.program === undefined) {
      // Threads that share memory run what this file has loaded, and no other program of the project.
      const { memory } = LANGUAGES[this.facts.language];
      return memory.includes(spawns.dimension) ? this.facts.file : undefined;
    }
    const argument = site.call.arguments.at(spawns.program);
    if (argument === undefined || argument.spread) return undefined;
    const said = this.values.pathOf({ function: site.function, temporary: argument.value });
    if (said === undefined || path.extname(said) === '') return undefined;
    const root = this.layout.rootOf(this.facts.file);
    const besides = path.resolve(path.dirname(this.facts.file), said);
    const fromRoot = path.resolve(root, said);
    // Node takes it from the working directory, which is mostly the package's; people often mean the file's own.
    const program = this.layout.exists(fromRoot) && !this.layout.exists(besides) ? fromRoot : besides;
    return isAtOrInside(program, root) ? program : undefined;
  }

  private timesOf(index: FunctionIndex, loops: readonly Loop[], seen: Set<FunctionIndex>): Times {
    const loop = loops.at(-1);
    if (loop !== undefined) return this.roundsOf(index, loop);
    if (index === 0 || seen.has(index)) return 1;
    seen.add(index);
    let total: Times = 1;
    let plainCalls = 0;
    for (const site of this.index.calls) {
      const times = this.timesRunBy(site, index, seen);
      if (times === undefined) continue;
      if (times === 1) plainCalls++;
      else if (weight(times) > weight(total)) total = times;
    }
    return total === 1 && plainCalls > 1 ? plainCalls : total;
  }

  /** How often a call runs a function, by calling it or by handing it to what runs it for each element. */
  private timesRunBy(site: CallSite, index: FunctionIndex, seen: Set<FunctionIndex>): Times | undefined {
    const { target } = site.call;
    const at = (temporary: number): { function: number; temporary: number } => ({
      function: site.function,
      temporary,
    });
    if (target.kind === 'value' && this.index.functionOf(at(target.callee)) === index)
      return this.timesOf(site.function, site.loops, seen);
    if (target.kind !== 'method' || typeof target.key !== 'string' || !EACH.includes(target.key))
      return undefined;
    if (!site.call.arguments.some(({ value }) => this.index.functionOf(at(value)) === index))
      return undefined;
    const [first] = site.call.arguments;
    const collection = target.key === 'from' && first !== undefined ? first.value : target.object;
    return this.values.lengthOf(at(collection)) ?? 'several';
  }

  private roundsOf(index: FunctionIndex, { condition }: Loop): Times {
    if (condition === undefined) return 'several';
    const definition = this.index.definitionOf({ function: index, temporary: condition });
    if (definition?.kind !== 'derive') return 'several';
    const at = (temporary: number): { function: number; temporary: number } => ({
      function: index,
      temporary,
    });
    if (definition.operator === 'next')
      return this.values.lengthOf(at(definition.from[0] ?? -1)) ?? 'several';
    const bounds = definition.from.map((temporary) => this.values.numberOf(at(temporary)));
    if (bounds.includes(PROCESSORS)) return PROCESSORS;
    // `for (let i = 0; i < 4; i++)`: the counter is assigned twice, so that only the bound is a constant.
    const [, bound] = bounds;
    return definition.operator === '<' && typeof bound === 'number' && bound > 1 ? bound : 'several';
  }
}

function weight(times: Times): number {
  if (times === PROCESSORS) return Number.MAX_VALUE;
  return times === 'several' ? 1.5 : times;
}

function started({ dimension, effect }: SpawnModel, times: Times): string {
  if (effect !== undefined) return effect;
  const [verb, one, many] =
    dimension === 'threads'
      ? ['starts', 'a worker thread', 'worker threads']
      : dimension === 'processes'
        ? ['forks', 'a process', 'processes']
        : ['starts', 'an execution', 'executions'];
  if (times === PROCESSORS) return `${verb} ${one} per CPU`;
  if (times === 'several') return `${verb} ${many}`;
  return times === 1 ? `${verb} ${one}` : `${verb} ${times} ${many}`;
}
