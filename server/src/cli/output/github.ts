import type { Level } from '../../model/diagnostics.js';
import { relativeTo, type Outcome } from './outcome.js';

const COMMANDS: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', hint: 'notice' };

/**
 * Workflow commands, which GitHub shows as annotations.
 * Form and escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function formatGitHub(outcome: Outcome): string {
  const findings = outcome.findings.map(({ diagnostic }) => {
    const { place, rule, level, message } = diagnostic;
    return command(COMMANDS[level], message, {
      file: relativeTo(outcome.directory, place.file),
      line: place.line,
      endLine: place.endLine,
      // Columns are shown only for annotations of one line.
      ...(place.line === place.endLine ? { col: place.column, endColumn: place.endColumn } : {}),
      title: `lockkit ${rule}`,
    });
  });
  const problems = outcome.problems.map(({ file, line, message }) =>
    command('warning', message, { file: relativeTo(outcome.directory, file), line, title: 'lockkit' }),
  );
  return [...findings, ...problems].map((line) => `${line}\n`).join('');
}

function command(
  name: string,
  message: string,
  properties: Readonly<Record<string, string | number>>,
): string {
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${name} ${written.join(',')}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
