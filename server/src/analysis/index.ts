import type { Deployment } from '../model/deployment.js';
import type { FileFacts } from '../model/facts.js';
import type { Finding } from '../model/findings.js';
import type { LibraryModel } from '../model/library-model.js';

/** What the analysis is told besides the facts. */
export interface AnalysisContext {
  readonly libraries: readonly LibraryModel[];
  readonly deployment: Deployment;
}

/** The findings of one file. */
export function analyse(_facts: FileFacts, _context: AnalysisContext): Finding[] {
  return [];
}
