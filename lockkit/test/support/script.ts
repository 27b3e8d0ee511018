import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));

/** Runs an ES module in a process of its own, in the folder of the tests; kills it after 60 s. Resolves with what it printed. */
export async function script(
  text: string,
  options: { readonly node?: readonly string[]; readonly execPath?: string } = {},
): Promise<string> {
  const { node = [], execPath = process.execPath } = options;
  const { stdout } = await run(execPath, [...node, '--input-type=module', '--eval', text], {
    cwd: here,
    timeout: 60_000,
  });
  return stdout.trim();
}
