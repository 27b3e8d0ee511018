/** What a value says of paths and of numbers, as far as the text of one file tells. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CallSite, CodeIndex, Value } from './code-index.js';
import type { LibraryCalls } from './library-calls.js';

const MAXIMUM_DEPTH = 20;

/** A number that is not known, but is that of the machine's processors. */
export const PROCESSORS = 'processors';

export class CodeValues {
  constructor(
    private readonly index: CodeIndex,
    private readonly libraries: LibraryCalls,
  ) {}

  /**
   * The path that a value names: a constant, put together with `path.join` and its like, or the URL of a file.
   * @returns relative to the working directory if it is written so
   */
  pathOf(value: Value, depth = 0): string | undefined {
    if (depth > MAXIMUM_DEPTH) return undefined;
    const { file } = this.index.facts;
    const definition = this.index.definitionOf(value);
    const inner = (temporary: number): string | undefined => this.pathOf({ ...value, temporary }, depth + 1);
    switch (definition?.kind) {
      case 'constant':
        return typeof definition.value === 'string' ? definition.value : undefined;
      case 'template': {
        const parts = definition.parts.map((part) => (typeof part === 'string' ? part : inner(part)));
        return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
      }
      case 'load-global':
        if (definition.name === '__filename') return file;
        return definition.name === '__dirname' ? path.dirname(file) : undefined;
      case 'load-variable': {
        const content = this.index.contentOf(definition.variable);
        return content === undefined ? undefined : this.pathOf(content, depth + 1);
      }
      case 'load-property':
        // Of `import.meta` only; a property of anything else is not known.
        if (!this.isMeta({ ...value, temporary: definition.object })) {
          return definition.key === 'pathname' || definition.key === 'href'
            ? inner(definition.object)
            : undefined;
        }
        if (definition.key === 'filename' || definition.key === 'url') return file;
        return definition.key === 'dirname' ? path.dirname(file) : undefined;
      case 'call': {
        const site = this.index.calls.find(({ call }) => call === definition);
        return site === undefined ? undefined : this.pathOfCall(site, inner);
      }
      case 'derive': {
        if (definition.operator !== '+') return undefined;
        const parts = definition.from.map(inner);
        return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
      }
      default:
        return undefined;
    }
  }

  private pathOfCall(site: CallSite, inner: (temporary: number) => string | undefined): string | undefined {
    const { call } = site;
    const callee = this.libraries.calleeOf(site);
    const parts = call.arguments.map((argument) => (argument.spread ? undefined : inner(argument.value)));
    const known = parts.filter((part) => part !== undefined);
    const directory = path.dirname(this.index.facts.file);
    const [first] = parts;
    if (callee === undefined || first === undefined) return undefined;
    const module = callee.module.replace(/^node:/, '');
    if (module === 'path' && known.length === parts.length) {
      if (callee.name === 'join') return path.join(...known);
      if (callee.name === 'resolve') return path.resolve(directory, ...known);
      if (callee.name === 'dirname') return path.dirname(first);
    }
    if (callee.name === 'fileURLToPath') return first;
    if (callee.name === 'URL' && parts.length === 2) return resolveUrl(first, this.index.facts.file);
    if (callee.name === 'resolve' && module === '#global' && first.startsWith('.'))
      return path.resolve(directory, first);
    return undefined;
  }

  /** A constant, or {@link PROCESSORS}. */
  numberOf(value: Value, depth = 0): number | typeof PROCESSORS | undefined {
    if (depth > MAXIMUM_DEPTH) return undefined;
    const definition = this.index.definitionOf(value);
    const inner = (temporary: number): number | typeof PROCESSORS | undefined =>
      this.numberOf({ ...value, temporary }, depth + 1);
    switch (definition?.kind) {
      case 'constant':
        return typeof definition.value === 'number' ? definition.value : undefined;
      case 'load-variable': {
        const content = this.index.contentOf(definition.variable);
        return content === undefined ? undefined : this.numberOf(content, depth + 1);
      }
      case 'load-property':
        return definition.key === 'length'
          ? this.lengthOf({ ...value, temporary: definition.object }, depth)
          : undefined;
      case 'derive':
        return definition.from.map(inner).includes(PROCESSORS) ? PROCESSORS : undefined;
      case 'call': {
        if (this.isProcessors(definition)) return PROCESSORS;
        // Math.max(2, availableParallelism() - 1)
        return definition.arguments.map(({ value: argument }) => inner(argument)).includes(PROCESSORS)
          ? PROCESSORS
          : undefined;
      }
      default:
        return undefined;
    }
  }

  /** How many elements an array, or an object with a `length`, has. */
  lengthOf(value: Value, depth = 0): number | typeof PROCESSORS | undefined {
    if (depth > MAXIMUM_DEPTH) return undefined;
    const definition = this.index.definitionOf(value);
    const inner = (temporary: number): number | typeof PROCESSORS | undefined =>
      this.lengthOf({ ...value, temporary }, depth + 1);
    switch (definition?.kind) {
      case 'make-array':
        if (definition.spreads.length === 0) return definition.elements.length;
        return definition.spreads.length === 1 && definition.elements.length === 0
          ? inner(definition.spreads[0] ?? -1)
          : undefined;
      case 'make-object': {
        const length = definition.properties.find(({ key }) => key === 'length');
        return length === undefined
          ? undefined
          : this.numberOf({ ...value, temporary: length.value }, depth + 1);
      }
      case 'load-variable': {
        const content = this.index.contentOf(definition.variable);
        return content === undefined ? undefined : this.lengthOf(content, depth + 1);
      }
      case 'call': {
        if (this.isProcessors(definition)) return PROCESSORS;
        const { target } = definition;
        const [first] = definition.arguments;
        // Array(4), new Array(n), Array.from({ length: 4 }), and what keeps the length: .fill(), .keys(), .map()
        if (target.kind === 'value' && first !== undefined && /^Array$/.test(definition.text))
          return this.numberOf({ ...value, temporary: first.value }, depth + 1);
        if (definition.text === 'Array.from' && first !== undefined) return inner(first.value);
        if (
          target.kind === 'method' &&
          typeof target.key === 'string' &&
          /^(fill|keys|map|entries)$/.test(target.key)
        )
          return inner(target.object);
        return undefined;
      }
      default:
        return undefined;
    }
  }

  private isProcessors(call: CallSite['call']): boolean {
    const site = this.index.calls.find((candidate) => candidate.call === call);
    const callee = site === undefined ? undefined : this.libraries.calleeOf(site);
    if (callee?.module.replace(/^node:/, '') !== 'os') return false;
    return callee.name === 'cpus' || callee.name === 'availableParallelism';
  }

  /** `import.meta` is no value that the facts know; nothing else that has these properties is left unknown. */
  private isMeta(value: Value): boolean {
    const definition = this.index.definitionOf(value);
    return definition?.kind === 'derive' || definition === undefined;
  }
}

function resolveUrl(relative: string, file: string): string | undefined {
  try {
    return fileURLToPath(new URL(relative, pathToFileURL(file)));
  } catch {
    // Not the URL of a file.
    return undefined;
  }
}
