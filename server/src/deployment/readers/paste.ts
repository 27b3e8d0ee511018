/** The server of a Paste configuration (Pyramid): `[server:main] use = egg:waitress#main`. */
import { amount, claim, evidenceOf, THREAD, WORKER } from '../claims.js';
import { parseIni } from '../data/ini-data.js';
import { parseCount } from '../instances.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

export function isPaste({ text }: DeploymentSource): boolean {
  return /^\[server:main\]/m.test(text);
}

export function readPaste(source: DeploymentSource, layout: Layout): Reading {
  if (layout.isTest(source.file)) return NOTHING_READ;
  const entries = parseIni(source.text, { indentContinues: true }).filter(
    ({ section }) => section === 'server:main',
  );
  const server =
    /^egg:(\w+)/.exec(entries.find(({ key }) => key === 'use')?.value ?? '')?.[1] ?? 'its server';
  const evidence = entries.flatMap(({ key, value, range }) => {
    const instances = key === 'workers' || key === 'threads' ? parseCount(value) : undefined;
    if (instances === undefined) return [];
    const processes = key === 'workers';
    const text = `runs ${amount(instances, processes ? WORKER : THREAD, undefined)} (${server})`;
    return evidenceOf(
      {
        claims: [
          claim(processes ? 'processes' : 'threads', instances, text, {
            ...(processes && { load: 'in-each' as const }),
          }),
        ],
      },
      { source, range },
      layout,
    );
  });
  return { evidence, problems: [] };
}
