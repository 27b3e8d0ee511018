/** Finds the function that is to be called in the module that was loaded. */
import type { DriverJob } from './messages.js';
import type { Tracer } from './tracer.js';

export type Callable = (...args: readonly unknown[]) => unknown;

/** Why the function cannot be called, for people; without a capital and full stop. */
export class CannotCall extends Error {}

/** The function, bound to what it is a method of. */
export function findFunction(
  module: Record<string, unknown>,
  job: Pick<DriverJob, 'function' | 'caught' | 'construct'>,
  tracer: Tracer,
): Callable {
  if (job.caught && typeof tracer.caught === 'function') return tracer.caught as Callable;
  const names = job.function.split('.');
  const roots = [module, module.default, ...tracer.exposed.map((get) => ({ [names[0] ?? '']: get() }))];
  for (const root of roots) {
    const found = follow(root, names, job.construct);
    if (found !== undefined) return found;
  }
  throw new CannotCall(
    job.caught
      ? 'loading the module does not make this function: it is made in another one, which has to be called first'
      : `there is no function ${job.function} in it; name an exported function, \`object.method\` or \`Class.method\`, or its line`,
  );
}

function follow(
  root: unknown,
  names: readonly string[],
  construct: readonly unknown[],
): Callable | undefined {
  let receiver: unknown;
  let value: unknown = root;
  for (const [index, name] of names.entries()) {
    receiver = value;
    value = member(value, name);
    const isLast = index === names.length - 1;
    if (typeof value === 'function' && !isLast && member(value, names[index + 1] ?? '') === undefined) {
      value = instanceOf(value as new (...args: readonly unknown[]) => unknown, construct);
    }
  }
  if (typeof value !== 'function') return undefined;
  const called = value as Callable;
  return Object.defineProperty((...args: readonly unknown[]) => called.apply(receiver, [...args]), 'length', {
    value: called.length,
  });
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' || typeof value === 'function'
    ? (value as Record<string, unknown> | null)?.[name]
    : undefined;
}

function instanceOf(
  Class: new (...args: readonly unknown[]) => unknown,
  construct: readonly unknown[],
): unknown {
  if (construct.length < Class.length) {
    throw new CannotCall(
      `${Class.name} takes ${Class.length} arguments: give them in lockkit.prove.json as "construct"`,
    );
  }
  return new Class(...construct);
}
