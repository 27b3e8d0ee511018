import type { DataValue } from './data/data.js';

/** How many executions are started. */
export interface Instances {
  readonly says: 'many' | 'one';
  readonly count?: number;
  /** True when there is one for each processor of the machine. */
  readonly perProcessor?: boolean;
}

/**
 * What PM2 makes of a number of instances: `max` and 0 are one for each processor, a negative number is that many fewer.
 * Of several values that depend on where it runs, one that makes many counts.
 */
export function instancesOf(value: DataValue): Instances | undefined {
  switch (value.kind) {
    case 'scalar':
      return typeof value.value === 'boolean' || value.value === null
        ? undefined
        : parseInstances(String(value.value));
    case 'processors':
      return { says: 'many', perProcessor: true };
    case 'either': {
      const all = value.values.map(instancesOf);
      const many = all.find((one) => one?.says === 'many');
      // Only if every value says so is it certainly one.
      return many ?? (all.every((one) => one?.says === 'one') ? all[0] : undefined);
    }
    case 'list':
    case 'record':
    case 'unknown':
      return undefined;
  }
}

/** @param text as PM2 takes it: a number, or `max` */
export function parseInstances(text: string): Instances | undefined {
  if (text === 'max') return { says: 'many', perProcessor: true };
  if (!/^-?\d+$/.test(text)) return undefined;
  const count = Number(text);
  if (count === 1) return { says: 'one', count };
  return count > 1 ? { says: 'many', count } : { says: 'many', perProcessor: true };
}

/** @returns such as `4 instances of server.js` */
export function sayInstances(instances: Instances, program: string | undefined): string {
  const of = program === undefined ? '' : ` of ${program}`;
  if (instances.count === undefined) return `an instance${of} per CPU`;
  return `${instances.count} ${instances.count === 1 ? 'instance' : 'instances'}${of}`;
}
