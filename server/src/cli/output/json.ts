import type { Fix, Level, RuleId } from '../../model/diagnostics.js';
import type { Dimension } from '../../model/dimensions.js';
import { lineStartsOf, placeOf } from '../../model/source.js';
import { VERSION } from '../../project/index.js';
import { relativeTo, type Outcome } from './outcome.js';

/** The JSON of `lockkit check --format json`: a contract. Lines and columns are 1-based; files have `/`. */
export interface CheckJson {
  readonly version: string;
  readonly findings: readonly FindingJson[];
  readonly problems: readonly { readonly file: string; readonly line: number; readonly message: string }[];
}

export interface FindingJson extends RangeJson {
  readonly rule: RuleId;
  readonly level: Level;
  readonly message: string;
  /** The cell's name; null where the rule speaks of none. */
  readonly cell: string | null;
  readonly dimension: readonly Dimension[];
  readonly evidence: readonly { readonly file: string; readonly line: number; readonly text: string }[];
  readonly related: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  readonly fixes: readonly FixJson[];
}

export interface FixJson {
  readonly title: string;
  readonly edits: readonly (RangeJson & { readonly newText: string })[];
}

interface RangeJson {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export function formatJson(outcome: Outcome): string {
  return `${JSON.stringify(jsonOf(outcome), null, 2)}\n`;
}

function jsonOf(outcome: Outcome): CheckJson {
  const name = (file: string): string => relativeTo(outcome.directory, file);
  return {
    version: VERSION,
    findings: outcome.findings.map(({ diagnostic, fixes }) => ({
      rule: diagnostic.rule,
      level: diagnostic.level,
      message: diagnostic.message,
      file: name(diagnostic.place.file),
      line: diagnostic.place.line,
      column: diagnostic.place.column,
      endLine: diagnostic.place.endLine,
      endColumn: diagnostic.place.endColumn,
      cell: diagnostic.cell ?? null,
      dimension: diagnostic.dimensions,
      evidence: diagnostic.evidence.map(({ message, place }) => ({
        file: name(place.file),
        line: place.line,
        text: message,
      })),
      related: diagnostic.related.map(({ message, place }) => ({
        file: name(place.file),
        line: place.line,
        message,
      })),
      fixes: fixes.map((fix) => fixJson(outcome, fix)),
    })),
    problems: outcome.problems.map(({ file, line, message }) => ({ file: name(file), line, message })),
  };
}

function fixJson(outcome: Outcome, fix: Fix): FixJson {
  return {
    title: fix.title,
    edits: fix.edits.map((edit) => {
      const { line, column, endLine, endColumn } = placeOf(
        edit.file,
        lineStartsOf(outcome.textOf(edit.file) ?? ''),
        edit.range,
      );
      const file = relativeTo(outcome.directory, edit.file);
      return { file, line, column, endLine, endColumn, newText: edit.newText };
    }),
  };
}
