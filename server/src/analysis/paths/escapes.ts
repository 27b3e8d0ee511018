/** Whether what an acquire gives leaves the function in which the lock is released, so that others may release it. */
import type {
  FunctionFacts,
  Node,
  PropertyKey,
  Temporary,
  VariableFacts,
  VariableIndex,
} from '../../model/facts.js';
import type { TextRange } from '../../model/source.js';
import { walk } from '../walk.js';

/** The values of a function that are, or hold, what the acquire at `acquire` gives. */
export function carriersOf(facts: FunctionFacts, acquire: TextRange): ReadonlySet<Temporary> {
  const temporaries = new Set<Temporary>();
  const variables = new Set<VariableIndex>();
  for (let size = -1; size !== temporaries.size;) {
    size = temporaries.size;
    walk(facts.body, (node) => {
      if (carries(node, acquire, temporaries, variables) && 'into' in node) temporaries.add(node.into);
      if (node.kind === 'store-variable' && temporaries.has(node.value)) variables.add(node.variable);
    });
  }
  return temporaries;
}

function carries(
  node: Node,
  { start, end }: TextRange,
  temporaries: ReadonlySet<Temporary>,
  variables: ReadonlySet<VariableIndex>,
): boolean {
  switch (node.kind) {
    case 'call':
      return node.range.start === start && node.range.end === end;
    case 'point':
      return node.value !== undefined && temporaries.has(node.value);
    case 'load-variable':
      return variables.has(node.variable);
    case 'load-property':
      return temporaries.has(node.object);
    case 'derive':
      return node.operator === '??' && node.from.some((part) => temporaries.has(part));
    default:
      return false;
  }
}

/**
 * @param isRelease whether a call releases the lock: it may be given the grant
 * @param variables of the file
 */
export function isHandedOn(
  facts: FunctionFacts,
  carriers: ReadonlySet<Temporary>,
  isRelease: (call: TextRange) => boolean,
  variables: readonly VariableFacts[],
): boolean {
  let found = false as boolean;
  const has = (temporary: Temporary): boolean => carriers.has(temporary);
  walk(facts.body, (node) => {
    switch (node.kind) {
      case 'call':
        if (node.arguments.some(({ value }) => has(value)) && !isRelease(node.range) && !isLog(node.text))
          found = true;
        // What the acquire comes to is decided in a callback.
        if (node.target.kind === 'method' && isChain(node.target.key) && has(node.target.object))
          found = true;
        break;
      case 'store-property':
        if (node.value !== undefined && has(node.value)) found = true;
        break;
      case 'make-array':
        if ([...node.elements, ...node.spreads].some(has)) found = true;
        break;
      case 'make-object':
        if ([...node.spreads, ...node.properties.map(({ value }) => value)].some(has)) found = true;
        break;
      case 'store-variable':
        if (has(node.value) && isSeenByOthers(facts, variables[node.variable])) found = true;
        break;
      default:
    }
  });
  return found;
}

function isChain(key: PropertyKey): boolean {
  return key === 'then' || key === 'catch';
}

/** Whether a call writes to a log: it keeps nothing that it is given, and throws nothing. */
export function isLog(text: string): boolean {
  return /^((this|self)\._?)?(console|logging|logger|log)\b/i.test(text);
}

function isSeenByOthers(facts: FunctionFacts, variable: VariableFacts | undefined): boolean {
  if (variable === undefined || variable.kind === 'synthetic') return false;
  return variable.captured || (variable.scope === 0 && facts.kind !== 'module');
}
