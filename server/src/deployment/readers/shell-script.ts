/** Scripts that start a service: `start.sh`, `entrypoint.sh`, `run.sh`. */
import path from 'node:path';
import { evidenceOf } from '../claims.js';
import { startsOf } from '../commands/index.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

export const START_SCRIPT =
  /^([\w.-]*[._-])?(start|run|serve|server|web|boot|launch|entrypoint)([._-][\w.-]*)?\.sh$/;

export function readShellScript(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const environment = new Map<string, string>();
  const context = { directories: [layout.rootOf(file), path.dirname(file)], layout, environment };
  // A line and those that a backslash joins to it.
  const evidence = [...text.matchAll(/(?:[^\\\r\n]|\\(?:\r?\n|.))+/g)].flatMap((match) => {
    const [line] = match;
    const trimmed = line.trim();
    if (trimmed.startsWith('#')) return [];
    const assigned = /^(?:export\s+)?([A-Za-z_]\w*)=(\S+)$/.exec(trimmed);
    if (assigned !== null) {
      const [, name = '', value = ''] = assigned;
      const fallback = /^"?\$\{\w+:?[-=]([^}]*)\}"?$/.exec(value)?.[1];
      environment.set(name, (fallback ?? value).replace(/^(["'])(.*)\1$/, '$2'));
      return [];
    }
    const start = match.index + line.indexOf(trimmed);
    const range = { start, end: start + trimmed.length };
    return startsOf(trimmed, context).flatMap((one) => evidenceOf(one, { source, range }, layout));
  });
  return { evidence, problems: [] };
}
