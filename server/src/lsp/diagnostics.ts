import { existsSync } from 'node:fs';
import {
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic as LspDiagnostic,
} from 'vscode-languageserver/node';
import type { Diagnostic, Level } from '../model/diagnostics.js';
import { lineStartsOf, placeOf } from '../model/source.js';
import { isAtLeast, type FileReport } from '../project/index.js';
import type { ClientFeatures } from './client-features.js';
import { rangeOf, uriOf } from './locations.js';
import { rulePageUri } from './rule-pages.js';

export const SOURCE = 'lockkit';
/** The code of what is reported of suppressions; it is no rule. */
export const SUPPRESSION_CODE = 'suppression';

const SEVERITIES: Readonly<Record<Level, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  hint: DiagnosticSeverity.Hint,
};

/** How a report is shown. */
export interface Display {
  readonly features: ClientFeatures;
  readonly level: Level;
  /** See `InitializationOptions.rulePages`. */
  readonly rulePages: string | undefined;
  /** The client's own URI of a file that it has open. */
  uriOf(file: string): string | undefined;
}

/** A report as the protocol has it. */
export function lspDiagnostics(report: FileReport, text: string, display: Display): LspDiagnostic[] {
  const shown = report.diagnostics
    .filter((diagnostic) => isAtLeast(diagnostic.level, display.level))
    .map((diagnostic) => lspDiagnostic(diagnostic, display));
  const lineStarts = report.unusedSuppressions.length === 0 ? [] : lineStartsOf(text);
  const suppressions = report.unusedSuppressions.map((unused): LspDiagnostic => ({
    range: rangeOf(placeOf(report.file, lineStarts, unused)),
    severity: DiagnosticSeverity.Hint,
    source: SOURCE,
    code: SUPPRESSION_CODE,
    message: unused.message,
    tags: [DiagnosticTag.Unnecessary],
  }));
  return [...shown, ...suppressions];
}

export function lspDiagnostic(diagnostic: Diagnostic, display: Display): LspDiagnostic {
  const { features } = display;
  const href = features.codeDescription ? rulePageUri(diagnostic.rule, display.rulePages) : undefined;
  return {
    range: rangeOf(diagnostic.place),
    severity: SEVERITIES[diagnostic.level],
    source: SOURCE,
    code: diagnostic.rule,
    ...(href === undefined ? {} : { codeDescription: { href } }),
    message: diagnostic.message,
    ...(features.relatedInformation
      ? {
          relatedInformation: [...diagnostic.related, ...diagnostic.evidence].flatMap(
            ({ message, place }) => {
              const uri =
                display.uriOf(place.file) ?? (existsSync(place.file) ? uriOf(place.file) : undefined);
              return uri === undefined ? [] : [{ message, location: { uri, range: rangeOf(place) } }];
            },
          ),
        }
      : {}),
  };
}
