/**
 * systemd units: the command that a unit runs; of a template (`web@.service`), as many units are made as are started.
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html
 */
import path from 'node:path';
import { claim, evidenceOf } from '../claims.js';
import { startsOf } from '../commands/index.js';
import { parseIni } from '../data/ini-data.js';
import { MANY } from '../instances.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

export function readSystemd(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const entries = parseIni(text).filter(({ section }) => section === 'Service');
  const directory = entries.find(({ key }) => key === 'WorkingDirectory')?.value;
  const environment = new Map<string, string>();
  for (const { key, value } of entries) {
    if (key !== 'Environment') continue;
    for (const [, name = '', said = ''] of value.matchAll(/([A-Za-z_]\w*)=([^\s"']*)/g))
      environment.set(name, said);
  }
  const root = layout.rootOf(file);
  const context = {
    // The directory is that of the server; of it, the last part may be one of the project's.
    directories: [
      root,
      path.dirname(file),
      ...(directory === undefined ? [] : [path.join(root, path.basename(directory))]),
    ],
    layout,
    environment,
  };
  const evidence = entries.flatMap(({ key, value, range }) => {
    if (key !== 'ExecStart') return [];
    // Prefixes of systemd's own: `-`, `@`, `+`, `!`, `:`.
    const starts = startsOf(value.replace(/^[-@+!:|]+/, ''), context);
    const speaker = { source, range };
    return starts.flatMap((start) => [
      ...evidenceOf(start, speaker, layout),
      ...(isTemplate(file) && start.program !== undefined && !runsAnother(value, start.program)
        ? evidenceOf(
            {
              ...start,
              claims: [
                claim('processes', MANY, 'is a template for several processes of one program', {
                  load: 'in-each',
                }),
              ],
            },
            speaker,
            layout,
          )
        : []),
    ]);
  });
  return { evidence, problems: [] };
}

function isTemplate(file: string): boolean {
  return file.endsWith('@.service');
}

/** True when the instance's name (`%i`) says which program a template runs, so that each runs another one. */
function runsAnother(command: string, program: string): boolean {
  const base = path.basename(program).replace(/\.\w+$/, '');
  return command
    .split(/\s+/)
    .some((word) => /%[iI]/.test(word) && (word.includes(base) || word.includes('/%')));
}
