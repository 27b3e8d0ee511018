/** Supervisor: programs, and how many processes of each. http://supervisord.org/configuration.html */
import path from 'node:path';
import { amount, claim, evidenceOf, PROCESS } from '../claims.js';
import { startsOf } from '../commands/index.js';
import { parseIni, type IniEntry } from '../data/ini-data.js';
import { parseCount } from '../instances.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

/** Whether a text has Supervisor's programs, whatever the file is called. */
export function isSupervisor({ text }: DeploymentSource): boolean {
  return /^\[program:[^\]]+\]/m.test(text);
}

export function readSupervisor(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const sections = new Map<string, IniEntry[]>();
  for (const entry of parseIni(text, { indentContinues: true, inlineComment: /\s;.*$/ })) {
    if (!entry.section.startsWith('program:')) continue;
    sections.set(entry.section, [...(sections.get(entry.section) ?? []), entry]);
  }
  const evidence = [...sections].flatMap(([section, entries]) => {
    const entry = (key: string): IniEntry | undefined => entries.findLast((one) => one.key === key);
    const command = entry('command');
    if (command === undefined) return [];
    const root = layout.rootOf(file);
    const directory = entry('directory')?.value;
    const environment = new Map<string, string>();
    for (const [, name = '', value = ''] of (entry('environment')?.value ?? '').matchAll(
      /(\w+)="?([^",]*)"?/g,
    ))
      environment.set(name, value);
    const starts = startsOf(command.value, {
      directories: [
        ...(directory === undefined ? [] : [path.join(root, path.basename(directory))]),
        root,
        path.dirname(file),
      ],
      layout,
      environment,
    });
    const numprocs = entry('numprocs');
    const instances = numprocs === undefined ? undefined : parseCount(numprocs.value);
    const name = section.slice('program:'.length);
    return [
      ...starts.flatMap((start) => evidenceOf(start, { source, range: command.range }, layout)),
      ...(numprocs === undefined || instances === undefined
        ? []
        : (starts.length === 0 ? [{ claims: [] }] : starts).flatMap((start) =>
            evidenceOf(
              {
                ...start,
                claims: [
                  claim('processes', instances, `runs ${amount(instances, PROCESS, name)}`, {
                    load: 'in-each',
                  }),
                ],
              },
              { source, range: numprocs.range },
              layout,
            ),
          )),
    ];
  });
  return { evidence, problems: [] };
}
