import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));

interface ScriptOptions {
  /** Options of Node. */
  readonly node?: readonly string[];
  /** Another Node than this one. */
  readonly execPath?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** What a shell does before it becomes the process. */
  readonly shell?: string;
}

/** Runs an ES module in a process of its own, in the folder of the tests; kills it after 60 s. Resolves with what it printed. */
export async function script(text: string, options: ScriptOptions = {}): Promise<string> {
  const { node = [], execPath = process.execPath, environment, shell } = options;
  const command = [execPath, ...node, '--input-type=module', '--eval', text];
  const [program = '', ...args] =
    shell === undefined ? command : ['sh', '-c', `${shell}; exec "$@"`, 'sh', ...command];
  const { stdout } = await run(program, args, {
    cwd: here,
    timeout: 60_000,
    env: { ...process.env, ...environment },
  });
  return stdout.trim();
}
