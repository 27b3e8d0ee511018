import { createHash } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ArtifactLocation, Fix as SarifFix, Location, Log, Notification, Region, Result } from 'sarif';
import type { Fix, Level, Related } from '../../model/diagnostics.js';
import { lineStartsOf, placeOf, type Place } from '../../model/source.js';
import { VERSION } from '../../project/index.js';
import { rules } from '../../rules/index.js';
import { relativeTo, type Outcome } from './outcome.js';

const LEVELS: Readonly<Record<Level, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  hint: 'note',
};

/** The name by which files are relative to the working directory. */
const BASE = 'SRCROOT';

/** SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function formatSarif(outcome: Outcome): string {
  const log: Log = {
    version: '2.1.0',
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    runs: [
      {
        tool: {
          driver: {
            name: 'Lockkit',
            version: VERSION,
            rules: rules.map(({ metadata }) => ({
              id: metadata.id,
              shortDescription: { text: metadata.summary },
              defaultConfiguration: { level: LEVELS[metadata.defaultLevel] },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [BASE]: { uri: pathToFileURL(outcome.directory + path.sep).href } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: outcome.problems.map((problem): Notification => ({
              level: 'warning',
              message: { text: problem.message },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: artifact(outcome, problem.file),
                    region: { startLine: problem.line },
                  },
                },
              ],
            })),
          },
        ],
        results: resultsOf(outcome),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultsOf(outcome: Outcome): Result[] {
  const seen = new Map<string, number>();
  return outcome.findings.map(({ diagnostic, fixes }): Result => {
    const { rule, level, message, place, cell, dimensions } = diagnostic;
    const ruleIndex = rules.findIndex(({ metadata }) => metadata.id === rule);
    // Stays the same when lines move, so that a finding is tracked from run to run; the number tells apart equal ones.
    const name = [rule, relativeTo(outcome.directory, place.file), cell ?? ''].join('\n');
    const number = seen.get(name) ?? 0;
    seen.set(name, number + 1);
    return {
      ruleId: rule,
      ...(ruleIndex === -1 ? {} : { ruleIndex }),
      level: LEVELS[level],
      message: { text: message },
      locations: [location(outcome, place)],
      relatedLocations: [...diagnostic.related, ...diagnostic.evidence].map((related, id) => ({
        id,
        ...relatedLocation(outcome, related),
      })),
      partialFingerprints: {
        'lockkitFinding/v1': createHash('sha256').update(`${name}\n${number}`).digest('hex'),
      },
      ...(fixes.length === 0 ? {} : { fixes: fixes.map((fix) => sarifFix(outcome, fix)) }),
      properties: { dimensions: [...dimensions], ...(cell === undefined ? {} : { cell }) },
    };
  });
}

function location(outcome: Outcome, place: Place): Location {
  return { physicalLocation: { artifactLocation: artifact(outcome, place.file), region: region(place) } };
}

function relatedLocation(outcome: Outcome, related: Related): Location {
  return { ...location(outcome, related.place), message: { text: related.message } };
}

function sarifFix(outcome: Outcome, fix: Fix): SarifFix {
  const files = [...new Set(fix.edits.map((edit) => edit.file))];
  return {
    description: { text: fix.title },
    artifactChanges: files.map((file) => {
      const lineStarts = lineStartsOf(outcome.textOf(file) ?? '');
      return {
        artifactLocation: artifact(outcome, file),
        replacements: fix.edits
          .filter((edit) => edit.file === file)
          .map((edit) => ({
            deletedRegion: region(placeOf(file, lineStarts, edit.range)),
            insertedContent: { text: edit.newText },
          })),
      };
    }),
  };
}

function region(place: Place): Region {
  return {
    startLine: place.line,
    startColumn: place.column,
    endLine: place.endLine,
    endColumn: place.endColumn,
  };
}

/** Files outside of the working directory have an absolute URI: `..` must not lead out of a base. */
function artifact(outcome: Outcome, file: string): ArtifactLocation {
  const relative = relativeTo(outcome.directory, file);
  if (relative.startsWith('../') || path.isAbsolute(relative)) return { uri: pathToFileURL(file).href };
  return { uri: relative.split('/').map(encodeURIComponent).join('/'), uriBaseId: BASE };
}
