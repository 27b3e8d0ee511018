/** Where reports are kept between two runs of the command line. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * @param directory the working directory: what is checked from there has a file of its own
 * @param chosen the directory that the user names, if any
 * @returns an absolute path; neither it nor its directory need exist
 */
export function cacheFileOf(directory: string, chosen: string | undefined): string {
  const name = createHash('sha1').update(directory).digest('hex').slice(0, 16);
  return path.join(
    chosen === undefined ? defaultDirectory(directory) : path.resolve(chosen),
    `reports-${name}.json`,
  );
}

/** As other tools for JavaScript do; where there is no node_modules, as the XDG Base Directory Specification says. */
function defaultDirectory(directory: string): string {
  const modules = path.join(directory, 'node_modules');
  if (statSync(modules, { throwIfNoEntry: false })?.isDirectory() === true)
    return path.join(modules, '.cache', 'lockkit');
  const given = process.env.XDG_CACHE_HOME ?? '';
  return path.join(path.isAbsolute(given) ? given : path.join(os.homedir(), '.cache'), 'lockkit');
}
