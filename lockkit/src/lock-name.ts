import { createHash } from 'node:crypto';

const READABLE_CHARACTERS = 40;
const HASH_DIGITS = 16;

/**
 * The file name of a lock: the first 40 characters (code points) of its name for people, the hash for uniqueness.
 *
 * @throws TypeError when the name has a lone surrogate, which has no UTF-8 form: two such names could not be told apart.
 */
export function lockFileName(name: string): string {
  if (!isWellFormed(name)) {
    throw new TypeError('A lock name must be well-formed Unicode; this one has half a surrogate pair.');
  }
  const readable = Array.from(name)
    .slice(0, READABLE_CHARACTERS)
    .map((character) => (/^[A-Za-z0-9._-]$/.test(character) ? character : '_'))
    .join('');
  const hash = createHash('sha256').update(name, 'utf8').digest('hex').slice(0, HASH_DIGITS);
  return `${readable}-${hash}.lock`;
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
