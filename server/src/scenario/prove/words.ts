/** How a driven process speaks with the prover. */
import { readSync, writeSync } from 'node:fs';

import { FROM_PROVER, type FromDriver, TO_PROVER } from './messages.js';

export function say(message: FromDriver): void {
  writeSync(TO_PROVER, `${JSON.stringify(message)}\n`);
}

/** Blocks this process until the prover writes a line; a prover that is gone ends it. */
export function awaitWord(): void {
  if (readSync(FROM_PROVER, new Uint8Array(1)) === 0) process.exit(1);
}
