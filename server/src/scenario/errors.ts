/** The experiment could not be set up, or broke off. The message says where, and what to do about it. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** A function cannot be driven, or there is none. The message says what it needs. */
export class ProofError extends ScenarioError {}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
