import path from 'node:path';

import { ProofError } from '../errors.js';
import type { ProveLanguage } from './language.js';
import { PYTHON } from './python/language.js';
import { TYPESCRIPT } from './typescript/language.js';

/** @throws ProofError for a file that no language is known for */
export function languageOf(file: string): ProveLanguage {
  const extension = path.extname(file);
  const found = [TYPESCRIPT, PYTHON].find(({ extensions }) => extensions.includes(extension));
  if (found !== undefined) return found;
  throw new ProofError(`${file} is not TypeScript, JavaScript or Python.`);
}
