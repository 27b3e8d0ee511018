/** Where the files are that the prover starts: beside this module in a bundle and after the compiler, or in the sources. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { ProofError } from '../errors.js';

/**
 * @param candidates relative to this module; the first that is there counts
 * @throws ProofError when none is there
 */
export function besideThisModule(...candidates: readonly string[]): string {
  const { url } = import.meta as { url?: string };
  const here = path.dirname(url === undefined ? __filename : fileURLToPath(url));
  const found = candidates.map((each) => path.resolve(here, each)).find((each) => existsSync(each));
  if (found !== undefined) return found;
  throw new ProofError(
    `A part of the prover is missing beside ${here} (${candidates.join(', ')}). In a checkout, run npm run build:ts.`,
  );
}
