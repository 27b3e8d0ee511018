/** Findings that are known and wait: they are not reported, new ones are. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { RULE_IDS, type Diagnostic, type Problem, type RuleId } from '../model/diagnostics.js';
import { reasonOf, slashed } from '../project/index.js';
import { UsageError } from './exit-codes.js';

/** Lines are not kept: an edit elsewhere in the file must not bring a finding back. */
interface Entry {
  /** Relative to the baseline's directory, with `/`. */
  readonly file: string;
  readonly rule: RuleId;
  readonly cell: string | null;
  readonly count: number;
}

interface BaselineJson {
  readonly version: 1;
  readonly findings: readonly Entry[];
}

const schema = {
  type: 'object',
  required: ['version', 'findings'],
  properties: {
    version: { const: 1 },
    findings: {
      type: 'array',
      items: {
        type: 'object',
        required: ['file', 'rule', 'cell', 'count'],
        properties: {
          file: { type: 'string' },
          rule: { enum: RULE_IDS },
          cell: { type: 'string', nullable: true },
          count: { type: 'integer', minimum: 1 },
        },
      },
    },
  },
};

/**
 * Writes the baseline of diagnostics.
 * @param file absolute path
 * @throws UsageError when it cannot be written
 */
export function writeBaseline(file: string, diagnostics: readonly Diagnostic[]): void {
  const counts = new Map<string, Entry>();
  for (const diagnostic of diagnostics) {
    const key = keyOf(file, diagnostic);
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, { ...entryOf(file, diagnostic), count });
  }
  const findings = [...counts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, entry]) => entry);
  const json: BaselineJson = { version: 1, findings };
  try {
    writeFileSync(file, `${JSON.stringify(json, null, 2)}\n`);
  } catch (error) {
    throw new UsageError(`the baseline ${file} cannot be written: ${reasonOf(error)}`);
  }
}

/**
 * Takes from diagnostics what a baseline lists.
 * @param file absolute path of the baseline
 * @param checked the files that were checked, by which it is judged whether an entry is still needed
 * @returns what is new, and a problem for each entry that is no longer needed
 * @throws UsageError when the baseline cannot be read
 */
export function applyBaseline(
  file: string,
  diagnostics: readonly Diagnostic[],
  checked: readonly string[],
): { readonly fresh: ReadonlySet<Diagnostic>; readonly problems: Problem[] } {
  const left = new Map(readBaseline(file).map((entry) => [keyOfEntry(entry), { entry, count: entry.count }]));
  const fresh = new Set<Diagnostic>();
  for (const diagnostic of diagnostics) {
    const known = left.get(keyOf(file, diagnostic));
    if (known !== undefined && known.count > 0) known.count--;
    else fresh.add(diagnostic);
  }
  const looked = new Set(checked);
  const problems = [...left.values()].flatMap(({ entry, count }): Problem[] => {
    const of = path.resolve(path.dirname(file), entry.file);
    if (count === 0 || (!looked.has(of) && existsSync(of))) return [];
    const what = `${entry.rule}${entry.cell === null ? '' : ` of ${entry.cell}`} in ${entry.file}`;
    return [
      {
        file,
        line: 1,
        message: `the baseline lists ${entry.count} × ${what}, and ${entry.count - count} are found; write it again with --write-baseline`,
      },
    ];
  });
  return { fresh, problems };
}

function readBaseline(file: string): readonly Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : reasonOf(error);
    throw new UsageError(`the baseline ${file} cannot be read: ${reason}; --write-baseline makes one`);
  }
  if (!isBaseline(value)) {
    throw new UsageError(`${file} is not a baseline of this version; --write-baseline makes one`);
  }
  return value.findings;
}

function isBaseline(value: unknown): value is BaselineJson {
  return new Ajv().validate(schema, value);
}

function entryOf(file: string, diagnostic: Diagnostic): Omit<Entry, 'count'> {
  return {
    file: slashed(path.relative(path.dirname(file), diagnostic.place.file)),
    rule: diagnostic.rule,
    cell: diagnostic.cell ?? null,
  };
}

function keyOf(file: string, diagnostic: Diagnostic): string {
  return keyOfEntry(entryOf(file, diagnostic));
}

function keyOfEntry(entry: Omit<Entry, 'count'>): string {
  return JSON.stringify([entry.file, entry.rule, entry.cell]);
}
