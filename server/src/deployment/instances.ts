import type { DataValue } from './data/data.js';

/** How many executions are started. */
export interface Instances {
  readonly says: 'many' | 'one';
  readonly count?: number;
  /** True when there is one for each processor of the machine. */
  readonly perProcessor?: boolean;
}

export const PER_PROCESSOR: Instances = { says: 'many', perProcessor: true };
export const MANY: Instances = { says: 'many' };
export const ONE: Instances = { says: 'one', count: 1 };

type Parser = (text: string) => Instances | undefined;

/**
 * What PM2 makes of a number of instances: `max` and 0 are one for each processor, a negative number is that many fewer.
 * @param text a number, or `max`
 */
export function parseInstances(text: string): Instances | undefined {
  if (text === 'max') return PER_PROCESSOR;
  if (!/^-?\d+$/.test(text)) return undefined;
  const count = Number(text);
  if (count === 1) return ONE;
  return count > 1 ? { says: 'many', count } : PER_PROCESSOR;
}

/**
 * A number of workers, threads or replicas, as servers other than PM2 take it.
 * @param text a number, or a shell's expression over the number of processors (`$(nproc)`)
 */
export function parseCount(text: string): Instances | undefined {
  if (/\b(nproc|_NPROCESSORS_ONLN|cpu_count)\b/.test(text)) return PER_PROCESSOR;
  if (!/^\d+$/.test(text)) return undefined;
  const count = Number(text);
  if (count === 0) return undefined;
  return count === 1 ? ONE : { says: 'many', count };
}

/** Of several values that depend on where it runs, one that makes many counts. */
export function instancesOf(
  value: DataValue | undefined,
  parse: Parser = parseInstances,
): Instances | undefined {
  switch (value?.kind) {
    case 'scalar':
      return typeof value.value === 'boolean' || value.value === null
        ? undefined
        : parse(String(value.value));
    case 'processors':
      return PER_PROCESSOR;
    case 'either': {
      const all = value.values.map((one) => instancesOf(one, parse));
      const many = all.find((one) => one?.says === 'many');
      // Only if every value says so is it certainly one.
      return many ?? (all.every((one) => one?.says === 'one') ? all[0] : undefined);
    }
    default:
      return undefined;
  }
}

/** {@link instancesOf} for servers other than PM2. */
export function countOf(value: DataValue | undefined): Instances | undefined {
  return instancesOf(value, parseCount);
}
