/**
 * Procfile: one command a line, each behind the name of its process type. How many of each run is not in the file.
 * https://devcenter.heroku.com/articles/procfile
 */
import path from 'node:path';
import { evidenceOf } from '../claims.js';
import { startsOf } from '../commands/index.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

export const PROCFILE = /^Procfile(\.[\w-]+)?$/;

export function readProcfile(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const context = {
    directories: [path.dirname(file), layout.rootOf(file)],
    layout,
    environment: new Map<string, string>(),
  };
  const evidence = [...text.matchAll(/^[ \t]*([\w-]+):[ \t]*(\S[^\r\n]*)/gm)].flatMap((match) => {
    const [whole, type = '', command = ''] = match;
    if (/^(release|test)$/.test(type)) return [];
    const range = { start: match.index + whole.length - command.length, end: match.index + whole.length };
    return startsOf(command, context).flatMap((start) => evidenceOf(start, { source, range }, layout));
  });
  return { evidence, problems: [] };
}
