/** Which files' code a program runs: what it reaches by imports, and the programs that it starts. */
import path from 'node:path';
import { frontendFor } from '../frontends/index.js';
import type { Deployment, DeploymentEvidence } from '../model/deployment.js';

/** What a file imports. */
export interface Imports {
  /** Files of the project; absolute paths. */
  readonly files: readonly string[];
  /** True when it loads more than its text names. */
  readonly open: boolean;
  /** True for a program of its own, which only its name leads to. */
  readonly program?: true;
}

interface Closure {
  readonly files: ReadonlySet<string>;
  /** True when something in it loads more than its text names, so that it may run whatever is beside it. */
  readonly open: boolean;
}

export interface ProgramsOptions {
  readonly evidence: readonly DeploymentEvidence[];
  /** @returns undefined for what cannot be read */
  readonly importsOf: (file: string) => Imports | undefined;
  /** The project's sources, among which those in a folder of programs are. */
  readonly files: readonly string[];
}

/** Gives each file the evidence that speaks of its code. */
export class Programs {
  readonly #closures = new Map<string, Closure>();
  readonly #byFile = new Map<string, Deployment>();
  /** By the numbers of the evidence that it holds, so that files of one program have one deployment. */
  readonly #deployments = new Map<string, Deployment>();
  /** By file: programs that its code starts. */
  readonly #started = new Map<string, string[]>();

  #files: readonly string[];

  constructor(private readonly options: ProgramsOptions) {
    this.#files = options.files;
    for (const { program, place } of options.evidence) {
      if (program === undefined || program === place.file) continue;
      this.#started.set(place.file, [...(this.#started.get(place.file) ?? []), program]);
    }
  }

  /**
   * To be called when imports have changed.
   * @param files the project's sources, if there are others now
   */
  renew(files?: readonly string[]): void {
    if (files !== undefined) this.#files = files;
    this.#closures.clear();
    this.#byFile.clear();
  }

  /** The same object for all files of which the same is said. */
  deploymentOf(file: string): Deployment {
    const known = this.#byFile.get(file);
    if (known !== undefined) return known;
    const { evidence } = this.options;
    const ours = evidence.flatMap((one, index) => (this.#speaksOf(one, file) ? [index] : []));
    const key = ours.join(' ');
    let deployment = this.#deployments.get(key);
    if (deployment === undefined) {
      deployment = { evidence: evidence.filter((_, index) => ours.includes(index)) };
      this.#deployments.set(key, deployment);
    }
    this.#byFile.set(file, deployment);
    return deployment;
  }

  /** Without a program, evidence speaks of all that is in its root; with one, of what that runs, wherever it lies. */
  #speaksOf({ program, root, place }: DeploymentEvidence, file: string): boolean {
    // What is written in code, or starts a program, speaks of no other language than its own.
    const language = frontendFor(program ?? place.file)?.language;
    if (language !== undefined && frontendFor(file)?.language !== language) return false;
    const inRoot = isAtOrInside(file, root);
    if (program === undefined) return inRoot;
    const { files, open } = this.#closureOf(program);
    return files.has(file) || (open && inRoot && this.options.importsOf(file)?.program !== true);
  }

  #closureOf(program: string): Closure {
    let closure = this.#closures.get(program);
    if (closure === undefined) {
      closure = this.#follow(program);
      this.#closures.set(program, closure);
    }
    return closure;
  }

  #follow(program: string): Closure {
    const inFolder = this.#files.filter((file) => file !== program && isAtOrInside(file, program));
    const files = new Set<string>(inFolder.length > 0 ? inFolder : [program]);
    let open = false;
    // The set grows while it is gone through.
    for (const file of files) {
      const imports = this.options.importsOf(file);
      if (imports === undefined) open ||= file === program;
      else {
        open ||= imports.open;
        for (const imported of imports.files) files.add(imported);
      }
      for (const started of this.#started.get(file) ?? []) files.add(started);
    }
    return { files, open };
  }
}

function isAtOrInside(file: string, directory: string): boolean {
  const relative = path.relative(directory, file);
  return relative === '' || (!/^\.\.([\\/]|$)/.test(relative) && !path.isAbsolute(relative));
}
