/** Runs the body of a module that another imports, when something of it is first needed. */
import { BudgetExceeded, type Analysis } from './analysis.js';
import { runStatement } from './execute.js';
import type { Module } from './modules.js';
import { State } from './state.js';
import { Variables } from './variables.js';

/**
 * Runs a module's own body: what it leaves in variables holds from then on, in all states.
 *
 * A statement that is too much to look at is left out. Within a cycle of imports, what a module that is still running has not
 * made yet is unknown, as it is in the language.
 */
export function runModule(analysis: Analysis, module: Module): void {
  if (module.progress !== 'unread') return;
  module.progress = 'running';
  analysis.asImport(() => {
    runModuleBody(analysis, module);
  });
}

/** @returns what is true at the end of the body, or where it stops */
export function runModuleBody(analysis: Analysis, module: Module): State {
  module.progress = 'running';
  let state = new State(new Variables(analysis.settled));
  const { body } = module.frame.facts;
  for (const node of body.kind === 'sequence' ? body.nodes : [body]) {
    analysis.refill();
    try {
      const next = runStatement(analysis, module.frame, node, state);
      if (next === undefined) break;
      state = next;
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
    }
  }
  state.variables.settle();
  module.progress = 'done';
  return state;
}
