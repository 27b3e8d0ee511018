/** gunicorn's configuration, which is Python: https://docs.gunicorn.org/en/stable/configure.html */
import path from 'node:path';
import { evidenceOf } from '../claims.js';
import { moduleIn } from '../commands/command.js';
import { gunicornClaims } from '../commands/gunicorn.js';
import { wordOf } from '../commands/options.js';
import type { DataValue } from '../data/data.js';
import { parseAssignments } from '../data/python-data.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

export const GUNICORN_FILE = /^(.*[._-])?gunicorn([._-].*)?\.py$/;

export function readGunicornFile(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const options = new Map<string, DataValue>();
  // Settings have the names of the options, but for a few: https://docs.gunicorn.org/en/stable/settings.html
  for (const [name, { value }] of parseAssignments(text)) {
    options.set(name === 'preload_app' ? 'preload' : name.replaceAll('_', '-'), value);
  }
  const application = wordOf(options.get('wsgi-app'));
  const root = layout.rootOf(file);
  const program = moduleIn(
    application,
    { directories: [root, path.dirname(file)], layout, environment: new Map() },
    wordOf(options.get('chdir')),
  );
  const claims = gunicornClaims(options, application, { complete: true });
  return {
    evidence: evidenceOf(
      { claims, ...(program !== undefined && { program }) },
      { source, range: { start: 0, end: 0 } },
      layout,
    ),
    problems: [],
  };
}
