import path from 'node:path';
import { ConfigurationError, Project } from '../project/index.js';
import { proveIn, type ProofRequest } from '../project/proof.js';
import { ScenarioError } from '../scenario/index.js';
import { formatProof } from '../scenario/prove/index.js';
import { EXIT_FOUND, EXIT_NOTHING_FOUND, UsageError } from './exit-codes.js';

export interface ProveFlags extends Omit<ProofRequest, 'file' | 'subject'> {
  readonly format: 'text' | 'json';
}

/**
 * Looks for a lost update by running a function twice at once.
 * @param subject `FILE:FUNCTION` or `FILE:LINE`
 * @returns the exit code: whether one was witnessed
 * @throws UsageError when the function cannot be driven, with what it needs
 */
export async function prove(subject: string, flags: ProveFlags): Promise<number> {
  const directory = process.cwd();
  const { format, ...options } = flags;
  const interrupted = new AbortController();
  const stop = (): void => {
    interrupted.abort(new UsageError('interrupted'));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const request = { ...parsed(subject), ...options };
    const project = new Project({ directory });
    const reports = await proveIn(project, request, directory, undefined, interrupted.signal);
    const last = reports.at(-1);
    process.stdout.write(
      format === 'text'
        ? reports.map((report) => formatProof(report, directory)).join('')
        : `${JSON.stringify(last, null, 2)}\n`,
    );
    return last?.lost === undefined ? EXIT_NOTHING_FOUND : EXIT_FOUND;
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(error.message);
    if (error instanceof ConfigurationError)
      throw new UsageError(`${error.file}:${error.line}: ${error.reason}`);
    throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function parsed(text: string): Pick<ProofRequest, 'file' | 'subject'> {
  const colon = text.lastIndexOf(':');
  const subject = text.slice(colon + 1);
  if (colon <= 0 || !/^([\p{L}_$][\p{L}\d_$]*(\.[\p{L}_$][\p{L}\d_$]*)*|[1-9]\d*)$/u.test(subject)) {
    throw new UsageError(
      `"${text}" is not FILE:FUNCTION or FILE:LINE, such as src/counter.ts:add, src/counter.ts:Counter.add or src/counter.ts:12`,
    );
  }
  return { file: path.resolve(text.slice(0, colon)), subject };
}
